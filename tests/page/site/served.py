"""Rendered pages on a real port, and tabs of a real browser whose clock tests turn."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Request

from statusgen.page.artifacts import headers_for
from tests.components.chromium import open_page
from tests.page.site.samples import NOW


class Host:
    """Serves the files it was given last; tells what was asked of it."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.date: datetime | None = None
        """What its clock says; None: it doesn't tell."""
        self.age_s = 0
        """How long a cache has held its answers."""
        self._held: dict[str, threading.Event] = {}
        self._server = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Handler", (_Handler,), {"host": self})
        )
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # a reader that left
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def publish(self, files: dict[str, bytes], release: str) -> None:
        """Serve these from now on."""
        self.files = files | {"release.json": json.dumps({"release": release}).encode()}

    def hold(self, key: str) -> threading.Event:
        """Keep back the answer for `key` until the event is set."""
        self._held[key] = threading.Event()
        return self._held[key]

    def wait_for(self, key: str) -> None:
        if key in self._held:
            self._held[key].wait(20)

    def times(self, key: str) -> int:
        """How often `key` was asked for."""
        return self.asked.count(key)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    host: Host

    def do_GET(self) -> None:
        key = urlsplit(self.path).path.lstrip("/")
        key = f"{key}index.html" if not key or key.endswith("/") else key
        self.host.asked.append(key)
        self.host.wait_for(key)
        body = self.host.files.get(key)
        self.send_response_only(200 if body is not None else 404)
        if body is None:
            key, body = "404.html", self.host.files.get("404.html", b"")
        if self.host.date:
            self.send_header("Date", format_datetime(self.host.date, usegmt=True))
        self.send_header("Age", str(self.host.age_s))
        self.send_header("Content-Type", headers_for(key).content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        del format, args


@dataclass
class Tab:
    """An open page, what it asked for, and what its console was told."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    pending: int = 0

    def began(self, request: Request) -> None:
        self.requests.append(request.url)
        self.pending += 1

    def ended(self, request: Request) -> None:
        del request
        self.pending -= 1

    def text(self, selector: str) -> str:
        return " ".join(self.page.locator(selector).first.inner_text().split())

    def pass_time(self, seconds: float) -> None:
        """Run the page's timers for so long."""
        self.page.clock.run_for(round(seconds * 1000))

    def poll(self, host: Host) -> None:
        """Let time pass until the page asks for news, and wait until it has them."""
        before = host.times("release.json")
        for _ in range(15):
            self.pass_time(12)
            self.settle()
            if host.times("release.json") > before:
                return
        raise AssertionError("it does not ask for news")

    def settle(self) -> None:
        """Wait until nothing has been on its way for a moment."""
        quiet = 0
        while quiet < 3:
            self.page.wait_for_timeout(30)
            quiet = 0 if self.pending else quiet + 1

    def wait_until(self, holds) -> None:
        for _ in range(2400):
            if holds():
                return
            self.page.wait_for_timeout(25)
        raise AssertionError("it did not come about")


@contextmanager
def open_tab(
    browser: Browser, now: datetime = NOW, *, runs: bool = False, **options
) -> Iterator[Tab]:
    """A tab whose clock stands at `now` unless it is moved, or runs on from there."""
    values = {"timezone_id": "UTC", "viewport": {"width": 1000, "height": 800}} | options
    page = open_page(browser, now, runs=runs, **values)
    page.set_default_timeout(60_000)
    tab = Tab(page)
    page.on("request", tab.began)
    page.on("requestfinished", tab.ended)
    page.on("requestfailed", tab.ended)
    page.on("pageerror", lambda error: tab.complaints.append(str(error)))
    page.on(
        "console",
        lambda said: said.type in ("error", "warning") and tab.complaints.append(said.text),
    )
    yield tab
    page.context.close()
