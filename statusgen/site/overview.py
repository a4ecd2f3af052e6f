"""The index as its template sees it: how things are, what is open, what is planned, what was."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby

from statusgen.model.outline import outline
from statusgen.model.page import RECENT_DAYS, Day, Page
from statusgen.prose.language import Language
from statusgen.prose.times import PageClock
from statusgen.site.components import Grouper
from statusgen.site.history import Lister
from statusgen.site.incidents import IncidentTeller
from statusgen.site.index_views import IndexView
from statusgen.site.tones import OVERALL
from statusgen.site.uptime_bars import Recorder, legend
from statusgen.site.views import DayView, Moment

IN_FULL = 3
"""So many open incidents are told with their latest update; further ones in brief."""


def view_index(
    page: Page, teller: IncidentTeller, lister: Lister, clock: PageClock, language: Language
) -> IndexView:
    """Everything the index shows."""
    now = page.now
    worst, further = page.open_incidents[:IN_FULL], page.open_incidents[IN_FULL:]
    recorder = Recorder(clock, language, {one.id: one.title for one in page.incidents})
    grouper = Grouper(page.uptimes, recorder, language)
    return IndexView(
        headline=language.text(page.overall.description),
        tone=OVERALL[page.overall.indicator],
        summary=_summary(page, language),
        open_incidents=(
            *(teller.card(one, now) for one in worst),
            *(teller.brief(one, now) for one in further),
        ),
        notices=tuple(teller.card(one, now) for one in page.notices),
        under_way=tuple(teller.card(one, now) for one in page.under_way),
        upcoming=tuple(teller.card(one, now) for one in page.upcoming),
        groups=tuple(grouper.group(one) for one in page.groups),
        has_group_names=any(group.name for group in page.groups),
        history_days=max((len(one.days) for one in page.uptimes), default=0),
        legend=legend(language),
        days=tuple(_days(page, lister, clock)),
        recent_days=RECENT_DAYS,
    )


def _summary(page: Page, language: Language) -> str:
    incidents, under_way = len(page.open_incidents), len(page.under_way)
    plural = language.plural
    told = [
        plural("%(num)s open incident", "%(num)s open incidents", incidents)
        if incidents
        else language.text("No open incidents"),
        plural("%(num)s maintenance under way", "%(num)s maintenances under way", under_way)
        if under_way
        else "",
    ]
    return ", ".join(filter(None, told)) + "."


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
