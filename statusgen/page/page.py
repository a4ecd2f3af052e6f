"""The fold of incidents into the page: what is open, how components are, what the days held."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from statusgen.config.component import Component
from statusgen.content.incident import Incident
from statusgen.content.listed_days import listed_days
from statusgen.content.outline import Outline
from statusgen.page.overall import Overall, overall
from statusgen.page.timeline import Span, spans
from statusgen.page.uptime import Uptime, uptime
from statusgen.values.days import day_begins, days_between
from statusgen.values.value import Value
from statusgen.values.vocabulary import ComponentState, Phase

RECENT_DAYS = 15
"""How many days the index tells, today included."""


class ComponentLine(Value, frozen=True):
    """A component with its state now and the open incidents behind it."""

    component: Component
    state: ComponentState
    incidents: tuple[str, ...]


class ComponentGroup(Value, frozen=True):
    """Components under one name; None for those without a group. The state is the worst of them."""

    name: str | None
    lines: tuple[ComponentLine, ...]

    @property
    def state(self) -> ComponentState:
        """The worst state in the group."""
        return max((line.state for line in self.lines), key=lambda state: state.rank)


class Day(Value, frozen=True):
    """One day in the page's zone with everything that touched it, what began last first."""

    date: date
    incidents: tuple[Incident, ...]


class Month(Value, frozen=True):
    """One month in the page's zone with everything that touched it, what began last first."""

    year: int
    month: int
    outlines: tuple[Outline, ...]

    @property
    def key(self) -> str:
        """`2026-11`."""
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def first_day(self) -> date:
        """The month as a date."""
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        """Its 28th to 31st."""
        return date(self.year, self.month, monthrange(self.year, self.month)[1])


class Page(Value, frozen=True):
    """The status page as of one instant."""

    now: datetime
    overall: Overall
    groups: tuple[ComponentGroup, ...]
    open_incidents: tuple[Incident, ...]
    """Worst first, then newest first."""
    under_way: tuple[Incident, ...]
    """Maintenances in progress, oldest window first."""
    upcoming: tuple[Incident, ...]
    """Scheduled maintenances, next window first."""
    notices: tuple[Incident, ...]
    """Notices that have not ended, newest first."""
    days: tuple[Day, ...]
    """The last RECENT_DAYS days, newest first."""
    uptimes: tuple[Uptime, ...]
    """Of every component on the index, in the order of the configuration."""
    holds: tuple[Span, ...]
    """What still holds a component in a state."""
    incidents: tuple[Incident, ...]
    """All that it was made of, whatever their state."""

    @property
    def next_due(self) -> datetime | None:
        """The earliest promised update among open incidents."""
        return min((i.last.next_due for i in self.open_incidents if i.last.next_due), default=None)


def current(
    outlines: Iterable[Outline], now: datetime, zone: ZoneInfo, days: int
) -> tuple[Outline, ...]:
    """The incidents that the page at `now` needs whole, in the order given.

    Those that are not settled, that were over no longer than `days` (or the recent days) ago, or
    that decide about a component which an incident left down on purpose.
    """
    known = tuple(outlines)
    held = {name for one in known for name in one.left_down}
    back = timedelta(days=max(days, RECENT_DAYS) - 1)
    since = day_begins(now.astimezone(zone).date() - back, zone)
    return tuple(
        one
        for one in known
        if one.settled_at is None
        or one.settled_at > since
        or one.listed_at >= since
        or not held.isdisjoint(one.affected)
    )


