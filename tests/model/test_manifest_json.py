from datetime import UTC, datetime

import pytest

from statusgen.model.manifest import (
    UNKNOWN,
    Conditions,
    Intent,
    KeptRelease,
    Manifest,
    Publisher,
    Record,
)
from statusgen.model.manifest_json import NewerFormatError, format_manifest, parse_manifest

FINGERPRINT = "0123456789abcdef" * 2
AT = datetime(2026, 11, 21, 2, 4, tzinfo=UTC)
BY = Publisher("someone", "laptop", "boot 1 2")


def test_a_manifest_comes_back_as_it_was_written():
    manifest = Manifest(
        {"b/é.html": Record(FINGERPRINT, 12, "tag", 7), "a.html": UNKNOWN},
        sequence=7,
        token="ours",
        intent=Intent("ours", BY, AT, 2),
        conditions=Conditions.HONOURED,
        kept=(KeptRelease(7, "0123456789ab", AT, BY, 2),),
        packs={1: 7, 7: 0},
    )

    assert parse_manifest(format_manifest(manifest)) == manifest


def test_equal_manifests_have_equal_bytes():
    one = Manifest({"a": Record(FINGERPRINT, 1), "b": UNKNOWN}, packs={1: 0, 2: 0})
    other = Manifest({"b": UNKNOWN, "a": Record(FINGERPRINT, 1)}, packs={2: 0, 1: 0})

    assert format_manifest(one) == format_manifest(other)


def test_a_manifest_of_the_first_format_is_read():
    data = f'{{"format":1,"objects":{{"index.html":["{FINGERPRINT}",12]}}}}'.encode()

    assert parse_manifest(data) == Manifest({"index.html": Record(FINGERPRINT, 12)})


def test_a_manifest_of_a_later_statusgen_is_not_taken_for_damaged():
    with pytest.raises(NewerFormatError):
        parse_manifest(b'{"format":4,"objects":{},"news":1}')


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b'{"format":1,"objects":{"a":["', id="cut off"),
        pytest.param(b"\xff\xfe", id="not UTF-8"),
        pytest.param(b"[]", id="no object"),
        pytest.param(b'{"format":1}', id="no objects"),
        pytest.param(b'{"format":0,"objects":{}}', id="no such format"),
        pytest.param(b'{"format":2,"objects":{},"intent":{}}', id="an empty intent"),
        pytest.param(b'{"format":2,"objects":{},"conditions":"x"}', id="unknown conditions"),
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
