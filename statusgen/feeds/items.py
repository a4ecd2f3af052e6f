"""What one feed item is: one update, with an id that no edit changes. Knows no feed format."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest
from html import escape

from statusgen.config.settings import Settings
from statusgen.model.incident import Incident, Step
from statusgen.prose.labels import PHASES, STATES, UPDATE
from statusgen.prose.markdown_html import BodyRenderer
from statusgen.prose.times import PageClock

FEED_LENGTH = 100
"""How many of the newest updates a feed tells."""

_ID_YEAR = 2005
"""A tag URI (RFC 4151) names a day on which its host was owned; it must never change."""


@dataclass(frozen=True, slots=True)
class Item:
    """One update as a feed reader shows it."""

    id: str
    """A tag URI made of the page's host and the update's id, and of nothing that is edited."""
    title: str
    """Plain text."""
    url: str
    html: str
    published: datetime
    updated: datetime
    """Never before `published`."""


def newest_items(
    incidents: Iterable[Incident],
    settings: Settings,
    prose: BodyRenderer,
    limit: int = FEED_LENGTH,
) -> tuple[Item, ...]:
    """The newest `limit` updates of `incidents`, newest first; equal instants by update id."""
    told = ((incident, step) for incident in incidents for step in incident.steps)
    newest = nlargest(limit, told, key=lambda one: (one[1].update.at, *_names(one[1])))
    return tuple(_item(incident, step, settings, prose) for incident, step in newest)


def tag(settings: Settings, name: str) -> str:
    """The permanent id of what is called `name` on this page."""
    return f"tag:{settings.page.host},{_ID_YEAR}:{name}"


def last_change(items: Iterable[Item]) -> datetime | None:
    """When the newest of `items` was written or corrected; None when there are none."""
    return max((item.updated for item in items), default=None)


def _item(incident: Incident, step: Step, settings: Settings, prose: BodyRenderer) -> Item:
    update = step.update
    label = PHASES[step.phase] if step.is_new_phase else UPDATE
    return Item(
        id=tag(settings, update.id),
        title=f"{label}: {step.title}",
        url=settings.page.link(f"incidents/{incident.id}.html#{update.anchor}"),
        html=_html(incident, step, settings, prose),
        published=update.at,
        updated=max(update.edited or update.at, update.at),
    )


def _names(step: Step) -> tuple[str, str]:
    return (step.update.incident_id, step.update.stem)


def _html(incident: Incident, step: Step, settings: Settings, prose: BodyRenderer) -> str:
    lines = [prose.html(step.update.body)]
    if step.window is not None:
        clock = PageClock(settings.page.zone)
        window = f"{clock.both(step.window.starts)} to {clock.both(step.window.ends)}"
        lines.append(f"<p>Planned: {escape(window)}</p>")
    if step.states:
        lines.append(f"<p>Components: {escape(_components(incident, step, settings))}</p>")
    return "\n".join(lines)


def _components(incident: Incident, step: Step, settings: Settings) -> str:
    known = settings.components_by_id
    names = [known[one].name if one in known else one for one in step.affected]
    if incident.is_maintenance:  # its states hold only while it is under way
        return ", ".join(names)
    labels = (STATES[state] for _, state in step.states)
    return ", ".join(f"{name} ({label})" for name, label in zip(names, labels, strict=True))
