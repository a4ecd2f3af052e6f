"""An end for work that may never come to one, on files that nobody has read yet.

`at_most` ends what Python does with an exception, `bounded` has the system end all else.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

MOST_MEMORY = 4 * 1024**3
"""Of address space, sixteen times what the largest archives need: more is a MemoryError."""
MOST_TIME_S = 600
"""Of processor time: then the system ends the process, whatever it is at."""
_AGAIN_S = 0.1


class TimeIsUp(BaseException):  # so that no library takes it for an error of its own
    """What was done within has taken its time."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raises `TimeIsUp` if what is done within takes more, however busy the machine is.

    Beside the main thread, where Python delivers no signals, it is not measured; nor does a signal
    end what one step of Python does, such as a power of large numbers.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    is_running = True

    def stop(_signal: int, _frame: FrameType | None) -> None:
        if is_running:
            raise TimeIsUp

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN_S)
    try:
        yield
    finally:
        is_running = False  # a signal that comes while the timer is put away is too late
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextmanager
def bounded(most_memory: int = MOST_MEMORY, most_time_s: int = MOST_TIME_S) -> Iterator[None]:
    """Have the system see to it within, for each process begun there too; where it can."""
    try:
        import resource  # noqa: PLC0415  not everywhere
    except ImportError:
        yield
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    most_time_s += int(used.ru_utime + used.ru_stime) + 1
    most = {resource.RLIMIT_AS: most_memory, resource.RLIMIT_CPU: most_time_s}
    before = {what: resource.getrlimit(what) for what in most}
    for what, (soft, hard) in before.items():
        is_lower = soft != resource.RLIM_INFINITY and soft < most[what]
        resource.setrlimit(what, (soft if is_lower else most[what], hard))
    try:
        yield
    finally:
        for what, limits in before.items():
            resource.setrlimit(what, limits)
