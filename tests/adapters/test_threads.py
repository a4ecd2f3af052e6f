import pytest

from statusgen.adapters.threads import in_threads


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
