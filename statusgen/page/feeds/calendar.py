"""Maintenance windows as iCalendar (RFC 5545). The only module that imports icalendar.

Import it late. What is written comes from content and never from the clock.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import pairwise

from icalendar import (
    Calendar,
    Event,
    Timezone,
    TimezoneStandard,
    vCategory,
    vDuration,
    vText,
    vUri,
)

from statusgen.config.component import Component
from statusgen.config.settings import Settings
from statusgen.content.incident import Incident
from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.content.step import Window
from statusgen.values.vocabulary import Phase
from statusgen.words.language import ENGLISH, Language, marked

KEY = "calendar.ics"
PRODUCT = "-//statusgen//statusgen//EN"
REFRESH = timedelta(hours=1)
"""How often a calendar program is asked to look again."""

_FIRST = datetime(1970, 1, 1)  # noqa: DTZ001  of a zone, where local times are meant
_NAME = marked("%(page)s: maintenance")
_COMPONENT_NAME = marked("%(page)s: maintenance of %(component)s")
_ABOUT = marked("Planned maintenance of %(service)s")
_CANCELED = marked("Canceled: %(title)s")


class CalendarMaker:
    """Writes the calendars of one page, each event once, however many calendars hold it."""

    def __init__(
        self, settings: Settings, prose: BodyRenderer, language: Language = ENGLISH
    ) -> None:
        self._settings, self._prose, self._language = settings, prose, language
        self._events: dict[str, bytes] = {}

    def page(self, maintenances: Iterable[Incident]) -> dict[str, bytes]:
        """calendar.ics: key to body."""
        name = self._language.text(_NAME) % {"page": self._settings.page.name}
        return {KEY: self._calendar(maintenances, name, KEY)}

    def component(self, component: Component, maintenances: Iterable[Incident]) -> dict[str, bytes]:
        """The calendar of those `maintenances` that touch a component, also where none does."""
        key = f"components/{component.id}.ics"
        name = self._language.text(_COMPONENT_NAME) % {
            "page": self._settings.page.name,
            "component": component.name,
        }
        touching = (one for one in maintenances if component.id in one.affected)
        return {key: self._calendar(touching, name, key)}

    def _calendar(self, maintenances: Iterable[Incident], name: str, key: str) -> bytes:
        page = self._settings.page
        about = self._language.text(_ABOUT) % {"service": page.service}
        calendar = Calendar()
        calendar.add("PRODID", PRODUCT)
        calendar.add("VERSION", "2.0")
        calendar.add("CALSCALE", "GREGORIAN")
        calendar.add("NAME", _Text(name))
        calendar.add("X-WR-CALNAME", _Text(name))
        calendar.add("DESCRIPTION", _Text(about))
        calendar.add("X-WR-CALDESC", _Text(about))
        calendar.add("URL", vUri(page.link("")))
        calendar.add("SOURCE", vUri(page.link(key)), parameters={"VALUE": "URI"})
        calendar.add("REFRESH-INTERVAL", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
        calendar.add("X-PUBLISHED-TTL", vDuration(REFRESH))
        frame: bytes = calendar.to_ical(sorted=False)
        planned = sorted(maintenances, key=lambda one: (one.started, one.id))
        events = b"".join(self._event(one, one.window) for one in planned if one.window)
        before, end, after = frame.rpartition(b"END:VCALENDAR")
        return before + (events or self._nothing) + end + after

    @cached_property
    def _nothing(self) -> bytes:
        """What stands in a calendar without events: one part there has to be (RFC 5545, 3.6)."""
        standard = TimezoneStandard()
        standard.add("DTSTART", _FIRST)
        standard.add("TZOFFSETFROM", timedelta())
        standard.add("TZOFFSETTO", timedelta())
        zone = Timezone()
        zone.add("TZID", "UTC")
        zone.add_component(standard)
        made: bytes = zone.to_ical(sorted=False)
        return made

    def _event(self, maintenance: Incident, window: Window) -> bytes:
        event = self._events.get(maintenance.id)
        if event is None:
            made = self._new_event(maintenance, window)
            event = self._events[maintenance.id] = made.to_ical(sorted=False)
        return event

    def _new_event(self, maintenance: Incident, window: Window) -> Event:
        page, known = self._settings.page, self._settings.components_by_id
        url = page.link(f"incidents/{maintenance.id}.html")
        title, is_canceled = maintenance.title, maintenance.last.phase is Phase.CANCELED
        changed = max(step.update.changed_at for step in maintenance.steps)
        names = [known[one].name if one in known else one for one in maintenance.affected]
        canceled = self._language.text(_CANCELED)
        event = Event()
        event.add("UID", f"{maintenance.id}@{page.host}{page.path}")
        event.add("SEQUENCE", _sequence(maintenance))
        event.add("STATUS", "CANCELLED" if is_canceled else "CONFIRMED")
        event.add("DTSTAMP", _utc(changed))
        event.add("CREATED", _utc(maintenance.first.update.at))
        event.add("LAST-MODIFIED", _utc(changed))
        event.add("DTSTART", _utc(window.starts))
        event.add("DTEND", _utc(window.ends))
        event.add("SUMMARY", _Text(canceled % {"title": title} if is_canceled else title))
        event.add(
            "DESCRIPTION", _Text(f"{self._prose.text(maintenance.last.update.body)}\n\n{url}")
        )
        event.add("URL", vUri(url))
        if names:
            event.add("CATEGORIES", _categories(names))
        event.add("TRANSP", "TRANSPARENT")  # nobody is busy because we work
        return event


class _Text(vText):
    r"""Text in which `\N` is two letters, as in `C:\NEWS`; the library makes a new line of it."""

    def to_ical(self) -> bytes:
        return rb"\\N".join(vText(part).to_ical() for part in self.split(r"\N"))


def _categories(names: Iterable[str]) -> vCategory:
    categories = vCategory([])
    categories.cats = [_Text(name) for name in names]
    return categories


def _sequence(maintenance: Incident) -> int:
    """How often the window moved, or the work was canceled or planned again (RFC 5545, 3.8.7.4).

    An overrun moves nothing until an update moves the window's end.
    """
    return sum(
        after.window != before.window
        or (after.phase is Phase.CANCELED) != (before.phase is Phase.CANCELED)
        for before, after in pairwise(maintenance.steps)
    )


def _utc(instant: datetime) -> datetime:
    """Whole seconds, as the format has no fractions."""
    return instant.astimezone(UTC).replace(microsecond=0)
