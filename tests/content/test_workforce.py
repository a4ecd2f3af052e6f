"""The same results, in the same order, from one process or several."""

import os
import threading

import pytest

from statusgen.content.workforce import WORTH_A_PROCESS, alongside, run_in_parallel


def triple(number):
    return number * 3


def process_id(_):
    return os.getpid()


def explode(number):
    raise LookupError(number)


@pytest.mark.parametrize("size", [0, 1, 40, 41, WORTH_A_PROCESS - 1, WORTH_A_PROCESS + 1])
def test_results_come_in_the_order_of_the_items(size):
    items = list(range(size))

    batches = list(run_in_parallel(triple, items))

    assert [one for batch in batches for one in batch] == [one * 3 for one in items]


def test_few_items_stay_in_this_process():
    [batch] = run_in_parallel(process_id, [1, 2])

    assert set(batch) == {os.getpid()}


def test_many_items_do_not(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)

    batches = run_in_parallel(process_id, list(range(WORTH_A_PROCESS)))

    assert os.getpid() not in {one for batch in batches for one in batch}


@pytest.mark.parametrize("size", [1, WORTH_A_PROCESS])
def test_an_error_in_the_work_comes_out(size):
    with pytest.raises(LookupError):
        list(run_in_parallel(explode, list(range(size))))


@pytest.mark.parametrize("cores", [1, 2])
def test_work_done_alongside_has_the_same_result(monkeypatch, cores):
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    monkeypatch.setattr(threading, "active_count", lambda: 1)

    result = alongside(triple, 14)

    assert result() == 42


def test_what_fails_in_the_copy_is_done_again_here(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(threading, "active_count", lambda: 1)

    result = alongside(explode, 1)

    with pytest.raises(LookupError):
        result()
