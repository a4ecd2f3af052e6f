from datetime import date
from zoneinfo import ZoneInfo

import pytest

from statusgen.values.days import day_begins
from tests.builders import BERLIN, instant


@pytest.mark.parametrize(
    ("day", "zone", "begins"),
    [
        (date(2026, 11, 21), BERLIN, "2026-11-20T23:00:00"),
        (date(2026, 7, 1), BERLIN, "2026-06-30T22:00:00"),
        (date(2024, 10, 6), ZoneInfo("America/Asuncion"), "2024-10-06T04:00:00"),
    ],
)
def test_a_day_begins_by_the_clock_of_its_zone(day, zone, begins):
    assert day_begins(day, zone) == instant(begins)
