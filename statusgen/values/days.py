"""Days in the page's zone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def day_begins(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of the day, in UTC; also where the clocks skip midnight."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both included; none where `last` comes first."""
    return (first + timedelta(days=number) for number in range((last - first).days + 1))
