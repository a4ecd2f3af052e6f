"""Work on many items at once: in this process for a few, on all cores for many."""

import gc
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NoReturn, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

WORTH_A_PROCESS = 120
"""Below this many items, starting another process costs more than it saves."""
BATCH = 40


def run_in_parallel(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    meanwhile: Callable[[], None] = lambda: None,
) -> Iterator[Sequence[Result]]:
    """The results of `work` on `items`, in order and in batches; `work` must pickle.

    Where other processes do it, this one does `meanwhile` before it waits.
    """
    batches = [items[start : start + BATCH] for start in range(0, len(items), BATCH)]
    cores = os.cpu_count() or 1
    if len(items) < WORTH_A_PROCESS or cores == 1:
        yield from ([work(item) for item in batch] for batch in batches)
        return
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415  only for large archives

    with ProcessPoolExecutor(cores, initializer=_set_work, initargs=(work,)) as pool:
        results = pool.map(_do_batch, batches)
        meanwhile()
        yield from results


def alongside(work: Callable[[Item], Result], item: Item) -> Callable[[], Result]:
    """Begin `work` on `item` in a copy of this process; what is returned waits for its result.

    Where a process can't be copied safely, the work is done when its result is asked for.
    """
    is_alone = threading.active_count() == 1  # a copy has no other threads, but their locks
    if sys.platform != "linux" or (os.cpu_count() or 1) == 1 or not is_alone:
        return partial(work, item)
    receiver, sender = os.pipe()
    process = os.fork()
    if process == 0:
        _answer(sender, work, item)
    os.close(sender)

    def result() -> Result:
        with os.fdopen(receiver, "rb") as answer:
            raw = answer.read()
        os.waitpid(process, 0)
        return pickle.loads(raw) if raw else work(item)  # noqa: S301  our own copy wrote it

    return result


def _answer(sender: int, work: Callable[[Item], object], item: Item) -> NoReturn:
    """In the copy: nothing of the original's clean-up may run here."""
    try:
        with os.fdopen(sender, "wb") as answer:
            answer.write(pickle.dumps(work(item), pickle.HIGHEST_PROTOCOL))
    finally:
        os._exit(0)


_work: list[Callable[..., Any]] = []


def _set_work(work: Callable[..., Any]) -> None:
    for name in ("SIGINT", "SIGHUP"):  # the parent stops the work
        signal.signal(getattr(signal, name, signal.SIGINT), signal.SIG_IGN)
    gc.enable()
    _work[:] = [work]


def _do_batch(batch: Sequence[Any]) -> list[Any]:
    return [_work[0](item) for item in batch]
