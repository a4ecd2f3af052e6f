"""Work on many items at once: in this process for a few, on all cores for many."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

WORTH_A_PROCESS = 120
"""Below this many items, starting another process costs more than it saves."""
BATCH = 40


def run_in_parallel(
    work: Callable[[Item], Result], items: Sequence[Item]
) -> Iterator[Sequence[Result]]:
    """The results of `work` on `items`, in order and in batches; `work` must pickle."""
    batches = [items[start : start + BATCH] for start in range(0, len(items), BATCH)]
    cores = os.cpu_count() or 1
    if len(items) < WORTH_A_PROCESS or cores == 1:
        yield from ([work(item) for item in batch] for batch in batches)
        return
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415  only for large archives

    with ProcessPoolExecutor(cores, initializer=_set_work, initargs=(work,)) as pool:
        yield from pool.map(_do_batch, batches)


_work: list[Callable[..., Any]] = []


def _set_work(work: Callable[..., Any]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent stops the work
    _work[:] = [work]


def _do_batch(batch: Sequence[Any]) -> list[Any]:
    return [_work[0](item) for item in batch]
