import pytest

from statusgen.targets.manifest import Record
from statusgen.targets.s3.bucket import Bucket
from statusgen.targets.s3.marks import MARK, marked, recover

FINGERPRINT = "0123456789abcdef" * 2
OURS = {"index.html", "incidents/a.html"}


@pytest.fixture
def place(moto_bucket):
    """A bucket with objects of ours, of nobody's, and of another page."""
    server = moto_bucket.server
    bucket = Bucket("s3://acme", moto_bucket.name, "page", endpoint_url=server.endpoint_url)
    for key in (*OURS, "b/index.html", "b/deep/x.html", "b/_statusgen/manifest.json"):
        bucket.put(key, b"body", Metadata={MARK: FINGERPRINT})
    bucket.put("odd.html", b"body", Metadata={MARK: "not a fingerprint"})
    bucket.put("theirs.html", b"body")
    yield bucket
    bucket.close()


ASKED = [*OURS, "odd.html", "theirs.html", "b/index.html", "b/deep/x.html", "gone.html"]


def test_what_bears_our_mark_is_ours_but_not_below_another_page(place):
    assert set(marked(place, ASKED)) == {*OURS, "odd.html"}


def test_what_is_found_again_is_told_as_its_mark_says(place):
    found = recover(place, ASKED)

    tag = found["index.html"].tag
    assert found["index.html"] == Record(FINGERPRINT, 4, tag)
    assert found["odd.html"] == Record("", 0, tag)
    assert found.keys() == {*OURS, "odd.html"}
