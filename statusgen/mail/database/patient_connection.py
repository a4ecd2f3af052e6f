"""A connection to PostgreSQL that tells a server at work from one that has gone silent.

libpq waits for an answer without an end: `statement_timeout` is the server's own, and keepalives
are answered by a kernel whose server has stopped, or by a proxy that forwards nothing. Import it
late: psycopg is there for those who have a server.
"""

import time
from collections.abc import Callable, Generator
from typing import Any, TypeVar

import psycopg

Result = TypeVar("Result")

_ASK_AFTER_S = 15.0
"""So long an answer is waited for before the server is asked whether it is there at all."""
_SHORT_S = 3
"""To connect to a server of which it is not known whether it is there."""
_END_S = 630.0
"""The server itself stops a statement after 10 minutes."""


class Silent(psycopg.OperationalError):
    """The server gave no answer; the connection is closed, and what became of it is unknown."""

    sqlstate = "08S01"  # ODBC's "communication link failure"; psycopg has none for it


class Way:
    """The way to a server: it is not waited for as long once it was silent."""

    def __init__(self) -> None:
        self._is_silent = False

    def connect(self, *words: Any, **options: Any) -> psycopg.Connection[Any]:
        """Connect, as `psycopg.connect` does."""
        if self._is_silent:
            options |= {"connect_timeout": _SHORT_S}
        try:
            connection = PatientConnection.connect(*words, **options)
        except psycopg.errors.ConnectionTimeout:
            self._is_silent = True
            raise
        self._is_silent = False
        connection.is_answered = lambda: self._is_answered(*words, **options)
        return connection

    def _is_answered(self, *words: Any, **options: Any) -> bool:
        """Whether somebody new gets an answer; a refusal is one."""
        try:
            psycopg.connect(*words, **options | {"connect_timeout": _SHORT_S}).close()
        except psycopg.errors.ConnectionTimeout:
            self._is_silent = True
        except psycopg.Error:
            pass
        return not self._is_silent


class PatientConnection(psycopg.Connection[Any]):
    """Waits as long as the server answers others, and no longer than it may be at a statement."""

    is_answered: Callable[[], bool] = staticmethod(lambda: True)

    def wait(self, gen: Generator[Any, Any, Result], *words: Any, **options: Any) -> Result:
        """Wait for the server: all that psycopg does over an open connection goes through here.

        Raises: Silent.
        """
        return super().wait(self._watched(gen), *words, **options)

    def _watched(self, gen: Generator[Any, Any, Result]) -> Generator[Any, Any, Result]:
        """Pass on what is waited for; psycopg comes back ten times a second also with nothing."""
        ask_at_s = time.monotonic() + _ASK_AFTER_S
        end_s = time.monotonic() + _END_S
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                wanted = gen.send(ready)
                if time.monotonic() > ask_at_s:
                    if time.monotonic() > end_s or not self.is_answered():
                        self.close()
                        raise Silent("no answer in time")
                    ask_at_s = time.monotonic() + _ASK_AFTER_S
        except StopIteration as done:
            answer: Result = done.value
            return answer
