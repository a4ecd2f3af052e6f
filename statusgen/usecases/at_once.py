"""The same work on several things at once; who interrupts it waits for none of them."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Thread
from typing import Any, TypeVar

Result = TypeVar("Result")


def at_once(work: Callable[..., Result], *many: Sequence[Any]) -> list[Result]:
    """Return what the work comes to on each, in order; the first failure is raised.

    Its threads are daemons: after Ctrl-C, what still hangs ends with the program.
    """
    futures = [_begin(work, *each) for each in zip(*many, strict=True)]
    return [one.result() for one in futures]


def _begin(work: Callable[..., Result], *each: Any) -> Future[Result]:
    future: Future[Result] = Future()

    def run() -> None:
        try:
            future.set_result(work(*each))
        except BaseException as error:  # noqa: BLE001  whoever waits for the result gets it
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future
