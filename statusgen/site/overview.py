"""The index as its template sees it: how things are, what is open, what is planned, what was."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby

from statusgen.model.outline import outline
from statusgen.model.page import RECENT_DAYS, ComponentGroup, Day, Page
from statusgen.model.vocabulary import ComponentState, Impact
from statusgen.prose.labels import STATES
from statusgen.prose.times import PageClock
from statusgen.site.history import Lister, counted
from statusgen.site.incidents import IncidentTeller
from statusgen.site.views import DayView, GroupView, IndexView, Moment, StateView

LONG_LIST = 20
"""A group with more components keeps those that work folded away."""

TONES = {
    Impact.NONE: ComponentState.OPERATIONAL,
    Impact.MAINTENANCE: ComponentState.UNDER_MAINTENANCE,
    Impact.MINOR: ComponentState.DEGRADED_PERFORMANCE,
    Impact.MAJOR: ComponentState.PARTIAL_OUTAGE,
    Impact.CRITICAL: ComponentState.MAJOR_OUTAGE,
}
"""The component state whose shape and colour stand for an indicator."""


def view_index(page: Page, teller: IncidentTeller, lister: Lister, clock: PageClock) -> IndexView:
    """Everything the index shows."""
    return IndexView(
        headline=page.overall.description,
        tone=TONES[page.overall.indicator],
        summary=_summary(page),
        open_incidents=tuple(teller.card(one, page.now) for one in page.open_incidents),
        under_way=tuple(teller.card(one, page.now) for one in page.under_way),
        upcoming=tuple(teller.card(one, page.now) for one in page.upcoming),
        groups=tuple(_group(group) for group in page.groups),
        has_group_names=any(group.name for group in page.groups),
        days=tuple(_days(page, lister, clock)),
        recent_days=RECENT_DAYS,
    )


def _summary(page: Page) -> str:
    told = [
        counted(len(page.open_incidents), "open incident"),
        counted(len(page.under_way), "maintenance") + " under way" if page.under_way else "",
    ]
    if not page.open_incidents:
        told[0] = "No open incidents"
    return ", ".join(filter(None, told)) + "."


def _group(group: ComponentGroup) -> GroupView:
    lines = tuple(
        StateView(line.component.name, line.state, STATES[line.state], line.component.description)
        for line in group.lines
    )
    is_long = len(lines) > LONG_LIST
    folded = tuple(one for one in lines if is_long and one.tone == ComponentState.OPERATIONAL)
    return GroupView(
        name=group.name,
        state=StateView(group.name or "", group.state, STATES[group.state]),
        lines=tuple(one for one in lines if one not in folded) if folded else lines,
        folded=folded,
        folded_words=f"{counted(len(folded), 'component')} operational",
    )


def _days(page: Page, lister: Lister, clock: PageClock) -> Iterator[DayView]:
    def run_of(day: Day) -> date | None:
        return day.date if day.incidents else None

    for key, run in groupby(page.days, key=run_of):
        days = list(run)
        if key is None and len(days) > 1:
            last, first = days[0].date, days[-1].date
            yield DayView(_day(last, clock), _day(first, clock), ())
            continue
        for day in days:
            rows = tuple(lister.row(outline(one), page.now) for one in day.incidents)
            yield DayView(_day(day.date, clock), None, rows)


def _day(day: date, clock: PageClock) -> Moment:
    return Moment(day.isoformat(), clock.day(day))
