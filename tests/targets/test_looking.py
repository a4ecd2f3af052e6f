import pytest

from statusgen.errors import TargetHeld
from statusgen.targets.looking import look, made_anew
from statusgen.targets.manifest import MANIFEST_KEY
from statusgen.values.value import replace
from tests.fakes.publishing import publish
from tests.fakes.storage import FakeStorage


def is_gone(_):
    return False


def test_what_a_sound_manifest_says_is_what_is_there():
    storage = FakeStorage()
    publish(storage, {"index.html": "1"})

    seen, notes = look(storage, ["index.html"], is_gone)

    assert list(seen.manifest.records) == ["index.html"]
    assert notes == ()


def test_a_damaged_manifest_is_made_anew_and_noted():
    storage = FakeStorage()
    publish(storage, {"index.html": "1"})
    storage.objects[MANIFEST_KEY] = b"{"

    seen, [note] = look(storage, ["index.html"], is_gone)

    assert list(seen.manifest.records) == ["index.html"]
    assert note.startswith("its manifest is damaged (")


def test_what_a_manifest_says_is_shown_is_kept_although_it_claims_too_much():
    storage = FakeStorage()
    publish(storage, {"index.html": "1"})
    seen = storage.observe()
    told = replace(seen.manifest, shown={"errors": "01,1763690640,0123456789ab"})

    anew, _ = made_anew(storage, ["index.html"], replace(seen, manifest=told, damage="it lies"))

    assert anew.manifest.shown == told.shown


def test_another_page_is_left_alone_unless_it_has_moved():
    storage = FakeStorage()
    publish(storage, {"index.html": "1"})
    there = storage.observe()
    storage.write_manifest(replace(there.manifest, page="https://a.example.com"), there.version)

    with pytest.raises(TargetHeld, match=r"the page https://a\.example\.com is there"):
        look(storage, [], is_gone, page="https://b.example.com")
    seen, _ = look(storage, [], None, page="https://b.example.com")

    assert seen.manifest.page == "https://a.example.com"
