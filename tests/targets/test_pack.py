import zipfile
from contextlib import closing
from io import BytesIO

import pytest

from statusgen.page.artifacts import artifact_from_bytes
from statusgen.targets.manifest import Manifest
from statusgen.targets.manifest_json import format_manifest
from statusgen.targets.pack import Pack, PackWriter


def write(manifest, bodies):
    with closing(PackWriter()) as writer:
        for key, body in bodies.items():
            assert writer.through(artifact_from_bytes(key, body)).load() == body
        return writer.finish(manifest).read()


def test_bodies_and_manifest_come_back():
    bodies = {"index.html": b"<p>", "incidents/\u00e9.html": bytes(100_000)}
    manifest = Manifest({}, sequence=3)

    pack = Pack(write(manifest, bodies))

    assert pack.manifest() == manifest
    assert {key: pack.body(key) for key in bodies} == bodies


def test_a_body_that_is_loaded_twice_is_kept_once():
    with closing(PackWriter()) as writer:
        page = writer.through(artifact_from_bytes("index.html", b"<p>"))
        page.load()
        page.load()
        pack = Pack(writer.finish(Manifest({})).read())

    assert pack.body("index.html") == b"<p>"


def test_what_bodies_were_made_of_comes_back():
    with closing(PackWriter()) as writer:
        pack = Pack(writer.finish(Manifest({}), b"sources").read())

    assert pack.sources() == b"sources"


def test_an_older_pack_has_no_sources():
    older = BytesIO()
    with zipfile.ZipFile(older, "w") as pack:
        pack.writestr("manifest.json", format_manifest(Manifest({})))

    assert Pack(older.getvalue()).sources() == b""


def test_what_was_not_kept_is_said():
    pack = Pack(write(Manifest({}), {}))

    with pytest.raises(ValueError, match=r"index\.html"):
        pack.body("index.html")


def test_bytes_that_are_no_pack_are_refused():
    with pytest.raises(ValueError, match="no pack"):
        Pack(b"something else")


def test_a_pack_that_was_damaged_is_refused():
    data = bytearray(write(Manifest({}), {"index.html": bytes(range(256)) * 100}))
    data[60:80] = bytes(20)

    with pytest.raises(ValueError, match="it lacks"):
        Pack(bytes(data)).body("index.html")
