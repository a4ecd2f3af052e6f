"""The history as its templates see it: months with their counts, a month with its days."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from statusgen.model.outline import Outline
from statusgen.model.page import Month
from statusgen.prose.labels import PHASES
from statusgen.prose.times import PageClock, machine_time, spoken_duration
from statusgen.site.views import DayView, Moment, MonthLink, MonthView, RowView, YearView

MAINTENANCE = "Maintenance"


class Lister:
    """Makes rows and days of outlines."""

    def __init__(self, clock: PageClock) -> None:
        self._clock = clock

    def row(self, one: Outline, now: datetime) -> RowView:
        """One line of a list."""
        phase = one.phase_at(now)
        duration = one.duration
        return RowView(
            id=one.id,
            title=one.title,
            tone=one.impact,
            label=one.severity_label or MAINTENANCE,
            phase_label=PHASES[phase],
            is_open=not phase.is_closing,
            started=Moment(machine_time(one.listed_at), self._clock.time_both(one.listed_at)),
            duration=spoken_duration(duration) if duration is not None else None,
            has_postmortem=one.has_postmortem,
        )

    def month(
        self, month: Month, earlier: Month | None, later: Month | None, now: datetime
    ) -> MonthView:
        """One month with its neighbours that hold something."""
        clock = self._clock
        return MonthView(
            link=link_month(month, clock),
            days=self._days(month.outlines, now),
            earlier=link_month(earlier, clock) if earlier else None,
            later=link_month(later, clock) if later else None,
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


def view_years(months: Sequence[Month], clock: PageClock) -> tuple[YearView, ...]:
    """`months`, newest first, under their years."""
    return tuple(
        YearView(str(year), tuple(link_month(month, clock) for month in members))
        for year, members in groupby(months, key=lambda month: month.year)
    )


def link_month(month: Month, clock: PageClock) -> MonthLink:
    """A month's name and counts."""
    words = clock.month(month.first_day)
    return MonthLink(month.key, words, words.rpartition(" ")[0], _counts(month))


def counted(count: int, noun: str) -> str:
    """`1 incident`, `2 incidents`, `2 maintenances`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _counts(month: Month) -> str:
    planned = sum(one.is_maintenance for one in month.outlines)
    incidents = len(month.outlines) - planned
    told = [
        counted(incidents, "incident") if incidents else "",
        counted(planned, "maintenance") if planned else "",
    ]
    return ", ".join(filter(None, told))
