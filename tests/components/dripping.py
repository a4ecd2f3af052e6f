"""A server that answers by single bytes, for ever: it is never silent, and never done."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

DRIP_S = 0.02
"""Between two bytes; what counts is that no timeout of a socket is ever reached."""

HEAD = b"HTTP/1.1 200 OK\r\nX-Slow: "
BODY = (
    b'HTTP/1.1 200 OK\r\nETag: "1"\r\nLast-Modified: Sat, 21 Nov 2026 02:04:00 GMT\r\n'
    b"Date: Sat, 21 Nov 2026 02:04:00 GMT\r\nContent-Length: 1000000\r\n\r\n"
)


@contextmanager
def dripping(
    first: bytes = b"", at_once: bytes = b"", asked: threading.Event | None = None
) -> Iterator[int]:
    """Run the server until the block ends; yields its port.

    It says `at_once`, reads what is asked unless that is a greeting, says `first`, and then drips.
    `asked` is set once somebody has come.
    """
    stop, asked = threading.Event(), asked or threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(DRIP_S)
    threads = [threading.Thread(target=_serve, args=(listener, first, at_once, stop, asked))]
    threads[0].start()
    try:
        yield listener.getsockname()[1]
    finally:
        stop.set()
        threads[0].join()
        listener.close()


def _serve(
    listener: socket.socket,
    first: bytes,
    at_once: bytes,
    stop: threading.Event,
    is_known: threading.Event,
) -> None:
    asked: dict[socket.socket, bool] = {}
    while not stop.wait(DRIP_S):
        with suppress(TimeoutError):
            client, _ = listener.accept()
            client.settimeout(0)
            client.sendall(at_once)
            asked[client] = bool(at_once)
            is_known.set()
        for client in list(asked):
            try:
                asked[client] = _drip(client, first, is_asked=asked[client])
            except OSError:
                client.close()
                del asked[client]
    for client in asked:
        client.close()


def _drip(client: socket.socket, first: bytes, *, is_asked: bool) -> bool:
    """Send one byte more; returns whether anything was asked so far."""
    with suppress(BlockingIOError):
        if not client.recv(65_536):
            raise ConnectionResetError
        if not is_asked:
            client.sendall(first)
        is_asked = True
    if is_asked:
        client.sendall(b"x")
    return is_asked
