"""An event loop whose clock jumps: hours pass in the time that the work itself takes."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any


class VirtualLoop(asyncio.SelectorEventLoop):
    """Whenever everybody sleeps it is the time at which the first one wakes up, or a bit later.

    What threads do for it takes no time.
    """

    def __init__(self, lateness_s: Callable[[], float] = lambda: 0.0) -> None:
        super().__init__(_Jumping(self, lateness_s))
        self.now_s = 0.0
        self.jobs = 0
        """How many are in the hands of threads."""

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> "asyncio.Future[Any]":
        future = super().run_in_executor(executor, func, *args)
        self.jobs += 1
        future.add_done_callback(self._end_job)
        return future

    def _end_job(self, _future: "asyncio.Future[Any]") -> None:
        self.jobs -= 1

    def time(self) -> float:
        return self.now_s


class _Jumping(selectors.SelectSelector):
    def __init__(self, loop: VirtualLoop, lateness_s: Callable[[], float]) -> None:
        super().__init__()
        self._loop = loop
        self._lateness_s = lateness_s

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout and self._loop.jobs:
            return super().select(None)
        if timeout:
            self._loop.now_s += timeout + self._lateness_s()
        return super().select(0 if timeout is not None else None)


def run_virtually(
    make: Callable[[VirtualLoop], Coroutine[Any, Any, None]],
    lateness_s: Callable[[], float] = lambda: 0.0,
) -> VirtualLoop:
    """Run what is made for a loop of its own; the loop's `now_s` tells how long it took."""
    loop = VirtualLoop(lateness_s)
    try:
        loop.run_until_complete(make(loop))
    finally:
        loop.close()
    return loop
