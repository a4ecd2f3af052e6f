"""Questions to the outside asked all at once; one that hangs keeps nobody waiting for long."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import Generic, TypeVar

from statusgen.errors import StatusgenError, Unavailable

Result = TypeVar("Result")


class Asked(Generic[Result]):
    """A question that is being answered in a thread of its own.

    The thread is a daemon: what still hangs at the end of the program is left behind.
    """

    def __init__(self, ask: Callable[[], Result]) -> None:
        self._ask = ask
        self._future: Future[Result] = Future()
        Thread(target=self._run, daemon=True).start()

    def answer(self, deadline_s: float) -> Result | StatusgenError:
        """Wait until the monotonic deadline; return the answer, or what kept us from it."""
        try:
            return self._future.result(max(0.0, deadline_s - time.monotonic()))
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
