import threading

import pytest

from statusgen.usecases.at_once import at_once


def test_results_come_in_order():
    assert at_once(lambda one, other: one + other, ["a", "b"], ["1", "2"]) == ["a1", "b2"]


def test_all_are_worked_on_at_once():
    barrier = threading.Barrier(3)

    assert at_once(lambda _: barrier.wait(10) >= 0, range(3)) == [True] * 3


def test_a_failure_is_raised():
    with pytest.raises(ZeroDivisionError):
        at_once(lambda one: 1 / one, [1, 0])
