"""The history as its templates see it: months with their counts, a month with its days."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

from statusgen.model.outline import Outline
from statusgen.model.page import Month
from statusgen.model.vocabulary import Phase
from statusgen.prose.labels import PHASES
from statusgen.prose.language import Language
from statusgen.prose.times import PageClock, machine_time, spoken_duration
from statusgen.site.incidents import MAINTENANCE
from statusgen.site.tones import CLOSED, INCIDENT, OPEN
from statusgen.site.turns import view_turns
from statusgen.site.views import DayView, Moment, MonthLink, MonthView, RowView, YearView


class Lister:
    """Makes rows and days of outlines."""

    def __init__(self, clock: PageClock, language: Language) -> None:
        self._clock = clock
        self._language = language

    def row(self, one: Outline, now: datetime) -> RowView:
        """One line of a list."""
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
            started=Moment(machine_time(one.listed_at), self._clock.time_both(one.listed_at)),
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
            days=self._days(month.outlines, now),
            earlier=self.link(earlier) if earlier else None,
            later=self.link(later) if later else None,
        )

    def _days(self, outlines: Sequence[Outline], now: datetime) -> tuple[DayView, ...]:
        local = self._clock.local
        return tuple(
            DayView(
                Moment(day.isoformat(), self._clock.day(day)),
                None,
                tuple(self.row(one, now) for one in members),
            )
            for day, members in groupby(outlines, key=lambda one: local(one.listed_at).date())
        )

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
