"""Bodies that wait."""

from statusgen.content.spool import MEMORY_LIMIT, Spool


def test_bodies_are_kept_by_name_and_the_newer_one_counts():
    spool = Spool()
    spool.put("a", b"one")
    spool.put("b", b"")

    spool.put("a", b"another")

    assert spool.get("a") == b"another"
    assert spool.get("b") == b""
    assert spool.get("c") is None


def test_more_than_fits_into_memory_is_kept_too():
    spool = Spool()
    big = b"x" * (MEMORY_LIMIT // 2)

    for name in "abc":
        spool.put(name, big + name.encode())

    assert [spool.get(name)[-1:] for name in "abc"] == [b"a", b"b", b"c"]
