"""A scripted relay in this process: TLS, AUTH, refusals, and connections that drop."""

import asyncio
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from subprocess import run
from threading import Event
from typing import Any
from warnings import catch_warnings, simplefilter

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

Reply = str | Callable[[int], str | None]


@dataclass
class Script:
    """What the relay does, and what it saw."""

    at_rcpt: Mapping[str, Reply] = field(default_factory=dict)
    """Replies by the beginning of the address; DROP closes the connection."""
    at_dot: Mapping[str, Reply] = field(default_factory=dict)
    holds_after: float = inf
    """After so many letters it keeps its answers back until `go_on` is set."""
    go_on: Event = field(default_factory=Event)
    seen: list[tuple[str, bytes]] = field(default_factory=list)
    """(recipient, content) at the final dot, accepted or dropped."""
    letters: int = 0
    """How many came to their final dot."""
    port: int = 0
    connections: int = 0
    _tries: dict[str, int] = field(default_factory=dict)

    async def handle_EHLO(self, _server, session, _envelope, hostname, responses):  # noqa: N802
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, _session, envelope, address, _options):  # noqa: N802
        reply = self._reply(self.at_rcpt, f"rcpt {address}", address)
        if reply == DROP:
            server.transport.abort()
            return "250 gone"
        if reply:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802
        address = envelope.rcpt_tos[0]
        self.letters += 1
        while self.letters > self.holds_after and not self.go_on.is_set():  # noqa: ASYNC110 - of a thread
            await asyncio.sleep(0.01)
        reply = self._reply(self.at_dot, f"dot {address}", address)
        if reply in {None, DROP}:
            self.seen.append((address, envelope.original_content))
        if reply == DROP:
            server.transport.abort()
        return reply or "250 OK"

    def wait_until_it_holds(self) -> None:
        """Return once a sender waits for an answer that is kept back."""
        deadline = time.monotonic() + _PATIENCE_S
        while self.letters <= self.holds_after:
            assert time.monotonic() < deadline, f"{self.letters} letters have come"
            time.sleep(0.01)

    def _reply(self, replies: Mapping[str, Reply], key: str, address: str) -> str | None:
        self._tries[key] = self._tries.get(key, 0) + 1
        for beginning, reply in replies.items():
            if address.startswith(beginning):
                return reply(self._tries[key]) if callable(reply) else reply
        return None


DROP = "drop"
_PATIENCE_S = 60


def once(reply: str) -> Callable[[int], str | None]:
    """Return a reply for the first try only."""
    return lambda tries: reply if tries == 1 else None


@dataclass(frozen=True)
class Certificate:
    """A self-made certificate for localhost and 127.0.0.1."""

    path: Path
    key_path: Path

    def client_context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.path))

    def server_context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.path, self.key_path)
        return context


def make_certificate(folder: Path) -> Certificate:
    certificate = Certificate(folder / "cert.pem", folder / "key.pem")
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    files = ["-keyout", str(certificate.key_path), "-out", str(certificate.path)]
    kind = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    run(["openssl", "req", *kind, "-addext", names, *files], check=True, capture_output=True)
    return certificate


@contextmanager
def smtp_relay(
    script: Script,
    certificate: Certificate | None = None,
    *,
    is_implicit_tls: bool = False,
    users: Mapping[str, str] | None = None,
    has_smtputf8: bool = True,
) -> Iterator[Script]:
    """Run the relay on a free port of 127.0.0.1; the port is in the script."""
    context = None
    if certificate is not None:
        context = certificate.server_context()

    def authenticate(_server, _session, _envelope, _mechanism, given: Any) -> AuthResult:
        known = (users or {}).get(given.login.decode())
        return AuthResult(success=known == given.password.decode(), handled=False)

    class Relay(Controller):
        def factory(self) -> SMTP:
            with catch_warnings():
                simplefilter("ignore")  # AUTH without TLS is what some tests are about
                return self.make_session()

        def make_session(self) -> SMTP:
            return SMTP(
                self.handler,
                hostname="mx.test",
                enable_SMTPUTF8=has_smtputf8,
                tls_context=None if is_implicit_tls else context,
                require_starttls=context is not None and not is_implicit_tls,
                authenticator=authenticate if users else None,
                auth_required=bool(users),
                auth_require_tls=context is not None and not is_implicit_tls,
            )

        def _trigger_server(self) -> None:
            self.port = self.server.sockets[0].getsockname()[1]
            super()._trigger_server()

    relay = Relay(
        script, hostname="127.0.0.1", port=0, ssl_context=context if is_implicit_tls else None
    )
    relay.start()
    try:
        script.port = relay.port
        yield script
    finally:
        relay.stop()
