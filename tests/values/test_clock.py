import time
from datetime import UTC, datetime, timedelta

import pytest

from statusgen.values.clock import clock_from

NOW = datetime(2026, 11, 21, 2, 4, tzinfo=UTC)


def test_it_goes_on_from_the_given_instant(monkeypatch):
    passing_s = iter((1000.0, 1000.0, 1002.5))
    monkeypatch.setattr("statusgen.values.clock._passing_s", lambda: next(passing_s))
    clock = clock_from(NOW)

    assert [clock(), clock()] == [NOW, NOW + timedelta(seconds=2.5)]


@pytest.mark.parametrize("has_sleepless_clock", [True, False])
def test_the_hours_that_a_machine_sleeps_have_passed(monkeypatch, has_sleepless_clock):
    asleep_s = 0.0
    awake_s = time.monotonic()
    if has_sleepless_clock:
        monkeypatch.setattr(time, "CLOCK_BOOTTIME", 7, raising=False)
        monkeypatch.setattr(
            time, "clock_gettime", lambda which: awake_s + asleep_s if which == 7 else awake_s
        )
    else:
        monkeypatch.delattr(time, "CLOCK_BOOTTIME", raising=False)
        monkeypatch.setattr(time, "time", lambda: 1_795_000_000 + asleep_s)
    clock = clock_from(NOW)

    asleep_s = 5 * 3600.0

    assert clock() == NOW + timedelta(hours=5)
