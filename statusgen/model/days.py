"""Days in the page's zone."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def day_begins(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of the day, in UTC; also where the clocks skip midnight."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
