"""A real browser on pages from loopback or from disk, and the requests that it made elsewhere."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Page, Route, sync_playwright

from tests.components.available import AXE_SCRIPT, chromium

FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass
class Browsing:
    """An open tab, and what its pages asked of hosts other than loopback (refused)."""

    page: Page
    requests_elsewhere: list[str] = field(default_factory=list)
    script_errors: list[str] = field(default_factory=list)

    def accessibility_problems(self) -> tuple[str, ...]:
        """Run axe-core on the open page; return one line for each violated rule and element."""
        self.page.evaluate(AXE_SCRIPT.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run()")

        return tuple(
            f"{violation['id']}: {violation['help']} ({node['html']})"
            for violation in found["violations"]
            for node in violation["nodes"]
        )


@contextmanager
def browse(
    *, width: int = 1280, height: int = 800, dark: bool = False, script: bool = True
) -> Iterator[Browsing]:
    """Open a tab of the given size, in dark or light colours, with or without JavaScript."""
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else list(FLAGS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=flags)
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
        )
        browsing = Browsing(context.new_page())
        context.route("**/*", lambda route: _stay_here(route, browsing))
        browsing.page.on("pageerror", lambda error: browsing.script_errors.append(str(error)))
        yield browsing
        browser.close()


def _stay_here(route: Route, browsing: Browsing) -> None:
    url = urlsplit(route.request.url)
    if url.scheme in {"http", "https", "ws", "wss"} and url.hostname not in LOOPBACK:
        browsing.requests_elsewhere.append(route.request.url)
        route.abort()
    else:
        route.continue_()
