from datetime import UTC, datetime

import pytest

from statusgen.targets.manifest import (
    UNKNOWN,
    Conditions,
    Intent,
    KeptRelease,
    Manifest,
    Publisher,
    Record,
)
from statusgen.targets.manifest_json import NewerFormatError, format_manifest, parse_manifest

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
        page="https://status.example.com",
    )

    assert parse_manifest(format_manifest(manifest)) == manifest


def test_equal_manifests_have_equal_bytes():
    one = Manifest({"a": Record(FINGERPRINT, 1), "b": UNKNOWN}, packs={1: 0, 2: 0})
    other = Manifest({"b": UNKNOWN, "a": Record(FINGERPRINT, 1)}, packs={2: 0, 1: 0})

    assert format_manifest(one) == format_manifest(other)


def test_a_manifest_of_the_first_format_is_read():
    data = f'{{"format":1,"objects":{{"index.html":["{FINGERPRINT}",12]}}}}'.encode()

    assert parse_manifest(data) == Manifest({"index.html": Record(FINGERPRINT, 12)})


def test_a_manifest_of_the_second_format_is_read():
    data = f"""{{"format":2,"objects":{{"index.html":["{FINGERPRINT}",12,"tag",3]}},"sequence":3,
        "token":"t","conditions":"honoured","kept":[{{"sequence":3,"id":"0123456789ab",
        "at":"2026-11-21T02:04:00Z","by":{{"user":"u","host":"h","process":"p"}},"objects":1}}],
        "packs":{{"3":0}}}}"""

    found = parse_manifest(data.encode())

    assert (found.sequence, found.page, found.packs) == (3, "", {3: 0})
    assert found.records == {"index.html": Record(FINGERPRINT, 12, "tag", 3)}


def test_a_manifest_of_a_later_statusgen_is_not_taken_for_damaged():
    with pytest.raises(NewerFormatError):
        parse_manifest(b'{"format":4,"objects":{},"news":1}')


BY_JSON = '{"user":"u","host":"h","process":"p"}'
STAMPS = (
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00Z",
    "2026-11-21T02:04:00",
)


@pytest.mark.parametrize("at", STAMPS)
def test_an_intent_of_another_age_is_damage(at):
    intent = f'{{"token":"t","by":{BY_JSON},"at":"{at}","puts":1}}'

    with pytest.raises(ValueError, match="a time that can't be"):
        parse_manifest(f'{{"format":3,"objects":{{}},"intent":{intent}}}'.encode())


@pytest.mark.parametrize("at", STAMPS)
def test_a_kept_release_of_another_age_is_damage(at):
    kept = f'{{"sequence":1,"id":"0a","at":"{at}","by":{BY_JSON},"objects":1}}'

    with pytest.raises(ValueError, match="a time that can't be"):
        parse_manifest(f'{{"format":3,"objects":{{}},"sequence":1,"kept":[{kept}]}}'.encode())


def test_kept_releases_out_of_order_are_damage():
    one = f'{{"sequence":1,"id":"0a","at":"2026-11-21T02:04:00Z","by":{BY_JSON},"objects":1}}'

    with pytest.raises(ValueError, match="out of order"):
        parse_manifest(f'{{"format":3,"objects":{{}},"sequence":1,"kept":[{one},{one}]}}'.encode())


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
        pytest.param(b'{"format":3,"objects":{"/etc/a":["",0]}}', id="an absolute key"),
        pytest.param(b'{"format":3,"objects":{"a/../../b":["",0]}}', id="a key that leads around"),
        pytest.param(b'{"format":3,"objects":{"a\\u0000":["",0]}}', id="a control character"),
        pytest.param(b'{"format":3,"objects":{},"sequence":-1}', id="a negative number"),
        pytest.param(b'{"format":3,"objects":{},"packs":{"9":0}}', id="a pack ahead"),
        pytest.param(b'{"format":3,"objects":{},"page":7}', id="a page that is no text"),
        pytest.param(b'{"format":3,"objects":{},"shown":{"\\u001b[2J":""}}', id="an odd incident"),
        pytest.param(
            b'{"format":3,"objects":{},"let_go":{"a/\\u001b[2J":"2026-11-21T02:04:00Z"}}',
            id="an odd update",
        ),
        pytest.param(
            b'{"format":3,"objects":{},"let_go":{"a/01":"9999-11-21T02:04:00Z"}}',
            id="let go in another age",
        ),
        pytest.param(
            b'{"format":3,"objects":{},"sequence":1,"kept":[{"sequence":1,"id":"\\u001b[2J",'
            b'"at":"2026-11-21T02:04:00Z","by":{"user":"u","host":"h","process":"p"},"objects":1}]}',
            id="an odd release",
        ),
    ],
)
def test_a_damaged_manifest_is_refused(data):
    with pytest.raises(ValueError, match=r".+"):
        parse_manifest(data)
