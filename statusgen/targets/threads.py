"""Work on many things at once, behind a synchronous face."""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Thread
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_threads(
    work: Callable[[Item], Result],
    items: Iterable[Item],
    on_done: Callable[[Item, Result], None],
    *,
    threads: int,
) -> None:
    """Do the work on every item, and tell of each in the calling thread, in order.

    After the first failure, or Ctrl-C, no other item is begun; what runs already is waited for,
    and the failure is raised.
    """
    failures: list[BaseException] = []

    def work_unless_failed(item: Item) -> Result:
        if failures:
            raise _NotBegunError
        try:
            return work(item)
        except BaseException as error:
            failures.append(error)
            raise

    waiting: deque[tuple[Item, Future[Result]]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for item in items:
                if len(waiting) >= 4 * threads:
                    _tell_of_oldest(waiting, on_done)
                waiting.append((item, pool.submit(work_unless_failed, item)))
            while waiting:
                _tell_of_oldest(waiting, on_done)
        except _NotBegunError:
            raise failures[0] from None
        except BaseException as error:
            failures.append(error)
            raise


def in_background(work: Callable[[], Result]) -> Future[Result]:
    """Begin the work in a thread that nobody has to wait for, not even the end of the program."""
    future: Future[Result] = Future()
    future.set_running_or_notify_cancel()  # whoever cancels has the result thrown away

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - whoever waits for the result gets it
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future


def _tell_of_oldest(
    waiting: deque[tuple[Item, Future[Result]]], on_done: Callable[[Item, Result], None]
) -> None:
    item, future = waiting.popleft()
    on_done(item, future.result())


class _NotBegunError(Exception):
    """Stands for work that was given up before it began."""
