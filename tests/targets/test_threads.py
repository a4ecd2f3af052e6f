import threading
from threading import Event

import pytest

from statusgen.targets.threads import in_background, in_threads


def test_everything_is_done_and_told_in_order():
    told = []

    in_threads(lambda n: n * n, range(50), lambda n, square: told.append((n, square)), threads=4)

    assert told == [(n, n * n) for n in range(50)]


def test_nothing_new_is_begun_after_a_failure():
    begun = []

    def work(n):
        begun.append(n)
        if n == 3:
            raise ValueError("three")

    with pytest.raises(ValueError, match="three"):
        in_threads(work, range(10_000), lambda *_: None, threads=2)

    assert len(begun) < 100


def test_work_in_the_background_has_a_result_or_its_failure():
    def fail():
        raise ValueError("three")

    assert in_background(lambda: 9).result(60) == 9
    with pytest.raises(ValueError, match="three"):
        in_background(fail).result(60)


def test_nobody_has_to_wait_for_work_in_the_background():
    begun, is_over = Event(), Event()

    def hang():
        begun.set()
        is_over.wait()

    future = in_background(hang)

    assert begun.wait(60)
    assert [one for one in threading.enumerate() if not one.daemon] == [threading.main_thread()]
    assert not future.cancel()  # what is at work goes on; its result is still taken
    is_over.set()
    assert future.result(60) is None
