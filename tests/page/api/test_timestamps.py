from datetime import UTC, date
from zoneinfo import ZoneInfo

import pytest

from statusgen.page.api.timestamps import Timestamps
from tests.builders import instant


@pytest.mark.parametrize(
    ("zone", "at", "written"),
    [
        ("Europe/Berlin", "2026-11-21T02:04", "2026-11-21T03:04:00.000+01:00"),
        ("Europe/Berlin", "2026-07-21T02:04", "2026-07-21T04:04:00.000+02:00"),
        ("Europe/Berlin", "2026-10-25T00:30", "2026-10-25T02:30:00.000+02:00"),
        ("Europe/Berlin", "2026-10-25T01:30", "2026-10-25T02:30:00.000+01:00"),
        ("America/Tijuana", "2015-09-18T18:20:40.535", "2015-09-18T11:20:40.535-07:00"),
        ("America/Tijuana", "2022-02-15T21:37:37.407", "2022-02-15T13:37:37.407-08:00"),
        ("Asia/Kolkata", "2026-11-21T02:04:05.1239", "2026-11-21T07:34:05.123+05:30"),
        ("UTC", "2026-11-21T02:04", "2026-11-21T02:04:00.000Z"),
        ("Etc/UTC", "2026-11-21T02:04", "2026-11-21T02:04:00.000Z"),
        ("Europe/London", "2026-11-21T02:04", "2026-11-21T02:04:00.000+00:00"),
    ],
)
def test_an_instant_has_three_decimals_and_the_offset_of_its_day(zone, at, written):
    assert Timestamps(ZoneInfo(zone)).written(instant(at)) == written


def test_what_is_not_there_stays_away():
    assert Timestamps(ZoneInfo("UTC")).optional(None) is None


def test_a_day_begins_at_midnight_on_the_clock_of_the_page():
    begun = Timestamps(ZoneInfo("Europe/Berlin")).midnight(date(2024, 1, 1))

    assert begun.astimezone(UTC) == instant("2023-12-31T23:00")
