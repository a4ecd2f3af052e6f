import pytest

from statusgen.errors import TargetError
from statusgen.targets.manifest import MANIFEST_KEY, UNKNOWN, Record, pack_key
from statusgen.targets.manifest_json import format_manifest
from statusgen.targets.ownership import recovered, strangers
from statusgen.values.value import replace
from tests.fakes.publishing import make_run, publish
from tests.fakes.storage import FakeStorage

BOTH = {"incidents/a.html": "1", "index.html": "1"}


def lose_manifest(storage):
    storage.objects[MANIFEST_KEY] = b"?"


def test_a_lost_manifest_comes_back_from_the_last_pack_and_what_is_there():
    storage = FakeStorage()
    publish(storage, {"a.html": "1", "index.html": "1"})
    publish(storage, {"a.html": "1", "index.html": "2"})
    before = storage.observe().manifest
    lose_manifest(storage)

    found = recovered(storage, ["a.html", "index.html", "new.html"])

    assert (found.sequence, found.kept, found.packs) == (2, before.kept, before.packs)
    assert found.records == before.records


def test_a_lost_manifest_comes_back_even_when_the_last_pack_is_damaged():
    storage = FakeStorage()
    publish(storage, {"index.html": "1"})
    lose_manifest(storage)
    storage.objects |= {pack_key(1): b"?"}

    found = recovered(storage, ["index.html"])

    assert (found.sequence, set(found.packs), found.kept) == (1, {1}, ())


def test_what_is_ours_no_more_comes_back_if_the_last_release_has_it():
    storage = FakeStorage()
    publish(storage, BOTH)
    lose_manifest(storage)

    found = recovered(storage, ["index.html"])

    assert found.records.keys() == BOTH.keys()


@pytest.mark.parametrize("key", ["notes.txt", "incidents/b.html", "pages/b/index.html"])
def test_what_no_release_names_is_not_claimed_whatever_mark_it_bears(key):
    storage = FakeStorage()
    publish(storage, BOTH)
    storage.objects[key] = b"marked, as all that is not foreign"
    lose_manifest(storage)

    assert recovered(storage, BOTH).records.keys() == BOTH.keys()


def test_what_is_not_as_the_last_release_left_it_is_not_claimed():
    storage = FakeStorage()
    publish(storage, BOTH)
    storage.objects["incidents/a.html"] = b"written anew by somebody else"
    lose_manifest(storage)

    assert recovered(storage, ["index.html"]).records.keys() == {"index.html"}


def test_another_page_below_is_a_border():
    storage = FakeStorage()
    publish(storage, BOTH)
    storage.objects["incidents/_statusgen/manifest.json"] = b"{}"
    lose_manifest(storage)

    assert recovered(storage, BOTH).records.keys() == {"index.html"}


def with_records(storage, **records):
    """Return the manifest with these records written into it."""
    there = storage.observe().manifest
    return replace(there, records={**there.records, **records})


@pytest.mark.parametrize("record", [UNKNOWN, Record("0" * 32, 6)], ids=["unknown", "known"])
@pytest.mark.parametrize("can_mark", [True, False], ids=["bucket", "folder"])
def test_what_somebody_wrote_into_the_manifest_is_not_ours(can_mark, record):
    storage = FakeStorage(can_mark=can_mark)
    publish(storage, BOTH)
    storage.put_foreign("notes.txt", b"theirs")
    manifest = with_records(storage, **{"notes.txt": record})

    assert strangers(storage, manifest, ["incidents/a.html", "notes.txt"]) == ("notes.txt",)


def test_what_another_page_has_marked_is_not_ours():
    storage = FakeStorage()
    publish(storage, BOTH)
    storage.objects |= {"b/index.html": b"B", "b/_statusgen/manifest.json": b"{}"}
    manifest = with_records(storage, **{"b/index.html": UNKNOWN})

    assert strangers(storage, manifest, ["b/index.html"]) == ("b/index.html",)


@pytest.mark.parametrize("can_mark", [True, False], ids=["bucket", "folder"])
def test_what_an_upload_that_was_cut_short_has_put_up_is_ours(can_mark):
    storage = FakeStorage(can_mark=can_mark)
    publish(storage, {"index.html": "1"})
    storage.fail_on = "put index.html"
    with pytest.raises(TargetError):
        publish(storage, {**BOTH, "index.html": "2"}, run=make_run("gone"))

    assert strangers(storage, storage.observe().manifest, ["incidents/a.html"]) == ()


@pytest.mark.parametrize("can_mark", [True, False], ids=["bucket", "folder"])
def test_before_releases_were_kept_the_manifest_is_believed(can_mark):
    storage = FakeStorage(can_mark=can_mark)
    publish(storage, BOTH, keeps=False)
    manifest = storage.observe().manifest
    storage.objects[MANIFEST_KEY] = format_manifest(manifest)

    assert strangers(storage, manifest, ["incidents/a.html"]) == ()


def test_nothing_is_asked_where_nothing_goes():
    storage = FakeStorage()
    publish(storage, BOTH)
    manifest = storage.observe().manifest
    storage.requests.clear()

    assert strangers(storage, manifest, []) == ()
    assert storage.requests == []
