"""Instants as the public API writes them: on the page's clock, to the millisecond."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo


class Timestamps:
    """Writes the instants of a page in `zone`."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def written(self, instant: datetime) -> str:
        """`2026-11-21T03:04:00.000+01:00`, with the offset of that instant; `Z` for UTC."""
        here = instant.astimezone(self._zone)
        text = here.isoformat(timespec="milliseconds")
        return text.removesuffix("+00:00") + "Z" if here.tzname() == "UTC" else text

    def optional(self, instant: datetime | None) -> str | None:
        """The same, or None."""
        return self.written(instant) if instant is not None else None

    def midnight(self, day: date) -> datetime:
        """The first instant of `day`."""
        return datetime.combine(day, time(), self._zone)
