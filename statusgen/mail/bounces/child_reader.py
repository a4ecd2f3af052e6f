"""Reads messages in a process of its own, which is killed when one takes too long.

What arrives by mail can keep the standard parser busy for hours or fill the memory. The process
holds no secret and no database, and is used for one message after the other.
"""

import multiprocessing
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from statusgen.errors import MailError
from statusgen.mail.bounces.bounce import Incoming

LIMIT_S = 5.0
_START_S = 60.0
_MOST_MEMORY = 1024 * 1024 * 1024

_NOT_STARTED = (
    "the process that reads messages did not start; see whether memory or processors are short, "
    "then run the command again to go on"
)

Read = Callable[[bytes], Incoming | None]


class ChildReader:
    """The Reader port around `read`, a function that can be imported by its name."""

    def __init__(self, read: Read, limit_s: float = LIMIT_S, start_s: float = _START_S) -> None:
        self._read = read
        self._limit_s = limit_s
        self._start_s = start_s
        self._child: tuple[BaseProcess, Connection] | None = None

    def __call__(self, head: bytes) -> Incoming | None:
        """See Reader."""
        _, connection = self._child or self._start()
        try:
            connection.send_bytes(head)
            if connection.poll(self._limit_s):
                answer: Incoming | None = connection.recv()
                return answer
        except (EOFError, OSError):  # it ran out of memory
            pass
        self.close()
        return None

    def close(self) -> None:
        """End the process; the next message starts another."""
        if self._child is not None:
            process, connection = self._child
            self._child = None
            connection.close()
            process.kill()
            process.join()
            process.close()

    def _start(self) -> tuple[BaseProcess, Connection]:
        context = multiprocessing.get_context("spawn")  # a copy would hold what we hold
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, self._read), daemon=True)
        process.start()
        theirs.close()
        self._child = process, ours
        with suppress(EOFError):
            if ours.poll(self._start_s):
                ours.recv()
                return self._child
        self.close()  # or its mark would be taken for the answer to a message
        raise MailError(_NOT_STARTED)


def _serve(connection: Connection, read: Read) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent stops us
    _limit_memory()
    with suppress(EOFError, BrokenPipeError):  # the parent is gone
        connection.send(None)
        while True:
            connection.send(read(connection.recv_bytes()))


def _limit_memory() -> None:
    with suppress(ImportError, OSError, ValueError):  # no such limit on this system
        import resource  # noqa: PLC0415  not everywhere

        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
