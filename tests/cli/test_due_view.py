"""How a promise looks."""

from datetime import timedelta

import pytest

from statusgen.cli.due_view import due_text
from statusgen.content.due import Due
from statusgen.content.incident import Incident
from statusgen.values.notation import load_zone
from statusgen.words.times import PageClock
from tests.builders import instant

NOW = instant("02:05")
ON_TIME = timedelta(0)


@pytest.mark.parametrize(
    ("at", "late_by", "text"),
    [
        (instant("02:19"), ON_TIME, "next update due 02:19 UTC, in 14 minutes"),
        (instant("02:05"), ON_TIME, "next update due 02:05 UTC, now"),
        (instant("02:01"), timedelta(minutes=4), "next update due 02:01 UTC, 4 minutes late"),
        (
            instant("02:05") + timedelta(days=2),
            ON_TIME,
            "next update due 23 November 2026, 02:05 UTC, in 2 days",
        ),
        (None, ON_TIME, "no next update is promised"),
    ],
)
def test_a_promise_says_when_and_how_far_away_that_is(at, late_by, text, incident):
    assert due_text(Due(incident, at, late_by), PageClock(load_zone("UTC")), NOW) == text


@pytest.fixture
def incident() -> Incident:
    from tests.builders import make_incident  # noqa: PLC0415

    return make_incident()
