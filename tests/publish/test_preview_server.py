"""The preview on a real port: pages, types, reloads, and paths that lead nowhere."""

import http.client
import socket
import struct
import threading
from urllib.parse import urlsplit

import pytest

from statusgen.errors import Unavailable, UsageError
from statusgen.publish.preview_server import CHANGES, SCRIPT_KEY, LocalPreviewServer, watch

BODIES = {
    "index.html": b"<html><body>all well</body></html>",
    "404.html": b"<html><body>nothing here</body></html>",
    "history/index.html": b"<html><body>history</body></html>",
    "_mail/a/01.txt": "Grüße".encode(),
    "feed.json": b"{}",
}


def calls(bodies):
    return {key: (lambda body=body: body) for key, body in bodies.items()}


@pytest.fixture(scope="module")
def running():
    server = LocalPreviewServer(0)
    yield server
    server.close()


@pytest.fixture
def server(running):
    running.show(calls(BODIES))
    return running


def get(server, path, timeout=60, method="GET"):
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=timeout)
    connection.request(method, path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.headers, body


def raw_get(server, path):
    """Send a path as it is: http.client would refuse some of these."""
    url = urlsplit(server.url)
    with socket.create_connection((url.hostname, url.port), 10) as door:
        door.sendall(b"GET " + path + b" HTTP/1.0\r\n\r\n")
        parts = []
        while part := door.recv(65536):
            parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("/", b"all well"),
        ("/index.html", b"all well"),
        ("/index.html?x=1", b"all well"),
        ("/history/", b"history"),
    ],
)
def test_pages_are_served_with_the_script_that_reloads_them(server, path, part):
    status, headers, body = get(server, path)

    assert status == 200
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Cache-Control"] == "no-store"
    assert part in body
    assert SCRIPT_KEY.encode() in body


@pytest.mark.parametrize(
    "path", ["/", "/feed.json", f"/{SCRIPT_KEY}", "/nowhere.html", "/history/"], ids=str
)
def test_head_is_answered_like_get_without_a_body(server, path):
    status, headers, body = get(server, path, method="HEAD")
    like = get(server, path)

    assert (status, body) == (like[0], b"")
    assert [headers[one] for one in ("Content-Type", "Content-Length")] == [
        like[1][one] for one in ("Content-Type", "Content-Length")
    ]


def test_head_of_what_never_ends_is_answered_at_once(server):
    status, headers, body = get(server, f"/{CHANGES}", method="HEAD")

    assert (status, headers["Content-Type"], body) == (200, "text/event-stream", b"")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/_mail/a/01.txt", "text/plain; charset=utf-8"),
        ("/feed.json", "application/feed+json; charset=utf-8"),
        (f"/{SCRIPT_KEY}", "text/javascript; charset=utf-8"),
    ],
)
def test_other_files_have_their_own_type_and_no_script(server, path, kind):
    status, headers, body = get(server, path)

    assert status == 200
    assert headers["Content-Type"] == kind
    assert b"<script" not in body


HOSTILE = [
    b"/../../etc/passwd",
    b"/%2e%2e/%2e%2e/etc/passwd",
    b"//etc/passwd",
    b"/..%2f..%2fetc/passwd",
    b"/etc/passwd%00.html",
    b"/_preview/../../statusgen.toml",
    b"/.statusgen/state.db",
    b"/%ff%fe",
    b"/history",
]


@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path.decode())
def test_nothing_but_the_preview_is_served(server, path):
    answer = raw_get(server, path)

    assert answer.startswith(b"HTTP/1.0 404")
    assert b"root:" not in answer
    assert b"nothing here" in answer


