"""A policy server for Postfix: who is called `grey…` is taken at the second try."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

ASK_AGAIN = "action=451 4.7.1 greylisted, try again later"
TAKE = "action=dunno"


class _Greylist(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Questions)
        self.seen: set[str] = set()


class _Questions(socketserver.StreamRequestHandler):
    """Lines of `name=value`; an empty one ends a question (Postfix's SMTPD_POLICY_README)."""

    server: _Greylist

    def handle(self) -> None:
        facts: dict[str, str] = {}
        for raw in self.rfile:
            line = raw.decode("utf-8", "replace").strip()
            if line:
                name, _, value = line.partition("=")
                facts[name] = value
                continue
            self.wfile.write(f"{self._answer(facts.get('recipient', ''))}\n\n".encode())
            facts = {}

    def _answer(self, recipient: str) -> str:
        if not recipient.startswith("grey") or recipient in self.server.seen:
            return TAKE
        self.server.seen.add(recipient)
        return ASK_AGAIN


@contextmanager
def greylist() -> Iterator[int]:
    """Answer on a port of loopback until the block ends."""
    with _Greylist() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
