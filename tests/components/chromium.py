"""A real browser on pages from loopback or from disk, and the requests that it made elsewhere.

No page sees the clock of the machine: tests set it here, and nowhere else.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests.components.available import AXE_SCRIPT, chromium
from tests.components.clock import not_moved

FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LOOPBACK = ("127.0.0.1", "localhost", "::1")
NOW = datetime(2026, 11, 21, 2, 12, tzinfo=UTC)
"""What the clock of a page shows when it is opened, unless a test says otherwise."""


@dataclass
class Browsing:
    """An open tab, and what its pages asked of hosts other than loopback (refused)."""

    page: Page
    requests_elsewhere: list[str] = field(default_factory=list)
    script_errors: list[str] = field(default_factory=list)

    def accessibility_problems(self) -> tuple[str, ...]:
        """Run axe-core on the open page; return one line for each violated rule and element."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run()")

        return tuple(
            f"{violation['id']}: {violation['help']} ({node['html']})"
            for violation in found["violations"]
            for node in violation["nodes"]
        )


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Run a browser until the block ends; its pages are opened by `open_page`."""
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else list(FLAGS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=flags, env=not_moved()
        )
        yield browser
        browser.close()


def open_page(browser: Browser, now: datetime, *, runs: bool, **options: Any) -> Page:
    """Open an empty page, alone in its context, whose clock shows `now`.

    A clock that does not run stands until the test moves it; so do the page's timers.
    """
    page = browser.new_context(**options).new_page()
    if runs:
        page.clock.install(time=now)
    else:
        page.clock.install(time=now - timedelta(minutes=1))
        page.clock.pause_at(now)
    return page


@contextmanager
def browse(
    browser: Browser,
    *,
    width: int = 1280,
    height: int = 800,
    dark: bool = False,
) -> Iterator[Browsing]:
    """Open a tab of the given size, in dark or light colours.

    Its clock runs on from `NOW`.
    """
    page = open_page(
        browser,
        NOW,
        runs=True,
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
    )
    browsing = Browsing(page)
    page.context.route("**/*", lambda route: _stay_here(route, browsing))
    page.on("pageerror", lambda error: browsing.script_errors.append(str(error)))
    yield browsing
    page.context.close()


def _stay_here(route: Route, browsing: Browsing) -> None:
    url = urlsplit(route.request.url)
    if url.scheme in {"http", "https", "ws", "wss"} and url.hostname not in LOOPBACK:
        browsing.requests_elsewhere.append(route.request.url)
        route.abort()
    else:
        route.continue_()