def asked(server, **headers):
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=60)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("GET", "/index.html", headers=named)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "script"},
        {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "cors", "Sec_Fetch_Dest": "empty"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "image"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:8000"},
        {"Host": "[::1"},
    ],
    ids=str,
)
def test_what_another_site_s_page_asks_for_is_refused(server, headers):
    answer, body = asked(server, **headers)

    assert answer.status == 403
    assert b"all well" not in body


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec_Fetch_Site": "none", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"},
        {"Sec_Fetch_Site": "same-origin", "Sec_Fetch_Mode": "cors", "Sec_Fetch_Dest": "empty"},
        {
            "Sec_Fetch_Site": "cross-site",
            "Sec_Fetch_Mode": "navigate",
            "Sec_Fetch_Dest": "document",
        },
        {"Host": "localhost:9000", "Origin": "http://localhost:9000"},
    ],
    ids=str,
)
def test_its_own_pages_and_whoever_follows_a_link_see_the_preview(server, headers):
    answer, body = asked(server, **headers)

    assert answer.status == 200
    assert b"all well" in body
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_reader_who_goes_away_is_no_news(server, capfd):
    server.show(calls(BODIES | {"big.html": b"x" * 50_000_000}))
    before = set(threading.enumerate())
    url = urlsplit(server.url)
    with socket.create_connection((url.hostname, url.port), 10) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        door.sendall(b"GET /big.html HTTP/1.0\r\n\r\n")
        door.recv(100)
    for thread in {*threading.enumerate()} - before:
        thread.join(10)

    assert get(server, "/")[0] == 200
    assert capfd.readouterr().err == ""


def test_an_open_page_hears_of_something_new(server):
    url = urlsplit(server.url)
    with socket.create_connection((url.hostname, url.port), 10) as door:
        door.sendall(f"GET /{CHANGES} HTTP/1.0\r\n\r\n".encode())
        stream = door.makefile("rb")
        head = list(iter(stream.readline, b"\r\n"))

        server.show(calls({"index.html": b"<body>something new</body>"}))
        event = stream.readline()

    assert b"Content-Type: text/event-stream\r\n" in head
    assert event == b"data: new\n"
    assert b"something new" in get(server, "/")[2]


def test_a_port_in_use_is_said_with_the_way_out(server):
    port = urlsplit(server.url).port

    with pytest.raises(UsageError, match=f"port {port} can't be used .*--port"):
        LocalPreviewServer(port)


def test_only_loopback_can_look(server):
    assert urlsplit(server.url).hostname == "127.0.0.1"


def test_a_page_of_another_site_can_not_read_the_preview_by_its_own_name(server):
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=60)
    connection.request("GET", "/", headers={"Host": "evil.example"})
    answer = connection.getresponse()
    answer.read()
    connection.close()

    assert answer.status == 403


class _EnoughError(Exception):
    pass


def write_plainly(path, text):
    path.write_text(text)


def write_in_its_place(path, text):
    path.with_suffix(".new").write_text(text)
    path.with_suffix(".new").replace(path)


@pytest.mark.parametrize("write", [write_plainly, write_in_its_place])
@pytest.mark.parametrize("name", ["incidents/a.md", "page.toml", "templates/later.html"])
def test_every_save_is_noticed(tmp_path, write, name):
    (tmp_path / "incidents").mkdir()
    calls = []

    def on_change():
        calls.append(1)
        if len(calls) == 3:
            raise _EnoughError

    def save():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        for count in range(100):
            if len(calls) < 3:
                write(tmp_path / name, str(count))
                threading.Event().wait(0.1)

    writer = threading.Thread(target=save)
    writer.start()
    with pytest.raises(_EnoughError):
        watch(tmp_path, ("incidents", "templates", "page.toml"), on_change)
    writer.join()

    assert len(calls) == 3


def test_a_page_that_a_save_overtook_is_told_to_wait(server):
    def overtaken():
        raise Unavailable("the cache held an outdated page")

    server.show({"index.html": overtaken})

    status, _, body = get(server, "/")

    assert status == 503
    assert b"being made" in body
    assert SCRIPT_KEY.encode() in body
