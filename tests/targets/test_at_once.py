import threading
import time

import pytest

from statusgen.errors import MailError, Unavailable
from statusgen.targets.at_once import Asked, at_once


def test_results_come_in_order():
    assert at_once(lambda one, other: one + other, ["a", "b"], ["1", "2"]) == ["a1", "b2"]


def test_all_are_worked_on_at_once():
    barrier = threading.Barrier(3)

    assert at_once(lambda _: barrier.wait(10) >= 0, range(3)) == [True] * 3


def test_a_failure_is_raised():
    with pytest.raises(ZeroDivisionError):
        at_once(lambda one: 1 / one, [1, 0])


def test_answers_come_back():
    assert Asked(lambda: 42).answer(time.monotonic() + 60) == 42


def test_what_went_wrong_outside_is_an_answer():
    def fail():
        raise MailError("no relay")

    answer = Asked(fail).answer(time.monotonic() + 60)

    assert isinstance(answer, MailError)


def test_a_bug_is_none():
    with pytest.raises(ZeroDivisionError):
        Asked(lambda: 1 // 0).answer(time.monotonic() + 60)


def test_many_that_hang_are_left_behind_at_the_deadline():
    release = threading.Event()
    asked = [Asked(lambda: release.wait(60)) for _ in range(10)]
    deadline_s = time.monotonic() + 0.3

    answers = [one.answer(deadline_s) for one in asked]

    assert time.monotonic() >= deadline_s
    assert all(isinstance(one, Unavailable) for one in answers)
    assert "no answer in time" in str(answers[0])
    release.set()
