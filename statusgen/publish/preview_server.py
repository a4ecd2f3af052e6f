"""A web server on loopback that shows a preview, and tells open pages when to load again."""

import sys
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from statusgen.errors import StatusgenError, UsageError
from statusgen.page.artifacts import headers_for
from statusgen.publish.preview_port import Bodies

CHANGES = "_preview/changes"
SCRIPT_KEY = "_preview/reload.js"
_SCRIPT = f'new EventSource("/{CHANGES}").onmessage = () => location.reload();\n'.encode()
_TAG = f'<script src="/{SCRIPT_KEY}" defer></script>'.encode()
_BUSY = b"<!doctype html><title>One moment</title><body>This page is being made.</body>"
_HEARTBEAT_S = 15.0
_OUR_HOSTS = (None, "127.0.0.1", "localhost")
_EXTRA_TYPES = {"txt": "text/plain; charset=utf-8", "eml": "text/plain; charset=utf-8"}


class LocalPreviewServer:
    """Serves the bodies it was shown last; runs in threads of its own."""

    def __init__(self, port: int) -> None:
        self._bodies: Bodies = {}
        self._changed = threading.Condition()
        self._version = 0
        self.is_closed = False
        try:
            self._server = _Server(
                ("127.0.0.1", port), type("Handler", (_Handler,), {"preview": self})
            )
        except OSError as error:
            raise UsageError(
                f"port {port} can't be used ({error.strerror}); choose another with --port"
            ) from error
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where the preview is."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def show(self, bodies: Bodies) -> None:
        """Serves these from now on; open pages load again."""
        with self._changed:
            self._bodies = bodies
            self._version += 1
            self._changed.notify_all()

    def close(self) -> None:
        """Stops serving, and lets go of the pages that listen for changes."""
        with self._changed:
            self.is_closed = True
            self._changed.notify_all()
        self._server.shutdown()
        self._server.server_close()

    def wait_for_change(self, version: int) -> int:
        """The version now, after it changed or a while has passed."""
        with self._changed:
            self._changed.wait_for(lambda: self.is_closed or self._version != version, _HEARTBEAT_S)
            return self._version

    @property
    def version(self) -> int:
        """Counts how often something new was shown."""
        return self._version

    def body(self, key: str) -> bytes | None:
        """The body at a key; None where there is none."""
        make = self._bodies.get(key)
        return make() if make else None


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say what went wrong, but not that a reader has gone: a page that loads again does so."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    preview: LocalPreviewServer

    def do_GET(self) -> None:
        if self._is_from_elsewhere:
            self.send_error(HTTPStatus.FORBIDDEN, "a preview is for its own pages only")
            return
        key = unquote(urlsplit(self.path).path).lstrip("/")
        if key == CHANGES:
            self._stream()
            return
        if key == SCRIPT_KEY:
            self._answer(HTTPStatus.OK, key, _SCRIPT)
            return
        key = f"{key}index.html" if not key or key.endswith("/") else key
        try:
            body = self.preview.body(key)
        except StatusgenError:  # saved a moment ago: what was shown before can't be made any more
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, "busy.html", _BUSY)
            return
        if body is None:
            missing = self.preview.body("404.html") or b"not found"
            self._answer(HTTPStatus.NOT_FOUND, "404.html", missing)
        else:
            self._answer(HTTPStatus.OK, key, body)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _answer(self, status: HTTPStatus, key: str, body: bytes) -> None:
        ending = key.rpartition(".")[2]
        kind = _EXTRA_TYPES.get(ending) or headers_for(key).content_type
        if ending == "html":
            body = body.replace(b"</body>", _TAG + b"</body>")
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self._is_body_wanted:
            self.wfile.write(body)

    def _stream(self) -> None:
        version = self.preview.version  # before the answer: what changes from then on is told
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        try:
            while self._is_body_wanted and not self.preview.is_closed:
                now = self.preview.wait_for_change(version)
                self.wfile.write(b"data: new\n\n" if now != version else b": still here\n\n")
                version = now
        except OSError:
            return  # the reader has gone

    def end_headers(self) -> None:
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Content-Security-Policy", "frame-ancestors 'self'")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    @property
    def _is_from_elsewhere(self) -> bool:
        """Whether another site's page asks: drafts are not for its scripts.

        By the name that it was asked by (which may be pointed at this machine), by Origin, and by
        the Fetch metadata, which all browsers send; who follows a link to the preview may.
        """
        host = self.headers.get("Host", "")
        if _host_name(host) not in _OUR_HOSTS:
            return True
        if self.headers.get("Origin", f"http://{host}") != f"http://{host}":
            return True
        if self.headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin"):
            return False
        told = (self.headers.get("Sec-Fetch-Mode"), self.headers.get("Sec-Fetch-Dest"))
        return told != ("navigate", "document")

    @property
    def _is_body_wanted(self) -> bool:
        return self.command != "HEAD"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        del format, args


def _host_name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return host


def watch(root: Path, names: Iterable[str], on_change: Callable[[], None]) -> None:
    """Calls `on_change` after every burst of changes to these in `root`, until interrupted.

    The root itself is watched: a file that an editor puts in the place of another, and a folder
    that is not there yet, would be lost otherwise.
    """
    import watchfiles  # noqa: PLC0415  only preview watches

    ours = tuple(root / name for name in names)
    is_work = watchfiles.DefaultFilter()

    def is_wanted(change: watchfiles.Change, path: str) -> bool:
        return is_work(change, path) and any(Path(path).is_relative_to(one) for one in ours)

    for _ in watchfiles.watch(
        root, watch_filter=is_wanted, raise_interrupt=True, ignore_permission_denied=True
    ):
        on_change()
