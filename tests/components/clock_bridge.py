"""A door between a moved clock and an S3 server that can't have it: each side sees its own time.

What comes in was signed by the moved clock, which a server refuses; it is signed again with the
same key by the machine's. Dates in answers are moved the other way.

    python -m tests.components.clock_bridge URL SECONDS '{"key": "secret"}' [CERTIFICATE KEY]
"""

import http.client
import json
import re
import ssl
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.components.clock import AHEAD, not_moved
from tests.components.own_process import announce, own_process
from tests.components.smtp_relay import Certificate

_SIGNATURE = re.compile(
    r"Credential=(?P<key>[^/,]+)/\d+/(?P<region>[^/,]+)/.*"
    r"SignedHeaders=(?P<names>[^,]+),\s*Signature=(?P<signature>\w+)"
)
_DATES = ("date", "last-modified")
_QUESTIONS = ("If-Modified-Since", "If-Unmodified-Since")
_XML_DATE = re.compile(rb"(?<=<LastModified>)[^<]+(?=</LastModified>)")


@contextmanager
def bridged(
    url: str, secrets: Mapping[str, str], certificate: Certificate | None = None
) -> Iterator[str]:
    """Give the address at which a server is reached: its own, unless the clock is moved."""
    if not AHEAD:
        yield url
        return
    words = [url, str(AHEAD.total_seconds()), json.dumps(dict(secrets))]
    words += [str(certificate.path), str(certificate.key_path)] if certificate else []
    with own_process(__name__, *words, environment=not_moved()) as process:
        yield f"{urlsplit(url).scheme}://127.0.0.1:{process.port}"


class _Bridge(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, url: str, ahead: timedelta, secrets: Mapping[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = url
        self.ahead = ahead
        self.secrets = secrets

    def handle_error(self, *_: object) -> None:
        """A server that is not up yet, or a client that is gone."""


class _Handler(BaseHTTPRequestHandler):
    server: _Bridge
    protocol_version = "HTTP/1.1"

    def forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._sign(body)
        for name in _QUESTIONS:
            if name in self.headers:
                self.headers.replace_header(name, _moved(self.headers[name], -self.server.ahead))
        upstream = self._connect()
        upstream.request(self.command, self.path, body, dict(self.headers.items()))
        answer = upstream.getresponse()
        self._answer(answer, answer.read())
        upstream.close()

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = forward  # noqa: N815 - http.server's names

    def _sign(self, body: bytes) -> None:
        """Sign with the same key; a wrong signature stays a wrong one, an unknown key unknown."""
        told = _SIGNATURE.search(self.headers.get("Authorization", ""))
        if told is None:
            return
        secret = self.server.secrets.get(told["key"], "unknown")
        names = told["names"].split(";")
        claimed = self._request(names, body)
        claimed.context["timestamp"] = self.headers["X-Amz-Date"]
        auth = S3SigV4Auth(Credentials(told["key"], secret), "s3", told["region"])
        expected = auth.signature(
            auth.string_to_sign(claimed, auth.canonical_request(claimed)), claimed
        )
        if expected != told["signature"]:
            auth = S3SigV4Auth(Credentials(told["key"], "wrong"), "s3", told["region"])
        del self.headers["Authorization"], self.headers["X-Amz-Date"]
        request = self._request(names, body)
        auth.add_auth(request)
        for name, value in request.headers.items():
            del self.headers[name]
            self.headers[name] = value

    def _request(self, names: list[str], body: bytes) -> AWSRequest:
        """Return the request with those of its headers that are signed."""
        headers = {name: self.headers[name] for name in names if name in self.headers}
        return AWSRequest(self.command, f"http://{self.headers['Host']}{self.path}", headers, body)

    def _connect(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.server.url)
        if parts.scheme == "http":
            return http.client.HTTPConnection(parts.netloc)
        context = ssl._create_unverified_context()  # noqa: SLF001 - it is our own server
        return http.client.HTTPSConnection(parts.netloc, context=context)

    def _answer(self, answer: http.client.HTTPResponse, body: bytes) -> None:
        ahead = self.server.ahead
        body = _XML_DATE.sub(lambda one: _moved_iso(one[0], ahead), body)
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() in _DATES:
                self.send_header(name, _moved(value, ahead))
            elif name.lower() not in {"transfer-encoding", "connection", "content-length"}:
                self.send_header(name, value)
        length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(body))
        self.send_header("Content-Length", length or "0")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def _moved(date: str, by: timedelta) -> str:
    return format_datetime(parsedate_to_datetime(date) + by, usegmt=True)


def _moved_iso(date: bytes, by: timedelta) -> bytes:
    moved = datetime.fromisoformat(date.decode()) + by
    return moved.isoformat(timespec="milliseconds").replace("+00:00", "Z").encode()


def _serve(url: str, seconds: str, secrets: str, *files: str) -> None:
    bridge = _Bridge(url, timedelta(seconds=float(seconds)), json.loads(secrets))
    if files:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*files)
        bridge.socket = context.wrap_socket(bridge.socket, server_side=True)
    announce(bridge.server_port)
    bridge.serve_forever()


if __name__ == "__main__":
    _serve(*sys.argv[1:])
