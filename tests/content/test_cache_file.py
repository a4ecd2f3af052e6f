"""A cache that may be lost at any time, and never lies."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from statusgen.content.cache_file import CacheFile


def fill(path, fingerprint="one"):
    cache = CacheFile(path, fingerprint)
    cache.put("pages", [("a", b"1"), ("b", b"2")])
    cache.save()


def test_what_was_saved_is_there_again(tmp_path):
    fill(tmp_path / "cache.db")

    again = CacheFile(tmp_path / "cache.db", "one")

    assert again.all("pages") == {"a": b"1", "b": b"2"}
    assert again.get("pages", "a") == b"1"
    assert again.get("pages", "c") is None
    assert again.all("bodies") == {}


def test_what_was_not_saved_is_not(tmp_path):
    cache = CacheFile(tmp_path / "cache.db", "one")
    cache.save()
    cache.put("pages", [("a", b"1")])

    again = CacheFile(tmp_path / "cache.db", "one")

    assert again.all("pages") == {}


def test_a_value_is_replaced_and_removed(tmp_path):
    cache = CacheFile(tmp_path / "cache.db", "one")
    cache.put("pages", [("a", b"1"), ("b", b"2")])

    cache.put("pages", [("a", b"3")])
    cache.remove("pages", ["b", "never there"])

    assert cache.all("pages") == {"a": b"3"}


def test_another_fingerprint_finds_nothing(tmp_path):
    fill(tmp_path / "cache.db")

    other = CacheFile(tmp_path / "cache.db", "two")

    assert other.all("pages") == {}


def _random(path):
    path.write_bytes(os.urandom(8192))


def _truncated(path):
    fill(path)
    path.write_bytes(path.read_bytes()[:-5000])


def _overwritten(path):
    fill(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))


def _foreign(path):
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE shelf (something INTEGER)")
    connection.close()


def _empty(path):
    path.touch()


@pytest.mark.parametrize(
    "damage", [_random, _truncated, _overwritten, _foreign, _empty], ids=lambda one: one.__name__
)
def test_a_damaged_file_is_thrown_away_and_written_anew(tmp_path, damage):
    path = tmp_path / "cache.db"
    damage(path)

    cache = CacheFile(path, "one")
    found = [cache.all("pages"), cache.get("pages", "a")]
    cache.put("pages", [("c", b"3")])
    cache.save()

    assert found == [{}, None]
    assert CacheFile(path, "one").get("pages", "c") == b"3"


def test_where_no_file_can_be_it_lives_in_memory(tmp_path):
    (tmp_path / "file").touch()

    cache = CacheFile(tmp_path / "file" / "cache.db", "one")
    cache.put("pages", [("a", b"1")])
    cache.save()

    assert cache.get("pages", "a") == b"1"


def test_a_folder_in_the_place_of_the_file_is_left_alone(tmp_path):
    (tmp_path / "cache.db").mkdir()

    cache = CacheFile(tmp_path / "cache.db", "one")
    cache.put("pages", [("a", b"1")])

    assert cache.get("pages", "a") == b"1"
    assert (tmp_path / "cache.db").is_dir()


@pytest.mark.parametrize("link", ["cache/cache.db", "cache"])
def test_nothing_is_written_or_removed_where_a_link_leads(tmp_path, link):
    theirs = tmp_path / "theirs" / "cache.db"
    theirs.parent.mkdir()
    with closing(sqlite3.connect(theirs)) as database:
        database.execute("CREATE TABLE people (name)")
    before = theirs.read_bytes()
    (tmp_path / link).parent.mkdir(exist_ok=True)
    (tmp_path / link).symlink_to(theirs if link.endswith(".db") else theirs.parent)

    cache = CacheFile(tmp_path / "cache" / "cache.db", "one")
    cache.put("pages", [("a", b"1")])
    cache.save()

    assert cache.get("pages", "a") == b"1"
    assert theirs.read_bytes() == before
    assert list(theirs.parent.iterdir()) == [theirs]


def test_a_cache_in_memory_writes_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    fill(Path(":memory:"))

    assert list(tmp_path.iterdir()) == []


def test_another_writer_costs_what_was_cached_and_nothing_else(tmp_path):
    path = tmp_path / "cache.db"
    fill(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")

    cache = CacheFile(path, "one")
    cache.put("pages", [("a", b"3")])
    cache.save()

    assert cache.get("pages", "a") == b"3"
    other.close()


@pytest.mark.parametrize(
    "lie",
    ["value = X'32'", "value = 'text'", "value = 7", "key = 'c'", "checksum = 0"],
)
def test_a_value_that_is_not_what_was_put_loses_the_whole_cache(tmp_path, lie):
    fill(tmp_path / "cache.db")
    with closing(sqlite3.connect(tmp_path / "cache.db")) as connection:
        connection.execute(f"UPDATE shelf SET {lie} WHERE key = 'a'")
        connection.commit()

    one, other = CacheFile(tmp_path / "cache.db", "one"), CacheFile(tmp_path / "cache.db", "one")

    assert one.get("pages", "a" if "key" not in lie else "c") is None
    assert other.all("pages") == {}
    assert CacheFile(tmp_path / "cache.db", "one").get("pages", "b") is None


def test_a_cache_of_an_older_layout_starts_over(tmp_path):
    with closing(sqlite3.connect(tmp_path / "cache.db")) as connection:
        connection.execute("CREATE TABLE shelf (name TEXT, key TEXT, value BLOB)")
        connection.commit()

    fill(tmp_path / "cache.db")

    assert CacheFile(tmp_path / "cache.db", "one").all("pages") == {"a": b"1", "b": b"2"}
