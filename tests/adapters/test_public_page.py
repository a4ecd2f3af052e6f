import hashlib
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from statusgen.adapters.public_page import prove_live

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


def test_a_late_page_is_waited_for():
    with serve([b"old", None, NEW]) as url:
        problem = prove_live(url, DIGEST, timeout_s=10)

    assert problem == ""


def test_an_old_page_is_no_proof_and_the_wait_ends_in_time():
    begun = time.monotonic()

    with serve([b"old"]) as url:
        problem = prove_live(url, DIGEST, timeout_s=1)

    assert problem == f"{url} still shows another version"
    assert time.monotonic() - begun < 3


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
