"""Work in threads of its own: several things at once, or one that may hang.

The threads are daemons: what still hangs after Ctrl-C, or when nobody waits any more, ends with
the program.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from threading import Thread
from typing import Any, Generic, TypeVar

from statusgen.errors import StatusgenError, Unavailable

Result = TypeVar("Result")


class Asked(Generic[Result]):
    """A question that is being answered in a thread of its own."""

    def __init__(self, ask: Callable[[], Result]) -> None:
        self._ask = ask
        self._future: Future[Result] = Future()
        Thread(target=self._run, daemon=True).start()

    def result(self, timeout_s: float | None = None) -> Result:
        """Wait for the answer; what went wrong is raised, and TimeoutError without one in time."""
        return self._future.result(timeout_s)

    def answer(self, deadline_s: float) -> Result | StatusgenError:
        """Wait until the monotonic deadline; return the answer, or what kept us from it."""
        try:
            return self.result(max(0.0, deadline_s - time.monotonic()))
        except StatusgenError as error:
            return error
        except TimeoutError:
            return Unavailable(
                "it gave no answer in time; check the network, then run `statusgen doctor` again"
            )

    def _run(self) -> None:
        try:
            self._future.set_result(self._ask())
        except BaseException as error:  # noqa: BLE001  whoever waits for the answer gets it
            self._future.set_exception(error)


def at_once(work: Callable[..., Result], *many: Sequence[Any]) -> list[Result]:
    """Return what the work comes to on each, in order; the first failure is raised."""
    asked = [Asked(partial(work, *each)) for each in zip(*many, strict=True)]
    return [one.result() for one in asked]
