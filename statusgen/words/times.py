"""Instants and durations as people read them: the page's zone first, UTC beside it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from statusgen.words.language import ENGLISH, Language

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
_HOUR_MINUTES, _DAY_MINUTES = 60, 24 * 60


class PageClock:
    """Writes times for readers of a page in `zone`."""

    def __init__(self, zone: ZoneInfo, language: Language = ENGLISH) -> None:
        self.zone = zone
        self._calendar = language.calendar

    def local(self, instant: datetime) -> datetime:
        """The instant on the page's clock."""
        return instant.astimezone(self.zone)

    def both(self, instant: datetime) -> str:
        """`21 November 2026, 03:04 CET (02:04 UTC)`; once only where the page's zone is UTC.

        The UTC date is added where it is another day there.
        """
        here, utc = self.local(instant), instant.astimezone(UTC)
        day = self._calendar.day
        if self.is_utc_at(instant):
            return f"{day(utc)}, {utc:%H:%M} UTC"
        other_day = f"{day(utc)}, " if here.date() != utc.date() else ""
        return f"{day(here)}, {here:%H:%M} {self.zone_name(instant)} ({other_day}{utc:%H:%M} UTC)"

    def time(self, instant: datetime) -> str:
        """`03:04 CET`."""
        return f"{self.local(instant):%H:%M} {self.zone_name(instant)}"

    def time_both(self, instant: datetime) -> str:
        """`03:04 CET (02:04 UTC)`."""
        if self.is_utc_at(instant):
            return f"{instant.astimezone(UTC):%H:%M} UTC"
        return f"{self.time(instant)} ({instant.astimezone(UTC):%H:%M} UTC)"

    def told_on(self, day: date, instant: datetime) -> str:
        """`03:04 CET (02:04 UTC)`, with its date where that is not `day`."""
        return self.time_both(instant) if self.day_of(instant) == day else self.both(instant)

    def day_of(self, instant: datetime) -> date:
        """The day on the page's clock."""
        return self.local(instant).date()

    def day(self, moment: date) -> str:
        """`21 November 2026`."""
        return self._calendar.day(moment)

    def month(self, moment: date) -> str:
        """`November 2026`."""
        return self._calendar.month(moment)

    def is_utc_at(self, instant: datetime) -> bool:
        """Whether the page's clock shows UTC at that instant under that name."""
        return self.zone_name(instant) == "UTC"

    def zone_name(self, instant: datetime) -> str:
        """`CET`; `UTC+03:00` for zones that have no letters."""
        here = self.local(instant)
        name = self._calendar.zone_name(here)
        return name if name.isalpha() else f"UTC{here.isoformat()[-6:]}"


def machine_time(instant: datetime) -> str:
    """`2026-11-21T02:04:00Z`, the value of a `datetime` attribute."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def spoken_duration(duration: timedelta, language: Language = ENGLISH) -> str:
    """`2 hours 5 minutes`: the two largest units that matter, minutes as the smallest.

    The smaller of them is rounded, half of it up; only what is under a minute is not.
    """
    if duration < _MINUTE:
        return language.text("less than a minute")
    minutes = _rounded(duration, _MINUTE)
    if minutes >= _DAY_MINUTES and minutes % _DAY_MINUTES >= _HOUR_MINUTES:
        minutes = _rounded(duration, _HOUR) * _HOUR_MINUTES
    days, minutes = divmod(minutes, _DAY_MINUTES)
    hours, minutes = divmod(minutes, _HOUR_MINUTES)
    told = [
        language.plural("%(num)s day", "%(num)s days", days) if days else "",
        language.plural("%(num)s hour", "%(num)s hours", hours) if hours else "",
        language.plural("%(num)s minute", "%(num)s minutes", minutes) if minutes else "",
    ]
    return " ".join(one for one in told if one)


def _rounded(duration: timedelta, unit: timedelta) -> int:
    """How many units it is, half of one up."""
    return (duration + unit / 2) // unit
