from zoneinfo import ZoneInfo

import pytest

from statusgen.content.listed_days import listed_days
from statusgen.content.outline import outline
from tests.builders import (
    BERLIN,
    instant,
    make_first,
    make_incident,
    make_notice,
    make_scheduled,
    make_update,
)

NOW = instant("2026-11-21T12:00")
BEGUN = make_first(at="2026-11-10T12:00")


def ended(at):
    return make_update("resolved", at)


def worked(starts, ends, *later):
    first = make_scheduled(at="2026-11-01T12:00", starts=starts, ends=ends)
    return [first, *later]


WEEKEND = ("2026-11-14T10:00", "2026-11-15T18:00")

CASES = {
    "a single day": ([BEGUN, ended("2026-11-10T13:00")], "10", "10"),
    "several days": ([BEGUN, ended("2026-11-13T12:00")], "10", "13"),
    "open until now": ([BEGUN], "10", "21"),
    "told in one update": ([make_first("resolved", at="2026-11-10T12:00")], "10", "10"),
    "told at midnight": ([make_first("resolved", at="2026-11-10T23:00")], "11", "11"),
    "over at midnight": ([BEGUN, ended("2026-11-12T23:00")], "10", "12"),
    "over a second later": ([BEGUN, make_update("resolved", "2026-11-12T23:00:01")], "10", "13"),
    "begun before it was told": (
        [make_first(at="2026-11-10T12:00", started="2026-11-09T12:00"), ended("2026-11-10T13:00")],
        "09",
        "10",
    ),
    "reopened": (
        [BEGUN, ended("2026-11-11T12:00"), make_update("update", "2026-11-12T08:00")],
        "10",
        "12",
    ),
    "a window": (worked(*WEEKEND), "14", "15"),
    "a window to midnight": (worked(WEEKEND[0], "2026-11-14T23:00"), "14", "14"),
    "a window ahead": (worked("2026-11-29T10:00", "2026-11-30T18:00"), "29", "30"),
    "done early": (
        worked(*WEEKEND, make_update("completed", "2026-11-14T12:00")),
        "14",
        "14",
    ),
    "done before it began": (
        worked(*WEEKEND, make_update("completed", "2026-11-13T12:00")),
        "14",
        "14",
    ),
    "taking longer": (
        worked(*WEEKEND, make_update("in_progress", "2026-11-14T10:00")),
        "14",
        "21",
    ),
    "begun by hand and planned for days": (
        worked(
            "2026-11-21T10:00",
            "2026-11-23T10:00",
            make_update("in_progress", "2026-11-21T10:00"),
        ),
        "21",
        "23",
    ),
    "canceled": (worked(*WEEKEND, make_update("canceled", "2026-11-12T12:00")), "14", "14"),
    "canceled on the way": (
        worked(*WEEKEND, make_update("canceled", "2026-11-15T12:00")),
        "14",
        "15",
    ),
    "canceled long after": (
        worked(*WEEKEND, make_update("canceled", "2026-11-19T12:00")),
        "14",
        "15",
    ),
    "a notice": ([make_notice(at="2026-11-15T12:00")], "15", "15"),
    "by a clock that is ahead": ([make_first(at="2026-11-21T12:04")], "21", "21"),
}


@pytest.mark.parametrize(("updates", "first", "last"), CASES.values(), ids=CASES)
def test_an_incident_is_listed_on_every_day_that_it_touched(updates, first, last):
    incident = make_incident(*updates)

    days = listed_days(incident, NOW, BERLIN)

    assert [day.isoformat()[-2:] for day in days] == [first, last]
    assert days == listed_days(outline(incident), NOW, BERLIN)


def test_days_are_those_of_the_page():
    incident = make_incident(BEGUN, ended("2026-11-12T23:00"))

    last = {name: listed_days(incident, NOW, ZoneInfo(name))[1].day for name in ZONES}

    assert last == ZONES


ZONES = {"UTC": 12, "America/New_York": 12, "Asia/Kolkata": 13, "Pacific/Kiritimati": 13}
