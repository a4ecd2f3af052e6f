from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from statusgen.targets.s3.answers import code_of, date_of, found_by, listed, tag_of

AT = datetime(2026, 11, 21, 2, 4, tzinfo=UTC)
HEADERS = {"ResponseMetadata": {"HTTPHeaders": {"date": "Sat, 21 Nov 2026 02:05:00 GMT"}}}


def test_an_object_is_as_its_answer_tells():
    answer = {"ETag": '"x"', "ContentLength": 3, "LastModified": AT, "Metadata": {"A": "1"}}

    found = found_by(answer | HEADERS, "a.html", b"<p>")

    assert (found.key, found.tag, found.size, found.body) == ("a.html", "x", 3, b"<p>")
    assert found.told - found.changed == timedelta(minutes=1)
    assert found.metadata == {"a": "1"}


def test_an_object_of_a_list_is_known_without_the_prefix():
    each = {"Key": "page/a.html", "ETag": "x", "Size": 3, "LastModified": AT}

    found = listed(each, HEADERS, "page/")

    assert (found.key, found.tag, found.size) == ("a.html", "x", 3)


def test_without_a_clock_of_its_own_a_server_is_believed():
    assert date_of({"ResponseMetadata": {"HTTPHeaders": {}}}, AT) == AT
    assert tag_of({"ETag": "x"}) == "x"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"Error": {"Code": "SlowDown"}}, "SlowDown"),
        ({"ResponseMetadata": {"HTTPStatusCode": 503}}, "503"),
        ({}, "an unknown error"),
    ],
)
def test_a_refusal_has_a_code_or_a_status(answer, code):
    assert code_of(ClientError(answer, "PutObject")) == code
