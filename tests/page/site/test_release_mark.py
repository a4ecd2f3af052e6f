import json

import pytest

from statusgen.page.artifacts import artifact_from_bytes
from statusgen.page.site.release_mark import release_mark

FILES = {"index.html": b"all well", "feed.xml": b"<rss/>"}


def mark_of(files):
    return release_mark([artifact_from_bytes(key, body) for key, body in files.items()])


def test_the_mark_is_one_short_word_in_json():
    told = json.loads(mark_of(FILES))

    assert list(told) == ["release"]
    assert len(told["release"]) == 16


def test_the_same_release_has_the_same_mark():
    assert mark_of(dict(FILES)) == mark_of(FILES)


@pytest.mark.parametrize(
    "files",
    [FILES | {"index.html": b"down"}, FILES | {"404.html": b""}, {"index.html": b"all well"}, {}],
    ids=["changed", "added", "removed", "empty"],
)
def test_another_release_has_another_mark(files):
    assert mark_of(files) != mark_of(FILES)
