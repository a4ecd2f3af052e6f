import hashlib

import pytest

from statusgen.page.artifacts import (
    Release,
    UploadStage,
    artifact_from_bytes,
    fingerprint_of,
    headers_for,
    incident_of,
    page_of,
    stage_of,
)

MOMENT = "public, max-age=15, stale-while-revalidate=60, stale-if-error=86400"
FOR_EVER = "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    ("key", "content_type", "cache_control"),
    [
        ("index.html", "text/html; charset=utf-8", MOMENT),
        ("history/2026-11.html", "text/html; charset=utf-8", MOMENT),
        ("feed.xml", "application/rss+xml; charset=utf-8", MOMENT),
        ("components/checkout.xml", "application/rss+xml; charset=utf-8", MOMENT),
        ("atom.xml", "application/atom+xml; charset=utf-8", MOMENT),
        ("feed.json", "application/feed+json; charset=utf-8", MOMENT),
        ("api/v2/summary.json", "application/json; charset=utf-8", MOMENT),
        ("calendar.ics", "text/calendar; charset=utf-8", MOMENT),
        ("badge.svg", "image/svg+xml; charset=utf-8", MOMENT),
        ("sitemap.xml", "application/xml; charset=utf-8", MOMENT),
        ("robots.txt", "text/plain; charset=utf-8", MOMENT),
        ("assets/page.0123abcd.css", "text/css; charset=utf-8", FOR_EVER),
        ("assets/page.0123456789abcdef.js", "text/javascript; charset=utf-8", FOR_EVER),
        ("assets/icon.0123abcd.png", "image/png", FOR_EVER),
        ("assets/favicon.ico", "image/x-icon", MOMENT),
        ("CNAME", "application/octet-stream", MOMENT),
    ],
)
def test_a_key_decides_its_headers(key, content_type, cache_control):
    headers = headers_for(key)

    assert (headers.content_type, headers.cache_control) == (content_type, cache_control)


def test_an_artifact_from_bytes_knows_their_size_and_hash():
    artifact = artifact_from_bytes("index.html", b"<p>up</p>")

    assert artifact.size == 9
    assert artifact.digest == hashlib.sha256(b"<p>up</p>").hexdigest()
    assert artifact.load() == b"<p>up</p>"


def test_the_fingerprint_moves_with_the_body_and_with_the_headers():
    page = artifact_from_bytes("a.html", b"x")

    assert page.fingerprint == artifact_from_bytes("b.html", b"x").fingerprint
    assert page.fingerprint != artifact_from_bytes("a.html", b"y").fingerprint
    assert page.fingerprint != artifact_from_bytes("a.txt", b"x").fingerprint
    assert page.fingerprint == fingerprint_of(page.digest, headers_for("a.html"))
    assert len(page.fingerprint) == 32


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        pytest.param(["a.html", "a.html"], "twice", id="a key given twice"),
        pytest.param(["a", "a/b"], "also the folder", id="a file that is also a folder"),
        pytest.param(["a/b/c", "a"], "also the folder", id="the same from further below"),
        pytest.param(["a//b"], "empty", id="an empty part"),
        pytest.param(["/etc/passwd"], "absolute", id="an absolute key"),
        pytest.param(["../a"], "'..'", id="a way out"),
        pytest.param(["a/../../b"], "'..'", id="a hidden way out"),
        pytest.param(["./a"], "'.'", id="a dot"),
        pytest.param(["a/"], "empty", id="a folder"),
        pytest.param([""], "empty", id="nothing"),
        pytest.param(["a\\b"], "backslash", id="a backslash"),
        pytest.param(["a\nb"], "control", id="a line break"),
        pytest.param(["_statusgen/manifest.json"], "bookkeeping", id="our bookkeeping"),
        pytest.param(["_statusgen"], "bookkeeping", id="its folder"),
    ],
)
def test_a_release_refuses(keys, complaint):
    artifacts = tuple(artifact_from_bytes(key, b"") for key in keys)

    with pytest.raises(ValueError, match=complaint):
        Release(artifacts)


def test_a_release_takes_names_that_only_begin_alike():
    keys = ["a", "ab/c", "a.html", "_statusgen.html", "a-b/c", "…/日本"]

    release = Release(tuple(artifact_from_bytes(key, b"") for key in keys))

    assert len(release.artifacts) == 6


def test_assets_go_first_then_incidents_and_the_index_last():
    keys = ["index.html", "feed.xml", "incidents/a.html", "assets/a.abc123.css", "404.html"]

    assert sorted(keys, key=lambda key: (stage_of(key), key)) == [
        "assets/a.abc123.css",
        "incidents/a.html",
        "404.html",
        "feed.xml",
        "index.html",
    ]
    assert stage_of("history/index.html") is UploadStage.REST


@pytest.mark.parametrize(
    ("key", "incident_id"),
    [
        (page_of("2026-11-21-login"), "2026-11-21-login"),
        ("incidents/a.html", "a"),
        ("incidents/a.txt", ""),
        ("history/a.html", ""),
        ("a.html", ""),
        ("index.html", ""),
    ],
)
def test_the_key_of_a_page_names_its_incident(key, incident_id):
    assert incident_of(key) == incident_id
