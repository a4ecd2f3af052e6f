import hashlib
import socket
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from statusgen.errors import Unavailable
from statusgen.targets.public_page import PAUSE_S, PublicWeb, _ahead_s, prove_live
from tests.components.dripping import BODY, HEAD, dripping
from tests.components.smtp_relay import make_certificate
from tests.components.web_server import Page, Site, web_server

NEW = b"<p>new"
DIGEST = hashlib.sha256(NEW).hexdigest()


@contextmanager
def serve(bodies):
    """Serve the bodies one after the other, the last for ever; None is a 503."""
    left = list(bodies)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(503 if body is None else 200)
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_):
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/index.html"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_the_new_page_is_proof():
    with serve([NEW]) as url:
        problem = prove_live(url, DIGEST, timeout_s=5)

    assert problem == ""


class Waiting:
    """A clock that only moves while somebody waits."""

    now_s = 0.0

    def clock(self):
        return self.now_s

    def wait(self, seconds):
        self.now_s += seconds


def test_a_late_page_is_waited_for():
    waiting = Waiting()

    with serve([b"old", None, NEW]) as url:
        problem = prove_live(url, DIGEST, 10, waiting.clock, waiting.wait)

    assert problem == ""
    assert waiting.now_s == 2 * PAUSE_S


def test_an_old_page_is_no_proof_and_the_wait_ends_in_time():
    waiting = Waiting()

    with serve([b"old"]) as url:
        problem = prove_live(url, DIGEST, 10, waiting.clock, waiting.wait)

    assert problem == f"{url} still shows another version"
    assert waiting.now_s == pytest.approx(10 - PAUSE_S)


def test_an_answer_that_is_no_page_is_named():
    with serve([None]) as url:
        problem = prove_live(url, DIGEST, timeout_s=0)

    assert problem == f"{url} answers 503 Service Unavailable"


def test_a_host_that_does_not_answer_is_named():
    problem = prove_live("http://127.0.0.1:9/", DIGEST, timeout_s=0)

    assert "http://127.0.0.1:9/ can't be fetched" in problem


def test_only_web_addresses_are_fetched():
    problem = prove_live("file:///etc/passwd", DIGEST, timeout_s=0)

    assert problem == "file:///etc/passwd is not a web address"


def test_an_answer_tells_its_headers_and_its_clock():
    page = Page(b"<p>hi", headers={"X-One": "1"})
    with web_server(Site({"/a": page}, ahead=timedelta(minutes=7))) as site:
        answer = PublicWeb().fetch(f"{site.url}/a")

    assert (answer.status, answer.body, answer.headers["x-one"]) == (200, b"<p>hi", "1")
    assert abs(answer.ahead_s - 420) < 60


def test_the_time_in_a_cache_is_no_fault_of_the_clock():
    page = Page(headers={"Age": "420"})
    with web_server(Site({"/": page}, ahead=timedelta(minutes=-7))) as site:
        answer = PublicWeb().fetch(f"{site.url}/")

    assert abs(answer.ahead_s) < 60


@pytest.mark.parametrize(
    ("headers", "ahead_s"),
    [
        ({}, None),
        ({"date": "yesterday"}, None),
        ({"date": "Sat, 21 Nov 2026 02:04:00 -0000"}, None),
        ({"date": "Sat, 21 Nov 2026 02:04:00 GMT", "age": "some"}, None),
    ],
)
def test_a_date_that_is_none_tells_no_clock(headers, ahead_s):
    assert _ahead_s(headers) == ahead_s


def test_a_page_that_is_not_there_is_an_answer_too():
    with web_server(Site()) as site:
        answer = PublicWeb().fetch(f"{site.url}/nowhere")

    assert (answer.status, answer.reason, answer.body) == (404, "Not Found", b"no such page")


def test_a_redirect_is_followed_only_if_asked_for():
    there = Page(status=301, headers={"Location": "/new"})
    with web_server(Site({"/old": there, "/new": Page(b"new")})) as site:
        followed = PublicWeb().fetch(f"{site.url}/old")
        stayed = PublicWeb().fetch(f"{site.url}/old", follows=False)

    assert followed.body == b"new"
    assert (stayed.status, stayed.headers["location"]) == (301, "/new")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.mark.component("openssl")
def test_a_certificate_tells_when_it_ends(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    with web_server(Site({"/": Page(b"hi")}), certificate) as site:
        told = PublicWeb().certificate(site.url)
        answer = PublicWeb().fetch(f"{site.url}/")

    assert told.problem == ""
    assert timedelta(days=1) < told.ends - datetime.now(UTC) < timedelta(days=3)
    assert answer.body == b"hi"


@pytest.mark.component("openssl")
def test_a_certificate_that_nobody_trusts_is_named(certificate):
    with web_server(Site(), certificate) as site:
        told = PublicWeb().certificate(site.url)
        with pytest.raises(Unavailable, match="its certificate is not valid"):
            PublicWeb().fetch(site.url)

    assert told.ends is None
    assert "self" in told.problem


def test_a_host_without_tls_has_no_certificate_to_show():
    with web_server(Site()) as site, pytest.raises(Unavailable, match="localhost can't be asked"):
        PublicWeb(1).certificate(site.url.replace("http:", "https:"))


def test_a_server_that_is_silent_gives_no_answer_in_time():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(Unavailable, match=f"{url} can't be fetched: no answer in time"):
            PublicWeb(0.2).fetch(url)


@pytest.mark.parametrize("first", [HEAD, BODY], ids=["headers", "a body"])
def test_a_server_that_sends_byte_by_byte_gives_no_answer_in_time(first):
    with dripping(first) as port, pytest.raises(Unavailable, match="no answer in time"):
        PublicWeb(0.3).fetch(f"http://127.0.0.1:{port}")


def test_a_page_that_comes_byte_by_byte_is_no_proof_and_the_wait_ends():
    with dripping(BODY) as port:
        problem = prove_live(f"http://127.0.0.1:{port}/index.html", "0" * 64, 0.6)

    assert "no answer in time" in problem
