"""A long line before a server: each direction takes its time, and as many bytes as ever."""

import asyncio
import selectors
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tests.components.own_process import announce, own_process


@contextmanager
def delay_proxy(upstream_port: int, one_way_s: float) -> Iterator[int]:
    """Give the port of a line to `upstream_port`; a round trip over it takes twice `one_way_s`."""
    with own_process(__name__, str(upstream_port), str(one_way_s)) as proxy:
        yield proxy.port


class _Direction:
    """What one side sent is done to the other, in order, a while later."""

    def __init__(self, one_way_s: float) -> None:
        self._one_way_s = one_way_s
        self._due: deque[Callable[[], object]] = deque()

    def later(self, action: Callable[[], object]) -> None:
        self._due.append(action)
        asyncio.get_running_loop().call_later(self._one_way_s, self._next)

    def _next(self) -> None:
        """Whichever timer rings first, the oldest goes first."""
        self._due.popleft()()


class _Side(asyncio.Protocol):
    """One end of the line; `other` is the far end once it is there."""

    def __init__(self, one_way_s: float) -> None:
        self.direction = _Direction(one_way_s)
        self.transport: asyncio.Transport | None = None
        self.other: _Side | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.direction.later(lambda: self._far().write(data))

    def eof_received(self) -> bool:
        self.direction.later(self._end)
        return True

    def connection_lost(self, error: Exception | None) -> None:
        self.direction.later(lambda: self._far().abort() if error else self._far().close())

    def _end(self) -> None:
        with suppress(OSError):  # the far end may be gone, and we not have heard of it yet
            if not self._far().is_closing():
                self._far().write_eof()

    def _far(self) -> asyncio.Transport:
        return self.other.transport


class _Near(_Side):
    """Who connects to us; the way to the server begins with its first step."""

    def __init__(self, upstream_port: int, one_way_s: float) -> None:
        super().__init__(one_way_s)
        self._upstream_port = upstream_port
        self._one_way_s = one_way_s

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        transport.pause_reading()
        self._opening = asyncio.get_running_loop().create_task(self._open())

    async def _open(self) -> None:
        await asyncio.sleep(self._one_way_s)
        far = _Side(self._one_way_s)
        far.other = self
        try:
            await asyncio.get_running_loop().create_connection(
                lambda: far, "127.0.0.1", self._upstream_port
            )
        except OSError:
            self.transport.abort()
            return
        self.other = far
        self.transport.resume_reading()


async def _serve(upstream_port: int, one_way_s: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: _Near(upstream_port, one_way_s), "127.0.0.1", 0, backlog=200
    )
    announce(server.sockets[0].getsockname()[1])
    await server.serve_forever()


if __name__ == "__main__":
    # epoll rounds every wait up to a millisecond, which is much of a short line's delay.
    with asyncio.Runner(
        loop_factory=lambda: asyncio.SelectorEventLoop(selectors.SelectSelector())
    ) as runner:
        runner.run(_serve(int(sys.argv[1]), float(sys.argv[2])))
