import pytest

from statusgen.model.manifest import (
    UNKNOWN,
    Manifest,
    Record,
    format_manifest,
    parse_manifest,
    record_of,
)
from statusgen.model.release import artifact_from_bytes

FINGERPRINT = "0123456789abcdef" * 2


def test_a_manifest_comes_back_as_it_was_written():
    manifest = Manifest({"b/é.html": Record(FINGERPRINT, 12), "a.html": UNKNOWN})

    assert parse_manifest(format_manifest(manifest)) == manifest


def test_equal_manifests_have_equal_bytes():
    one = Manifest({"a": Record(FINGERPRINT, 1), "b": UNKNOWN})
    other = Manifest({"b": UNKNOWN, "a": Record(FINGERPRINT, 1)})

    assert format_manifest(one) == format_manifest(other)


def test_a_manifest_does_not_follow_the_dictionary_it_was_made_from():
    records = {"a": UNKNOWN}
    manifest = Manifest(records)

    records["b"] = UNKNOWN

    assert list(manifest.records) == ["a"]


def test_the_record_of_an_artifact_holds_its_fingerprint_and_size():
    artifact = artifact_from_bytes("a.html", b"four")

    assert record_of(artifact) == Record(artifact.fingerprint, 4)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b'{"format":1,"objects":{"a":["', id="cut off"),
        pytest.param(b"\xff\xfe", id="not UTF-8"),
        pytest.param(b"[]", id="no object"),
        pytest.param(b'{"format":1}', id="no objects"),
        pytest.param(b'{"format":2,"objects":{}}', id="another format"),
        pytest.param(b'{"format":1,"objects":[]}', id="objects as a list"),
        pytest.param(b'{"format":1,"objects":{},"more":1}', id="an unknown key"),
        pytest.param(b'{"format":1,"objects":{"a":"x"}}', id="a record that is text"),
        pytest.param(b'{"format":1,"objects":{"a":["XYZ",1]}}', id="a bad fingerprint"),
        pytest.param(b'{"format":1,"objects":{"a":["",-1]}}', id="a negative size"),
        pytest.param(b'{"format":1,"objects":{"../a":["",0]}}', id="a key that leads out"),
        pytest.param(b'{"format":1,"objects":{"_statusgen/x":["",0]}}', id="bookkeeping as a key"),
    ],
)
def test_a_damaged_manifest_is_refused(data):
    with pytest.raises(ValueError, match=r".+"):
        parse_manifest(data)
