import pytest

from statusgen.doctor.clock import judge_clock
from statusgen.doctor.finding import FindingState


@pytest.mark.parametrize(
    ("ahead_s", "state", "words"),
    [
        ({"s3://acme": 3.0}, FindingState.OK, "this machine's agrees with that of s3://acme"),
        ({"s3://acme": -60.0}, FindingState.OK, "agrees"),
        (
            {"s3://acme": 90.0},
            FindingState.WARN,
            "this machine's is 2 minutes behind that of s3://acme",
        ),
        ({"s3://acme": -300.0}, FindingState.WARN, "5 minutes ahead of that of s3://acme"),
        ({"a": 0.0, "b": -301.0}, FindingState.FAIL, "5 minutes ahead of that of b"),
        ({"a": 7200.0}, FindingState.FAIL, "2 hours behind that of a"),
        ({}, FindingState.UNKNOWN, "no server has told its time"),
    ],
)
def test_a_minute_warns_and_five_fail(ahead_s, state, words):
    found = judge_clock(ahead_s)

    assert (found.state, found.subject) == (state, "clock")
    assert words in found.what
    assert bool(found.remedy) is (state is not FindingState.OK)
