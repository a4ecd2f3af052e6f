"""A door before an S3 server: it counts requests, and spoils or holds up those it is told to."""

import http.client
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.components.seaweedfs import S3Server

REFUSE, IGNORE, LOSE_ANSWER, PASS = "refuse", "ignore", "lose the answer", "pass"
RESET, SLOW_DOWN, SLOW = "reset", "slow down", "slow"
KILL_BEFORE, KILL_AFTER = "kill before", "kill after"

SLOW_S = 2.5
"""Longer than a publisher takes for a pause of its own."""

_BUSY = b"<Error><Code>SlowDown</Code><Message>reduce your request rate</Message></Error>"
_NOT_IMPLEMENTED = b"<Error><Code>NotImplemented</Code><Message>no conditions</Message></Error>"


def never(_number: int, _request: str) -> str:
    """Let every request pass."""
    return PASS


class Proxy(ThreadingHTTPServer):
    """Forwards to `server`; `requests` holds the method and path of each request.

    `fault` says what becomes of a request, by its number from 1 on and by what it asks; `kill`
    ends whoever sends them.
    """

    def __init__(self, server: S3Server, conditions: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = urlsplit(server.endpoint_url).netloc
        self.conditions = conditions
        self.requests: list[str] = []
        self.fault: Callable[[int, str], str] = never
        self.kill: Callable[[], object] = lambda: None
        self.lock = threading.Lock()

    @property
    def server_facts(self) -> S3Server:
        return S3Server(f"http://127.0.0.1:{self.server_port}")


@contextmanager
def run_proxy(server: S3Server, conditions: str = PASS) -> Iterator[Proxy]:
    """Run a proxy until the block ends."""
    proxy = Proxy(server, conditions)
    thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Proxy
    protocol_version = "HTTP/1.1"

    def forward(self) -> None:
        with self.server.lock:
            request = f"{self.command} {self.path}"
            self.server.requests.append(request)
            fault = self.server.fault(len(self.server.requests), request)
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        if len(body) < length:  # whoever sent it was killed meanwhile
            self.close_connection = True
            return
        if fault in {RESET, KILL_BEFORE}:
            self.hang_up(fault)
            return
        if fault == SLOW_DOWN:
            self.answer(503, {}, _BUSY)
            return
        if fault == SLOW:
            time.sleep(SLOW_S)
        is_conditional = self.command == "PUT" and (
            "If-None-Match" in self.headers or "If-Match" in self.headers
        )
        if is_conditional and self.server.conditions == REFUSE:
            self.answer(501, {}, _NOT_IMPLEMENTED)
            return
        if is_conditional and self.server.conditions == IGNORE:
            del self.headers["If-None-Match"], self.headers["If-Match"]
        answer, data = self.ask(body)
        if is_conditional and self.server.conditions == LOSE_ANSWER:
            self.server.conditions = PASS
            fault = LOSE_ANSWER
        if fault in {LOSE_ANSWER, KILL_AFTER}:
            self.hang_up(fault)
            return
        self.answer(answer.status, dict(answer.getheaders()), data)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = forward  # noqa: N815 - http.server's names

    def ask(self, body: bytes) -> tuple[http.client.HTTPResponse, bytes]:
        try:
            return self.ask_once(body)
        except ConnectionError:  # a busy server dropped it; it was asked for one thing all the same
            return self.ask_once(body)

    def ask_once(self, body: bytes) -> tuple[http.client.HTTPResponse, bytes]:
        with closing(http.client.HTTPConnection(self.server.upstream)) as upstream:
            upstream.request(self.command, self.path, body, dict(self.headers.items()))
            answer = upstream.getresponse()
            return answer, answer.read()

    def hang_up(self, fault: str) -> None:
        if fault in {KILL_BEFORE, KILL_AFTER}:
            self.server.kill()
        if fault == RESET:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True

    def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        length = headers.pop("Content-Length", str(len(body)))
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in {"transfer-encoding", "connection", "date", "server"}:
                self.send_header(name, value)
        self.send_header("Content-Length", length)
        with suppress(ConnectionError):  # whoever asked may have been killed
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""
