"""What one feed item is: one update, with an id that no edit changes. Knows no feed format."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from heapq import nlargest
from html import escape

from statusgen.config.settings import Settings
from statusgen.model.incident import Incident
from statusgen.model.step import Step
from statusgen.model.value import Value
from statusgen.prose.labels import STATES, step_label
from statusgen.prose.language import ENGLISH, Language, marked
from statusgen.prose.markdown_html import BodyRenderer
from statusgen.prose.times import PageClock

FEED_LENGTH = 100
"""How many of the newest updates a feed tells."""

_ID_YEAR = 2005
"""A tag URI (RFC 4151) names a day on which its host was owned; it must never change."""

ABOUT = marked("Incidents and maintenance of %(service)s")
"""What every feed of the whole page says of itself."""

_PLANNED = marked("Planned: %(starts)s to %(ends)s")
_COMPONENTS = marked("Components: %(names)s")


class Item(Value, frozen=True):
    """One entry of a feed as a reader shows it."""

    id: str
    """A tag URI made of the page's host and an id, and of nothing that is edited."""
    title: str
    """Plain text."""
    url: str
    html: str
    published: datetime
    updated: datetime
    """Never before `published`."""
    is_named_by_url: bool = False
    """Whether RSS names it by its link, as Statuspage's history does, rather than by `id`."""


class ItemMaker:
    """Makes items, each update's once, however many feeds tell it."""

    def __init__(
        self, settings: Settings, prose: BodyRenderer, language: Language = ENGLISH
    ) -> None:
        self._settings, self._prose, self._language = settings, prose, language
        self._clock = PageClock(settings.page.zone, language)
        self._made: dict[str, Item] = {}

    def newest(self, incidents: Iterable[Incident], limit: int = FEED_LENGTH) -> tuple[Item, ...]:
        """The newest `limit` updates of `incidents`, newest first; equal instants by update id."""
        told = ((incident, step) for incident in incidents for step in incident.steps)
        newest = nlargest(limit, told, key=lambda one: (one[1].update.at, *_names(one[1])))
        return tuple(self._item(incident, step) for incident, step in newest)

    def _item(self, incident: Incident, step: Step) -> Item:
        item = self._made.get(step.update.id)
        if item is None:
            item = self._made[step.update.id] = self._new_item(incident, step)
        return item

    def _new_item(self, incident: Incident, step: Step) -> Item:
        update, page = step.update, self._settings.page
        return Item(
            id=tag(self._settings, update.id),
            title=f"{self._language.text(step_label(step))}: {step.title}",
            url=page.link(f"incidents/{incident.id}.html#{update.anchor}"),
            html=self._html(incident, step),
            published=update.at,
            updated=update.changed_at,
        )

    def _html(self, incident: Incident, step: Step) -> str:
        lines, text = [self._prose.portable_html(step.update.body)], self._language.text
        if step.window is not None:
            starts, ends = self._clock.both(step.window.starts), self._clock.both(step.window.ends)
            lines.append(_paragraph(text(_PLANNED) % {"starts": starts, "ends": ends}))
        if step.states:
            names = ", ".join(self._components(incident, step))
            lines.append(_paragraph(text(_COMPONENTS) % {"names": names}))
        return "\n".join(lines)

    def _components(self, incident: Incident, step: Step) -> Iterator[str]:
        known = self._settings.components_by_id
        for component, state in step.states:
            name = known[component].name if component in known else component
            # A maintenance's states hold only while it is under way.
            label = "" if incident.is_maintenance else f" ({self._language.text(STATES[state])})"
            yield name + label


def tag(settings: Settings, name: str) -> str:
    """The permanent id of what is called `name` on this page."""
    return f"tag:{settings.page.host},{_ID_YEAR}:{name}"


def last_change(items: Iterable[Item]) -> datetime | None:
    """When the newest of `items` was written or corrected; None when there are none."""
    return max((item.updated for item in items), default=None)


def _names(step: Step) -> tuple[str, str]:
    return (step.update.incident_id, step.update.stem)


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"
