"""How a language writes days and numbers, and how English does."""

from datetime import date, datetime
from typing import Protocol

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

ALL = 10_000
"""A hundred percent, in hundredths."""


class Calendar(Protocol):
    """How a language writes days and numbers."""

    def day(self, moment: date) -> str:
        """`21 November 2026`."""

    def month(self, moment: date) -> str:
        """`November 2026`."""

    def zone_name(self, moment: datetime) -> str:
        """`CET`: what the clock of an aware `moment` is called; empty where nothing is usual."""

    def percent(self, hundredths: int) -> str:
        """`99.95%` of 9995: two decimals, but for a full `100%`."""


class EnglishCalendar:
    """`21 November 2026`, as English is written outside America."""

    def day(self, moment: date) -> str:
        """See `Calendar`."""
        return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"

    def month(self, moment: date) -> str:
        """See `Calendar`."""
        return f"{_MONTHS[moment.month - 1]} {moment.year}"

    def zone_name(self, moment: datetime) -> str:
        """See `Calendar`."""
        return moment.tzname() or ""

    def percent(self, hundredths: int) -> str:
        """See `Calendar`."""
        return "100%" if hundredths == ALL else f"{hundredths / 100:.2f}%"
