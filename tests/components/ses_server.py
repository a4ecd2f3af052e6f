"""Amazon SES as scripted as a test needs it: its API on loopback, answer by answer."""

import base64
import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import pytest

from tests.components.dripping import DRIP_S

Answer = Callable[["_Handler"], None]

SOUND_ACCOUNT: dict[str, Any] = {
    "SendingEnabled": True,
    "ProductionAccessEnabled": True,
    "EnforcementStatus": "HEALTHY",
    "SendQuota": {"Max24HourSend": 50_000.0, "MaxSendRate": 14.0, "SentLast24Hours": 1_000.0},
}
SOUND_IDENTITY: dict[str, Any] = {
    "IdentityType": "DOMAIN",
    "VerifiedForSendingStatus": True,
    "VerificationStatus": "SUCCESS",
    "DkimAttributes": {"SigningEnabled": True, "Status": "SUCCESS"},
}
_IDENTITIES = "/v2/email/identities/"


class SesServer(ThreadingHTTPServer):
    """Takes every letter, but gives the answers in `script` first, one a letter."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script: deque[Answer] = deque()
        self.account: dict[str, Any] | Answer = SOUND_ACCOUNT
        self.identities: dict[str, dict[str, Any] | Answer] = {"example.com": SOUND_IDENTITY}
        self.requests: list[dict[str, Any]] = []
        """Those to send a letter that were read whole, whatever became of them."""
        self.questions = 0
        """How often the account was asked about."""
        self.identities_asked: list[str] = []
        self.peers: set[tuple[str, int]] = set()
        self.stopping = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def letters(self) -> list[tuple[str, bytes]]:
        """Recipients and contents of those requests."""
        return [
            (one["Destination"]["ToAddresses"][0], base64.b64decode(one["Content"]["Raw"]["Data"]))
            for one in self.requests
        ]


@contextmanager
def run_ses() -> Iterator[SesServer]:
    """Run a server until the block ends."""
    server = SesServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def ses_server(monkeypatch) -> Iterator[SesServer]:
    """Where the SDK finds SES, with credentials."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testkey")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testsecret")
    with run_ses() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", server.url)
        yield server


def refuse(code: str, status: int = 400, words: str = "No.") -> Answer:
    def answer(handler: "_Handler") -> None:
        handler.read_letter()
        handler.reply(status, {"message": words}, **{"x-amzn-ErrorType": code})

    return answer


def page(status: int, **headers: str) -> Answer:
    """What something that isn't SES says."""

    def answer(handler: "_Handler") -> None:
        handler.read_letter()
        handler.reply(status, b"<html>Hello</html>", **{"Content-Type": "text/html"}, **headers)

    return answer


def say_goodbye(handler: "_Handler") -> None:
    """Tell about a sound account, and end the connection properly."""
    handler.reply(200, SOUND_ACCOUNT, Connection="close")
    handler.close_connection = True


def hang_up(handler: "_Handler") -> None:
    """Read the letter and say nothing."""
    handler.read_letter()
    handler.close_connection = True


def accept_and_reset(handler: "_Handler") -> None:
    handler.read_letter()
    _reset(handler)


def reset_unread(handler: "_Handler") -> None:
    """Read the head only, and some of the body so that more of it is on its way."""
    handler.rfile.read(100_000)
    _reset(handler)


def stall(handler: "_Handler") -> None:
    """Read the letter and keep the connection open."""
    handler.read_letter()
    handler.server.stopping.wait()
    handler.close_connection = True


def stall_unread(handler: "_Handler") -> None:
    """Read no letter at all and keep the connection open."""
    handler.server.stopping.wait()
    handler.close_connection = True


def trickle(first: bytes) -> Answer:
    """Read the letter and answer a byte at a time after these, for ever."""

    def answer(handler: "_Handler") -> None:
        handler.read_letter()
        handler.close_connection = True
        with suppress(OSError):  # who asked has gone
            handler.wfile.write(first)
            while not handler.server.stopping.wait(DRIP_S):
                handler.wfile.write(b"x")

    return answer


def half_an_answer(handler: "_Handler") -> None:
    handler.read_letter()
    handler.send_response(200)
    handler.send_header("Content-Length", "500")
    handler.end_headers()
    handler.wfile.write(b'{"MessageId": "01')
    handler.close_connection = True


def noise(handler: "_Handler") -> None:
    """Answer with what is no text at all."""
    handler.read_letter()
    handler.reply(200, b"\xff\xfe\x00")


def no_http(handler: "_Handler") -> None:
    handler.read_letter()
    handler.wfile.write(b"220 relay.example.com ESMTP\r\n")
    handler.close_connection = True


def accept(handler: "_Handler") -> None:
    handler.read_letter()
    handler.reply(200, {"MessageId": f"0102-{len(handler.server.requests)}"})


def _reset(handler: "_Handler") -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


class _Handler(BaseHTTPRequestHandler):
    server: SesServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        assert self.path == "/v2/email/outbound-emails"
        self.server.peers.add(self.client_address)
        script = self.server.script
        (script.popleft() if script else accept)(self)

    def do_GET(self) -> None:
        if self.path.startswith(_IDENTITIES):
            identity = unquote(self.path.removeprefix(_IDENTITIES))
            self.server.identities_asked.append(identity)
            self.answer(self.server.identities.get(identity, refuse("NotFoundException", 404)))
        else:
            assert self.path == "/v2/email/account"
            self.server.questions += 1
            self.answer(self.server.account)

    def answer(self, answer: dict[str, Any] | Answer) -> None:
        if callable(answer):
            answer(self)
        else:
            self.reply(200, answer)

    def read_letter(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.command == "POST":
            self.server.requests.append(json.loads(body))

    def reply(self, status: int, body: dict[str, Any] | bytes, **headers: str) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def finish(self) -> None:
        with suppress(OSError, ValueError):
            super().finish()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""
