"""A web server on loopback whose every answer is laid down, over http or https."""

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.components.smtp_relay import Certificate


@dataclass(frozen=True)
class Page:
    """An answer; `{origin}` in a header is what the request says of its origin."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Site:
    """What the server answers, by path; `requests` holds the paths that it was asked for."""

    pages: dict[str, Page] = field(default_factory=dict)
    missing: Page = Page(b"no such page", 404)
    ahead: timedelta = timedelta()
    """How far its clock is ahead."""
    requests: list[str] = field(default_factory=list)
    url: str = ""


@contextmanager
def web_server(site: Site, certificate: Certificate | None = None) -> Iterator[Site]:
    """Serve until the block ends; the url, by the name `localhost`, is in the site."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            site.requests.append(self.path)
            page = site.pages.get(self.path, site.missing)
            self.send_response(page.status)
            for name, value in page.headers.items():
                self.send_header(name, value.format(origin=self.headers.get("Origin", "")))
            self.send_header("Content-Length", str(len(page.body)))
            self.end_headers()
            self.wfile.write(page.body)

        def date_time_string(self, timestamp=None):
            del timestamp
            return format_datetime(datetime.now(UTC) + site.ahead, usegmt=True)

        def log_message(self, *_):
            """Keep quiet."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_):
            """A client that does not trust us hangs up."""

        def finish_request(self, request, client_address):
            if context is not None:
                with context.wrap_socket(request, server_side=True) as secured:
                    super().finish_request(secured, client_address)
            else:
                super().finish_request(request, client_address)

    context = None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate.path, certificate.key_path)
    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    scheme = "http" if certificate is None else "https"
    site.url = f"{scheme}://localhost:{server.server_port}"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
