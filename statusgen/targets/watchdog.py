"""An end for every wait on a server, as one that sends a byte a second never times out.

The timeout of a socket begins anew with each byte. Here a whole wait has one: when it is over, the
connection that a thread waits on is shut down, and the thread goes on with an error.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Protocol

_TICK_S = 0.1


class ClientConnection(Protocol):
    """What a client of HTTP, IMAP or the like keeps its socket in."""

    @property
    def sock(self) -> Any:
        """The socket; None as long as there is none."""
        ...


class Watchdog:
    """Looks after the waits of any number of threads; each has one at a time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waits: dict[int, _Wait] = {}
        self._lock = threading.Lock()
        self._is_looking = False

    @contextmanager
    def ending(self, seconds: float) -> Iterator[None]:
        """Have what this thread waits for in the block end after so many seconds.

        Raises: TimeoutError when it did not end by itself.
        """
        wait = _Wait(self._clock() + seconds)
        me = threading.get_ident()
        with self._lock:
            outer = self._waits.get(me)
            self._waits[me] = wait
            if not self._is_looking:
                self._is_looking = True
                threading.Thread(target=self._look, daemon=True).start()
        try:
            yield
            self.check()  # a connection that was cut looks like an answer that has ended
        except Exception as error:
            if wait.is_over:
                raise TimeoutError("no end in time") from error
            raise
        finally:
            with self._lock:
                del self._waits[me]
                if outer is not None:
                    self._waits[me] = outer

    def go_on(self, seconds: float) -> None:
        """Have this thread's wait end in so many seconds from now: something has come."""
        if wait := self._waits.get(threading.get_ident()):
            wait.end = self._clock() + seconds

    def check(self) -> None:
        """Raise TimeoutError if this thread's wait is over."""
        wait = self._waits.get(threading.get_ident())
        if wait is not None and wait.is_over:
            raise TimeoutError("no end in time")

    def guard(self, connection: ClientConnection) -> None:
        """Note that this thread waits on that connection from now on."""
        wait = self._waits.get(threading.get_ident())
        if wait is not None:
            wait.connection, wait.sock = connection, connection.sock
            if wait.is_over:
                wait.cut()

    def end_all(self) -> None:
        """End what any thread waits for now."""
        with self._lock:
            for wait in self._waits.values():
                wait.cut()

    def _look(self) -> None:
        while True:
            time.sleep(_TICK_S)
            with self._lock:
                if not self._waits:
                    self._is_looking = False
                    return
                for wait in self._waits.values():
                    if self._clock() > wait.end:
                        wait.cut()


class _Wait:
    """What one thread waits for, and until when."""

    def __init__(self, end: float) -> None:
        self.end = end
        self.is_over = False
        self.connection: ClientConnection | None = None
        self.sock: Any = None

    def cut(self) -> None:
        """Shut the connection down, also one that is just being opened."""
        self.is_over = True
        for sock in (self.sock, self.connection and self.connection.sock):
            if isinstance(sock, socket.socket):
                with suppress(OSError):  # it is closed already
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)  # TLS has nothing to say here


class Guarded:
    """Makes a class of connections, as `http.client` has them, guarded by its `watchdog`."""

    watchdog: Watchdog

    def connect(self) -> None:
        """Connect, which takes several steps over TLS."""
        self.watchdog.guard(self)  # type: ignore[arg-type]
        super().connect()  # type: ignore[misc]

    def request(self, *args: Any, **options: Any) -> None:
        """Send a request."""
        self.watchdog.guard(self)  # type: ignore[arg-type]
        super().request(*args, **options)  # type: ignore[misc]

    def getresponse(self, *args: Any, **options: Any) -> Any:
        """Wait for the answer, which may take the socket along."""
        self.watchdog.guard(self)  # type: ignore[arg-type]
        return super().getresponse(*args, **options)  # type: ignore[misc]
