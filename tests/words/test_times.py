from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from statusgen.words.times import PageClock, machine_time, spoken_duration
from tests.builders import BERLIN, instant

CLOCK = PageClock(BERLIN)


@pytest.mark.parametrize(
    ("zone", "at", "both", "time"),
    [
        (
            "Europe/Berlin",
            "02:04",
            "21 November 2026, 03:04 CET (02:04 UTC)",
            "03:04 CET (02:04 UTC)",
        ),
        (
            "Europe/Berlin",
            "2026-07-01T22:30",
            "2 July 2026, 00:30 CEST (1 July 2026, 22:30 UTC)",
            "00:30 CEST (22:30 UTC)",
        ),
        ("UTC", "02:04", "21 November 2026, 02:04 UTC", "02:04 UTC"),
        (
            "America/Sao_Paulo",
            "02:04",
            "20 November 2026, 23:04 UTC-03:00 (21 November 2026, 02:04 UTC)",
            "23:04 UTC-03:00 (02:04 UTC)",
        ),
        (
            "Europe/London",
            "02:04",
            "21 November 2026, 02:04 GMT (02:04 UTC)",
            "02:04 GMT (02:04 UTC)",
        ),
    ],
)
def test_the_page_s_zone_comes_first_and_utc_beside_it(zone, at, both, time):
    clock = PageClock(ZoneInfo(zone))

    assert clock.both(instant(at)) == both
    assert clock.time_both(instant(at)) == time


def test_the_doubled_hour_shows_which_one_is_meant():
    told = [CLOCK.time(instant(f"2026-10-25T{hour}:30")) for hour in ("00", "01")]

    assert told == ["02:30 CEST", "02:30 CET"]


def test_days_and_months_are_spelt_out():
    assert CLOCK.day(date(2026, 3, 1)) == "1 March 2026"
    assert CLOCK.month(date(2026, 12, 1)) == "December 2026"


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 22), "00:30 CET (23:30 UTC)"),
        (date(2026, 11, 21), "22 November 2026, 00:30 CET (21 November 2026, 23:30 UTC)"),
    ],
)
def test_a_time_has_a_date_where_it_is_of_another_day_of_the_page(day, words):
    assert CLOCK.told_on(day, instant("23:30")) == words


def test_machines_read_utc_in_whole_seconds():
    assert machine_time(instant("2026-11-21T02:04:05.900000")) == "2026-11-21T02:04:05Z"


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (timedelta(0), "less than a minute"),
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=1, seconds=29), "1 minute"),
        (timedelta(minutes=1, seconds=30), "2 minutes"),
        (timedelta(minutes=1, seconds=59), "2 minutes"),
        (timedelta(minutes=59, seconds=29), "59 minutes"),
        (timedelta(minutes=59, seconds=40), "1 hour"),
        (timedelta(hours=1, minutes=59, seconds=31), "2 hours"),
        (timedelta(hours=23, minutes=59, seconds=40), "1 day"),
        (timedelta(days=1, hours=3, minutes=30), "1 day 4 hours"),
        (timedelta(days=1, hours=23, minutes=29), "1 day 23 hours"),
        (timedelta(days=1, hours=23, minutes=59), "2 days"),
        (timedelta(days=2, minutes=59, seconds=40), "2 days 1 hour"),
        (timedelta(hours=2, minutes=5), "2 hours 5 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(days=1, hours=3, minutes=7), "1 day 3 hours"),
        (timedelta(days=2, minutes=7), "2 days 7 minutes"),
    ],
)
def test_a_duration_is_told_in_two_units_and_rounded(duration, words):
    assert spoken_duration(duration) == words
