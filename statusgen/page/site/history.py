"""The history as its templates see it: months with their counts, a month with its days."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby

from statusgen.content.listed_days import listed_days
from statusgen.content.outline import Outline
from statusgen.page.page import Month
from statusgen.page.site.incidents import MAINTENANCE
from statusgen.page.site.tones import CLOSED, INCIDENT, OPEN
from statusgen.page.site.turns import view_turns
from statusgen.page.site.views import DayView, Moment, MonthLink, MonthView, RowView, YearView
from statusgen.values.days import days_between
from statusgen.values.vocabulary import Phase
from statusgen.words.labels import PHASES
from statusgen.words.language import Language
from statusgen.words.times import PageClock, machine_time, spoken_duration


class Lister:
    """Makes rows and days of outlines."""

    def __init__(self, clock: PageClock, language: Language) -> None:
        self._clock = clock
        self._language = language

    def row(self, one: Outline, now: datetime, day: date) -> RowView:
        """One line of the list of `day`."""
        phase = one.phase_at(now)
        duration, language = one.duration, self._language
        return RowView(
            id=one.id,
            title=one.title,
            tone=INCIDENT[one.impact],
            label=None if one.is_notice else language.text(one.severity_label or MAINTENANCE),
            phase_label=language.text(PHASES[phase]),
            turns=view_turns(phase, self._ahead(one, now), self._told),
            is_open=not phase.is_closing and not one.is_notice,
            started=Moment(machine_time(one.listed_at), self._clock.told_on(day, one.listed_at)),
            began_earlier=self._clock.day_of(one.listed_at) < day and one.listed_at <= now,
            duration=spoken_duration(duration, language) if duration is not None else None,
            has_postmortem=one.has_postmortem,
        )

    def _ahead(self, one: Outline, now: datetime) -> Iterable[tuple[datetime, Phase]]:
        return ((at, one.phase_at(at)) for at in one.moves_after(now))

    def _told(self, phase: Phase) -> tuple[str, str]:
        return self._language.text(PHASES[phase]), CLOSED if phase.is_closing else OPEN

    def month(
        self, month: Month, earlier: Month | None, later: Month | None, now: datetime
    ) -> MonthView:
        """One month with its neighbours that hold something."""
        return MonthView(
            link=self.link(month),
            days=tuple(self._days(month, now)),
            earlier=self.link(earlier) if earlier else None,
            later=self.link(later) if later else None,
        )

    def _days(self, month: Month, now: datetime) -> Iterator[DayView]:
        """What goes on all through the month, once; then day after day, newest first."""
        listed: dict[tuple[date, date], list[Outline]] = {}
        for one in month.outlines:
            for span in self._spans(one, month, now):
                listed.setdefault(span, []).append(one)
        runs_first = sorted(listed.items(), key=lambda item: _runs_first(item[0]), reverse=True)
        for (first, last), members in runs_first:
            rows = tuple(self.row(one, now, last) for one in members)
            begins = self._moment(first) if first < last else None
            yield DayView(self._moment(last), begins, rows)

    def _spans(self, one: Outline, month: Month, now: datetime) -> Iterable[tuple[date, date]]:
        """The days of the month that it touches; one run where it neither began nor ended then."""
        first, last = listed_days(one, now, self._clock.zone)
        is_going_on = one.ended is None and last == self._clock.day_of(now)
        begins, ends = max(first, month.first_day), min(last, month.last_day)
        if first < begins and (is_going_on or ends == month.last_day):
            return [(begins, ends)]
        return ((day, day) for day in days_between(begins, ends))

    def _moment(self, day: date) -> Moment:
        return Moment(day.isoformat(), self._clock.day(day))

    def years(self, months: Sequence[Month]) -> tuple[YearView, ...]:
        """`months`, newest first, under their years."""
        return tuple(
            YearView(str(year), tuple(self.link(month) for month in members))
            for year, members in groupby(months, key=lambda month: month.year)
        )

    def link(self, month: Month) -> MonthLink:
        """A month's name and counts."""
        return MonthLink(month.key, self._clock.month(month.first_day), self._counts(month))

    def _counts(self, month: Month) -> str:
        plural = self._language.plural
        planned = sum(one.is_maintenance for one in month.outlines)
        told_only = sum(one.is_notice for one in month.outlines)
        incidents = len(month.outlines) - planned - told_only
        told = [
            plural("%(num)s incident", "%(num)s incidents", incidents) if incidents else "",
            plural("%(num)s maintenance", "%(num)s maintenances", planned) if planned else "",
            plural("%(num)s notice", "%(num)s notices", told_only) if told_only else "",
        ]
        return ", ".join(filter(None, told))


def _runs_first(span: tuple[date, date]) -> tuple[bool, date]:
    first, last = span
    return first < last, last
