"""The index as its template sees it: how things are, what is open, what is planned, what was."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby

from statusgen.content.outline import outline
from statusgen.page.forecast import outlook
from statusgen.page.overall import Overall
from statusgen.page.page import RECENT_DAYS, Day, Page
from statusgen.page.site.components import Grouper
from statusgen.page.site.history import Lister
from statusgen.page.site.incidents import BELOW_H2, IncidentTeller
from statusgen.page.site.index_views import IndexView
from statusgen.page.site.tones import OVERALL
from statusgen.page.site.turns import view_turns
from statusgen.page.site.uptime_bars import Recorder, legend
from statusgen.page.site.views import DayView, Moment
from statusgen.words.language import Language
from statusgen.words.times import PageClock

IN_FULL = 3
"""So many open incidents are told with their latest update; further ones in brief."""


def view_index(
    page: Page, teller: IncidentTeller, lister: Lister, clock: PageClock, language: Language
) -> IndexView:
    """Everything the index shows."""
    now = page.now
    worst, further = page.open_incidents[:IN_FULL], page.open_incidents[IN_FULL:]
    recorder = Recorder(clock, language, {one.id: one.title for one in page.incidents})
    ahead = outlook(page, clock.zone)
    grouper = Grouper(page.uptimes, ahead, recorder, language)

    def tell(overall: Overall) -> tuple[str, str]:
        return language.text(overall.description), OVERALL[overall.indicator]

    def summed_up(under_way: int) -> tuple[str, str]:
        return _summary(len(page.open_incidents), under_way, language), ""

    headline, tone = tell(page.overall)
    under_way = len(page.under_way)
    return IndexView(
        headline=headline,
        tone=tone,
        turns=view_turns(page.overall, ((one.at, one.overall) for one in ahead), tell),
        summary=summed_up(under_way)[0],
        summary_turns=view_turns(under_way, ((one.at, one.under_way) for one in ahead), summed_up),
        open_incidents=(
            *(teller.card(one, now, BELOW_H2) for one in worst),
            *(teller.brief(one, now) for one in further),
        ),
        notices=tuple(teller.card(one, now) for one in page.notices),
        under_way=tuple(teller.card(one, now) for one in page.under_way),
        upcoming=tuple(teller.card(one, now) for one in page.upcoming),
        groups=tuple(
            grouper.group(one) for one in sorted(page.groups, key=lambda one: one.name is None)
        ),
        has_group_names=any(group.name for group in page.groups),
        history_days=max((len(one.days) for one in page.uptimes), default=0),
        legend=legend(language),
        days=tuple(_days(page, lister, clock)),
        recent_days=RECENT_DAYS,
    )


def _summary(incidents: int, under_way: int, language: Language) -> str:
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
    outlines = {one.id: outline(one) for day in page.days for one in day.incidents}

    def run_of(day: Day) -> date | None:
        return day.date if day.incidents else None

    for key, run in groupby(page.days, key=run_of):
        days = list(run)
        if key is None and len(days) > 1:
            last, first = days[0].date, days[-1].date
            yield DayView(_day(last, clock), _day(first, clock), ())
            continue
        for day in days:
            told = (outlines[one.id] for one in day.incidents)
            rows = tuple(lister.row(one, page.now, day.date) for one in told)
            yield DayView(_day(day.date, clock), None, rows)


def _day(day: date, clock: PageClock) -> Moment:
    return Moment(day.isoformat(), clock.day(day))
