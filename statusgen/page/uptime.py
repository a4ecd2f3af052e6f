"""Uptime: what each day was like for a component, and the one number that sums the days up.

The rule of the number: of all the time of complete days, a major outage counts as lost whole, a
partial outage with 0.3 of its time, degraded performance and all planned work not at all.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from statusgen.config.component import Component
from statusgen.page.timeline import Span
from statusgen.values.days import day_begins
from statusgen.values.value import Value
from statusgen.values.vocabulary import ComponentState

WEIGHTS = {ComponentState.MAJOR_OUTAGE: 1.0, ComponentState.PARTIAL_OUTAGE: 0.3}
"""The share of its time that a state counts as down; what is not named counts as up."""


_WORKING = ComponentState.OPERATIONAL


class DayRecord(Value, frozen=True):
    """One component on one day in the page's zone."""

    date: date
    length: timedelta
    """24 hours, but for the days on which the clocks change."""
    worst: ComponentState | None
    """None: no data, the component is not counted yet."""
    trouble: ComponentState
    """The worst that was not planned; operational where nothing went wrong."""
    times: tuple[tuple[ComponentState, timedelta], ...]
    """Time in each state but operational, worst first; empty while `since` is set."""
    since: datetime | None
    """Today only: since when the component is held without a gap, where it still is."""
    incidents: tuple[str, ...]
    """Ids of all that touched it."""


class Uptime(Value, frozen=True):
    """One component over the days shown, the last of them today."""

    component: str
    days: tuple[DayRecord, ...]
    """Oldest first."""
    ratio: float | None
    """0 to 1 over the complete days; None while there is none."""


class _Piece(Value, frozen=True):
    """A stretch of time in which nothing changes."""

    starts: datetime
    ends: datetime
    worst: ComponentState
    weight: float


def uptime(
    component: Component, spans: Iterable[Span], now: datetime, zone: ZoneInfo, days: int
) -> Uptime:
    """The last `days` days of `component`, today included; `spans` may be of any component."""
    own = [one for one in spans if one.component == component.id]
    today = now.astimezone(zone).date()
    shown = [today - timedelta(days=back) for back in reversed(range(days))]
    edges = [day_begins(day, zone) for day in (*shown, today + timedelta(days=1))]
    records, lost, total = [], timedelta(), timedelta()
    for day, (starts, ends) in zip(shown, pairwise(edges), strict=True):
        if component.since is not None and day < component.since:
            records.append(DayRecord(day, ends - starts, None, _WORKING, (), None, ()))
            continue
        touching = [o for o in own if o.starts < ends and (o.ends is None or o.ends > starts)]
        pieces = _pieces(touching, starts, min(ends, now), now)
        records.append(_record(day, ends - starts, touching, pieces, is_today=day == today))
        if day < today:
            total += ends - starts
            lost += sum(((p.ends - p.starts) * p.weight for p in pieces), timedelta())
    return Uptime(component.id, tuple(records), 1 - lost / total if total else None)


def _record(
    day: date, length: timedelta, touching: list[Span], pieces: list[_Piece], *, is_today: bool
) -> DayRecord:
    times: dict[ComponentState, timedelta] = {}
    for piece in pieces:
        times[piece.worst] = times.get(piece.worst, timedelta()) + (piece.ends - piece.starts)
    since = _begun(touching)
    is_open = is_today and since is not None
    return DayRecord(
        date=day,
        length=length,
        worst=_worst(touching),
        trouble=_worst(one for one in touching if not one.is_planned),
        times=() if is_open else tuple(sorted(times.items(), key=_worst_first)),
        since=since if is_open else None,
        incidents=tuple(dict.fromkeys(one.incident_id for one in touching)),
    )


def _worst(touching: Iterable[Span]) -> ComponentState:
    return max((one.state for one in touching), key=_rank, default=_WORKING)


def _begun(touching: list[Span]) -> datetime | None:
    """Since when something holds the component without a gap, whatever its state meanwhile."""
    since = min((one.starts for one in touching if one.ends is None), default=None)
    for one in sorted(touching, key=lambda one: one.starts, reverse=True):
        if since is not None and one.ends is not None and one.starts < since <= one.ends:
            since = one.starts
    return since


def _pieces(touching: list[Span], starts: datetime, ends: datetime, now: datetime) -> list[_Piece]:
    """The stretches between `starts` and `ends` in which the component was not operational."""
    cuts = {starts, ends}
    for one in touching:
        cuts |= {max(one.starts, starts), min(_ends(one, now), ends)}
    pieces = []
    for begin, end in pairwise(sorted(cuts)):
        held = [one for one in touching if one.starts <= begin and _ends(one, now) >= end]
        if held:
            weight = max((WEIGHTS.get(o.state, 0.0) for o in held if not o.is_planned), default=0.0)
            pieces.append(_Piece(begin, end, max((one.state for one in held), key=_rank), weight))
    return pieces


def _ends(span: Span, now: datetime) -> datetime:
    return span.ends if span.ends is not None else now


def _rank(state: ComponentState) -> int:
    return state.rank


def _worst_first(one: tuple[ComponentState, timedelta]) -> int:
    return -one[0].rank
