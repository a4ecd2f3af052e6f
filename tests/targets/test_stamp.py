from datetime import UTC, datetime, timedelta, timezone

import pytest

from statusgen.targets.stamp import is_stamp
from statusgen.values.notation import format_instant

WEST, EAST = timezone(timedelta(hours=-14)), timezone(timedelta(hours=14))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 11, 21, 2, 4, tzinfo=UTC), True),
        (datetime(1, 1, 1, tzinfo=EAST), False),
        (datetime(9999, 12, 31, 23, tzinfo=WEST), False),
        (datetime(2026, 11, 21, 2, 4), False),  # noqa: DTZ001  the point of it
    ],
    ids=["an instant", "year 1", "year 9999", "no zone"],
)
def test_an_instant_is_one_in_every_zone(at, expected):
    assert is_stamp(at) is expected


@pytest.mark.parametrize(
    "at", [datetime(2, 1, 1, tzinfo=EAST), datetime(9998, 12, 31, 23, tzinfo=WEST)]
)
def test_the_first_and_the_last_can_be_told(at):
    assert is_stamp(at)
    assert format_instant(at).endswith("Z")
