from datetime import UTC, datetime

import pytest

from statusgen.doctor.finding import FindingState
from statusgen.doctor.targets import judge_target, look_at_target
from statusgen.errors import TargetError
from statusgen.targets.manifest import MANIFEST_KEY, Conditions, Intent, Manifest, Publisher
from statusgen.targets.manifest_json import format_manifest, parse_manifest
from statusgen.targets.storage import Room
from statusgen.values.value import replace
from tests.fakes.publishing import publish
from tests.fakes.storage import FakeStorage

BODIES = {"index.html": "hi", "404.html": "gone", "feed.xml": "<rss/>"}
AT = datetime(2026, 11, 21, 2, 4, tzinfo=UTC)


@pytest.fixture
def storage():
    storage = FakeStorage()
    publish(storage, BODIES)
    storage.requests.clear()
    return storage


def judge(storage, *, gone=(), page=""):
    facts = look_at_target(storage)
    return list(judge_target(storage.name, facts, lambda one: one.process in gone, page))


def by_state(findings, state):
    [found] = [one for one in findings if one.state is state]
    return found


def rewrite(storage, **changes):
    manifest = replace(parse_manifest(storage.objects[MANIFEST_KEY]), **changes)
    storage.objects[MANIFEST_KEY] = format_manifest(manifest)


def intent(process="alive"):
    return Intent("token", Publisher("someone", "laptop", process), AT, 3)


def test_a_sound_target_is_well_and_says_what_is_up(storage):
    found = judge(storage)

    assert [one.state for one in found] == [FindingState.OK] * 3
    assert "read, list, write and remove" in found[0].what
    assert found[1].what.startswith("release 1 (")
    assert found[1].what.endswith(" by someone on laptop, 3 files")


def test_no_object_of_the_page_is_touched(storage):
    before = {key: storage.objects[key] for key in BODIES}

    judge(storage)

    assert storage.requests == ["read manifest", "list", "try access", "try conditions"]
    assert {key: storage.objects[key] for key in BODIES} == before


def test_a_target_without_anything_is_no_fault():
    found = judge(FakeStorage())

    assert {one.state for one in found} == {FindingState.OK}
    assert found[1].what == "nothing was published there yet"


def test_a_target_that_can_not_be_read_fails():
    error = TargetError("s3://acme: the bucket does not exist; create it")

    [found] = judge_target("s3://acme", error, lambda _: False)

    assert (found.state, found.what) == (FindingState.FAIL, "the bucket does not exist")
    assert found.remedy == "create it"


def test_a_target_that_can_not_be_written_fails_and_its_manifest_is_told_all_the_same(storage):
    storage.fail_on = "try access"

    found = judge(storage)

    assert [one.state for one in found] == [FindingState.FAIL, FindingState.OK]
    assert found[1].what.startswith("release 1")


def test_what_others_changed_or_removed_is_counted(storage):
    storage.objects["index.html"] = b"other"
    del storage.objects["feed.xml"]

    found = by_state(judge(storage), FindingState.WARN)

    assert found.what == "2 files were changed or removed there by others"
    assert "publish --verify" in found.remedy


def test_a_damaged_manifest_is_warned_of(storage):
    storage.objects[MANIFEST_KEY] = b"{}"

    found = by_state(judge(storage), FindingState.WARN)

    assert "its manifest is damaged" in found.what
    assert "anew from what is kept there" in found.remedy


def test_another_page_in_our_place_fails(storage):
    rewrite(storage, page="https://other.example.com")

    found = by_state(judge(storage, page="https://status.example.com"), FindingState.FAIL)

    assert "the page https://other.example.com is there" in found.what
    assert "--takeover" in found.remedy


def test_who_is_publishing_is_told(storage):
    rewrite(storage, intent=intent())

    found = by_state(judge(storage), FindingState.UNKNOWN)

    assert found.what == "someone on laptop is publishing there since 2026-11-21T02:04:00Z"


def test_an_upload_that_nobody_ended_is_warned_of(storage):
    rewrite(storage, intent=intent("dead"))

    found = by_state(judge(storage, gone=["dead"]), FindingState.WARN)

    assert "by someone on laptop, begun at 2026-11-21T02:04:00Z, was never ended" in found.what
    assert "takes it over" in found.remedy


@pytest.mark.parametrize(
    ("recorded", "state", "words"),
    [
        (Conditions.HONOURED, FindingState.FAIL, "stopped honouring"),
        (Conditions.IGNORED, FindingState.WARN, "ignores writes on a condition"),
        (Conditions.UNKNOWN, FindingState.WARN, "ignores writes on a condition"),
    ],
)
def test_a_target_that_ignores_conditions_is_named(storage, recorded, state, words):
    rewrite(storage, conditions=recorded)
    storage.conditions = Conditions.IGNORED

    found = by_state(judge(storage), state)

    assert words in found.what
    assert "one place at a time" in found.remedy


@pytest.mark.parametrize(
    ("free", "state", "words"),
    [
        (50_000_000_000, FindingState.OK, "it can be written; 50.0 GB free"),
        (100_000_000, FindingState.WARN, "nearly full"),
        (1000, FindingState.FAIL, "its disk is full"),
    ],
)
def test_a_folder_needs_room_and_no_conditions(storage, free, state, words):
    storage.room = Room(free, "ext4")

    found = judge(storage)

    assert len(found) == 2
    assert found[0].state is state
    assert words in found[0].what


def test_a_manifest_of_an_older_format_is_well(storage):
    manifest = parse_manifest(storage.objects[MANIFEST_KEY])
    storage.objects[MANIFEST_KEY] = format_manifest(Manifest(manifest.records))

    found = judge(storage)

    assert found[1].what == "3 files of ours, as we put them there"
