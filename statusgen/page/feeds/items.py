"""What one feed item is: one update, with an id that no edit changes. Knows no feed format."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from heapq import nlargest
from html import escape

from statusgen.config.settings import Settings
from statusgen.content.incident import Incident
from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.content.step import Step
from statusgen.values.value import Value
from statusgen.values.vocabulary import Phase
from statusgen.words.directions import LTR, RTL, direction_of, with_directions
from statusgen.words.labels import IMPACTS, STATES, update_label
from statusgen.words.language import ENGLISH, Language, marked
from statusgen.words.times import PageClock

FEED_LENGTH = 100
"""How many of the newest updates a feed tells."""

_ID_YEAR = 2005
"""A tag URI (RFC 4151) names a day on which its host was owned; it must never change."""

ABOUT = marked("Incidents and maintenance of %(service)s")
"""What every feed of the whole page says of itself."""

_PROMISE = marked("Next update by %(time)s.")
_PLANNED = marked("Planned: %(starts)s to %(ends)s")
_WAS_PLANNED = marked("Was planned: %(starts)s to %(ends)s")
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
        label = update_label(step.phase, is_new=step.is_new_phase)
        return Item(
            id=tag(self._settings, update.id),
            title=f"{self._language.text(label)}: {step.title}",
            url=page.link(f"incidents/{incident.id}.html#{update.anchor}"),
            html=self._html(incident, step),
            published=update.at,
            updated=update.changed_at,
        )

    def _html(self, incident: Incident, step: Step) -> str:
        lines = [self._prose.portable_html(step.update.body)]
        lines += [f"<p>{line}</p>" for line in self._facts(incident, step)]
        return with_directions("\n".join(lines), LTR)

    def _facts(self, incident: Incident, step: Step) -> Iterator[str]:
        """What an update says beside its text, as of that update, in lines of HTML."""
        text, clock = self._language.text, self._clock
        if step.next_due is not None and not step.phase.is_closing:
            yield escape(text(_PROMISE) % {"time": clock.both(step.next_due)})
        if step.severity is not None:
            severity = text(step.severity.label)
            yield escape(f"{text('Severity')}: {severity}")
        impact = self._impact(step)
        if impact:
            yield f"{escape(text('Impact'))}: {impact}"
        if step.cause:
            yield f"{escape(text('What happened'))}: {_own(step.cause)}"
        if step.window is not None:
            starts, ends = clock.both(step.window.starts), clock.both(step.window.ends)
            planned = _WAS_PLANNED if step.phase is Phase.CANCELED else _PLANNED
            yield escape(text(planned) % {"starts": starts, "ends": ends})
        if step.states:
            names = ", ".join(self._components(incident, step))
            yield escape(text(_COMPONENTS) % {"names": names})

    def _impact(self, step: Step) -> str:
        """The level of its severity and the author's sentence, as page and letters have it."""
        sentence = _own(step.impact) if step.impact else ""
        if step.severity is None:
            return sentence
        level = escape(self._language.text(IMPACTS[step.severity.impact]))
        if not sentence:
            return level
        whole = escape(self._language.text("%(level)s. %(sentence)s"))
        return whole % {"level": level, "sentence": sentence}

    def _components(self, incident: Incident, step: Step) -> Iterator[str]:
        known = self._settings.components_by_id
        for component, state in step.states:
            name = known[component].name if component in known else component
            # A maintenance's states hold only while it is under way.
            label = "" if incident.is_maintenance else f" ({self._language.text(STATES[state])})"
            yield name + label


def tag(settings: Settings, name: str) -> str:
    """The permanent id of what is called `name` on this page.

    Pages of one host are told apart by their paths; one without a path has none in its ids.
    """
    page = settings.page
    return f"tag:{page.host},{_ID_YEAR}:{f'{page.path}:' if page.path else ''}{name}"


def last_change(items: Iterable[Item]) -> datetime | None:
    """When the newest of `items` was written or corrected; None when there are none."""
    return max((item.updated for item in items), default=None)


def _names(step: Step) -> tuple[str, str]:
    return (step.update.incident_id, step.update.stem)


def _own(words: str) -> str:
    """Words of the author's among ours: those from right to left keep their order."""
    told = escape(words)
    return f"<bdi>{told}</bdi>" if direction_of(words) == RTL else told