def make_page(
    components: Iterable[Component],
    incidents: Iterable[Incident],
    now: datetime,
    zone: ZoneInfo,
    days: int,
) -> Page:
    """The page at `now`; `incidents` are at least those that `current` names for these `days`."""
    known = tuple(incidents)
    today = now.astimezone(zone).date()
    live = [one for one in known if one.is_open(now)]
    shown = [one for one in components if not one.is_retired(today)]
    held = spans(known, now)
    groups = grouped(shown, held)
    maintenances = [one for one in live if one.is_maintenance]
    open_incidents = tuple(
        sorted(
            (one for one in live if not one.is_maintenance and not one.is_notice),
            key=lambda one: (_rank(one), -one.started.timestamp(), one.id),
        )
    )
    return Page(
        now=now,
        overall=overall_state(groups, open_incidents),
        groups=groups,
        open_incidents=open_incidents,
        under_way=under_way(maintenances, now),
        upcoming=_by_window(one for one in maintenances if one.phase_at(now) is Phase.SCHEDULED),
        notices=tuple(
            sorted(
                (one for one in live if one.is_notice),
                key=lambda one: (one.started, one.id),
                reverse=True,
            )
        ),
        days=_days(known, now, today, zone),
        uptimes=tuple(uptime(one, held, now, zone, days) for one in shown),
        holds=tuple(one for one in held if one.ends is None),
        incidents=known,
    )


def component_states(
    held: Iterable[Span],
) -> dict[str, tuple[ComponentState, tuple[str, ...]]]:
    """Component id to the worst state that still holds it, and the ids of what holds it."""
    found: dict[str, tuple[ComponentState, tuple[str, ...]]] = {}
    for span in held:
        if span.ends is None:
            worst, ids = found.get(span.component, (ComponentState.OPERATIONAL, ()))
            state = max(worst, span.state, key=lambda one: one.rank)
            found[span.component] = (state, (*ids, span.incident_id))
    return found


def grouped(components: Iterable[Component], held: Iterable[Span]) -> tuple[ComponentGroup, ...]:
    """`components` in their groups, each in the state that `held` leaves it in."""
    states = component_states(held)
    named: dict[str | None, list[ComponentLine]] = {}
    for component in components:
        state, incidents = states.get(component.id, (ComponentState.OPERATIONAL, ()))
        named.setdefault(component.group, []).append(ComponentLine(component, state, incidents))
    return tuple(ComponentGroup(name, tuple(lines)) for name, lines in named.items())


def overall_state(groups: Iterable[ComponentGroup], open_incidents: Iterable[Incident]) -> Overall:
    """The overall state of a page with these components, while these incidents are open."""
    states = [line.state for group in groups for line in group.lines]
    return overall(states, (one.weight for one in open_incidents))


def under_way(maintenances: Iterable[Incident], now: datetime) -> tuple[Incident, ...]:
    """Those in progress at `now`, oldest window first."""
    return _by_window(
        one for one in maintenances if one.is_open(now) and one.phase_at(now) is not Phase.SCHEDULED
    )


def months(outlines: Iterable[Outline], now: datetime, zone: ZoneInfo) -> tuple[Month, ...]:
    """Everything in each month that it touched, newest month first; see `listed_days`."""
    touching: dict[tuple[int, int], list[Outline]] = {}
    for one in sorted(outlines, key=lambda one: (one.listed_at, one.id), reverse=True):
        first, last = listed_days(one, now, zone)
        for number in range(_month_number(first), _month_number(last) + 1):
            touching.setdefault(divmod(number, 12), []).append(one)
    return tuple(
        Month(year, month + 1, tuple(members))
        for (year, month), members in sorted(touching.items(), reverse=True)
    )


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1


def _days(
    incidents: tuple[Incident, ...], now: datetime, today: date, zone: ZoneInfo
) -> tuple[Day, ...]:
    earliest = today - timedelta(days=RECENT_DAYS - 1)
    told: dict[date, list[Incident]] = {day: [] for day in days_between(earliest, today)}
    for incident in sorted(incidents, key=lambda one: (one.started, one.id), reverse=True):
        if incident.started <= now:
            first, last = listed_days(incident, now, zone)
            for day in days_between(max(first, earliest), min(last, today)):
                told[day].append(incident)
    return tuple(Day(day, tuple(members)) for day, members in reversed(told.items()))


def _rank(incident: Incident) -> int:
    return incident.severity.rank if incident.severity else 0


def _by_window(maintenances: Iterable[Incident]) -> tuple[Incident, ...]:
    return tuple(sorted(maintenances, key=lambda one: (one.started, one.id)))
