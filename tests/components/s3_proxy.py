"""A door before an S3 server that counts requests and spoils conditional writes as told."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.components.seaweedfs import S3Server

REFUSE, IGNORE, LOSE_ANSWER, PASS = "refuse", "ignore", "lose the answer", "pass"

_NOT_IMPLEMENTED = b"<Error><Code>NotImplemented</Code><Message>no conditions</Message></Error>"


class Proxy(ThreadingHTTPServer):
    """Forwards to `server`; `requests` holds the method and path of each request."""

    def __init__(self, server: S3Server, conditions: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = urlsplit(server.endpoint_url).netloc
        self.conditions = conditions
        self.requests: list[str] = []

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
        self.server.requests.append(f"{self.command} {self.path}")
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        is_conditional = "If-None-Match" in self.headers and self.command == "PUT"
        if is_conditional and self.server.conditions == REFUSE:
            self.answer(501, {}, _NOT_IMPLEMENTED)
            return
        if is_conditional and self.server.conditions == IGNORE:
            del self.headers["If-None-Match"]
        upstream = http.client.HTTPConnection(self.server.upstream)
        upstream.request(self.command, self.path, body, dict(self.headers.items()))
        answer = upstream.getresponse()
        data = answer.read()
        upstream.close()
        if is_conditional and self.server.conditions == LOSE_ANSWER:
            self.server.conditions = PASS
            self.close_connection = True
            return
        self.answer(answer.status, dict(answer.getheaders()), data)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = forward  # noqa: N815 - http.server's names

    def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        length = headers.pop("Content-Length", str(len(body)))
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in {"transfer-encoding", "connection", "date", "server"}:
                self.send_header(name, value)
        self.send_header("Content-Length", length)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""
