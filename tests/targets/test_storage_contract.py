"""What every target does alike: in memory, in a folder, and in buckets of four kinds.

SeaweedFS and an imitation honour writes on a condition, rclone ignores them, and a proxy before
the imitation refuses them.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest

from statusgen.errors import TargetError, TargetHeld
from statusgen.targets.bookkeeping import doubts
from statusgen.targets.claim import Claim
from statusgen.targets.folder import FolderStorage
from statusgen.targets.manifest import MANIFEST_KEY, Conditions, Observed
from statusgen.targets.ownership import recovered
from statusgen.targets.storage import Storage, VersionConflictError
from statusgen.targets.upload import upload
from statusgen.targets.upload_plan import plan_upload
from statusgen.values.value import replace
from tests.fakes.publishing import make_release, make_run, publish
from tests.fakes.storage import FakeStorage

NOW = datetime(2026, 11, 21, 2, 4, tzinfo=UTC)
FIRST = {"assets/a.abc123.css": "1", "incidents/a.html": "1", "feed.xml": "1", "index.html": "1"}
SECOND = {"assets/b.def456.css": "2", "incidents/a.html": "2", "feed.xml": "1", "index.html": "2"}


@dataclass
class Target:
    """A storage, and a way around it."""

    storage: Storage
    put: object
    bodies: object
    told: list[str] = field(default_factory=list)

    def served(self):
        return {
            key: body.decode()
            for key, body in self.bodies().items()
            if not key.startswith("_statusgen/")
        }


BUCKETS = {
    "moto": "moto_bucket",
    "seaweedfs": "bucket",
    "rclone": "rclone_bucket",
    "refusing": "refusing_bucket",
}
WITHOUT_CONDITIONS = ("rclone", "refusing")


SERVERS = [
    pytest.param("seaweedfs", marks=pytest.mark.component("weed")),
    pytest.param("rclone", marks=pytest.mark.component("rclone")),
]


@pytest.fixture(params=["memory", "folder", "moto", "refusing", *SERVERS])
def target(request, tmp_path):
    if request.param == "memory":
        fake = FakeStorage()
        yield Target(fake, fake.put_foreign, lambda: fake.objects)
    elif request.param == "folder":
        root = tmp_path / "public"
        yield Target(
            FolderStorage("folder:public", root),
            lambda key, body: put_file(root / key, body),
            lambda: read_files(root),
        )
    else:
        bucket = request.getfixturevalue(BUCKETS[request.param])
        storage = bucket.storage()
        yield Target(storage, bucket.put, bucket.bodies)
        storage.close()


def put_file(path: Path, body: bytes):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)


def read_files(root: Path):
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*.*")}


def test_a_target_that_was_never_used_has_no_manifest(target):
    assert target.storage.observe() == Observed(None)


def test_an_upload_serves_the_release_and_remembers_it(target):
    publish(target.storage, FIRST)

    assert target.served() == FIRST
    assert list(target.storage.observe().manifest.records) == sorted(FIRST)


def test_a_second_upload_of_the_same_has_nothing_to_do(target):
    publish(target.storage, FIRST)

    plan = publish(target.storage, FIRST)

    assert plan.is_empty


def test_the_next_release_replaces_the_first(target):
    publish(target.storage, FIRST)

    plan = publish(target.storage, SECOND)

    assert target.served() == SECOND
    assert len(plan.puts) == 3
    assert plan.deletes == ("assets/a.abc123.css",)


def test_many_artifacts_are_told_of_once_each_in_order(target):
    bodies = {f"incidents/{number:03}.html": str(number) for number in range(40)}
    told = []

    publish(target.storage, bodies, on_done=lambda artifact, _: told.append(artifact.key))

    assert told == list(bodies)
    assert target.served() == bodies


def test_other_peoples_objects_stay_as_they_are(target):
    theirs = {"other.html": "theirs", "incidents/notes.txt": "theirs", "assets-old/x.css": "theirs"}
    for key, body in theirs.items():
        target.put(key, body.encode())

    publish(target.storage, FIRST)
    publish(target.storage, SECOND)
    publish(target.storage, {"index.html": "3"})

    assert target.served() == {**theirs, "index.html": "3"}


def test_an_object_in_the_way_is_refused_and_nothing_is_written(target):
    target.put("index.html", b"theirs")

    with pytest.raises(TargetError, match=r"index\.html was not put there by statusgen"):
        publish(target.storage, FIRST)

    assert target.bodies() == {"index.html": b"theirs"}


def test_an_object_in_the_way_with_the_same_bytes_is_taken_over(target):
    target.put("index.html", b"1")

    publish(target.storage, FIRST)

    assert target.served() == FIRST


def test_removing_what_is_gone_already_is_fine(target):
    publish(target.storage, FIRST)

    target.storage.delete(("never/was.html",))

    assert target.served() == FIRST


def test_a_damaged_manifest_is_seen_as_damaged(target):
    target.put("_statusgen/manifest.json", b'{"format":1,')

    seen = target.storage.observe()

    assert seen.manifest is None
    assert seen.damage
    assert seen.version


def test_what_is_ours_is_found_again_without_the_manifest(target):
    publish(target.storage, FIRST)
    target.put("_statusgen/manifest.json", b'{"format":1,')

    found = target.storage.recover(list(FIRST))

    assert found.keys() == FIRST.keys()
    assert target.storage.kept_packs() == [1]


def test_a_manifest_is_replaced_only_by_who_knows_its_version(target):
    publish(target.storage, FIRST)
    seen = target.storage.observe()
    version = target.storage.write_manifest(replace(seen.manifest, token="first"), seen.version)

    with pytest.raises(VersionConflictError):
        target.storage.write_manifest(replace(seen.manifest, token="second"), seen.version)

    again = target.storage.observe()
    assert (again.manifest.token, again.version) == ("first", version)
    assert again.age_s >= 0


def test_a_first_manifest_is_written_only_where_there_is_none(target):
    publish(target.storage, FIRST)
    manifest = target.storage.observe().manifest

    with pytest.raises(VersionConflictError):
        target.storage.write_manifest(manifest, "")


def test_writes_on_a_condition_are_tried_before_the_first_release(target, request):
    kind = request.node.callspec.params["target"]
    expected = Conditions.IGNORED if kind in WITHOUT_CONDITIONS else Conditions.HONOURED

    assert target.storage.try_conditions() is expected
    assert target.storage.try_conditions() is expected
    publish(target.storage, FIRST)
    assert target.storage.observe().manifest.conditions is expected


def test_an_upload_that_was_left_half_way_is_completed(target):
    publish(target.storage, FIRST)
    leave_half_way(target.storage, SECOND, "incidents/a.html")

    publish(target.storage, SECOND)

    seen = target.storage.observe().manifest
    assert target.served() == SECOND
    assert (seen.intent, seen.sequence) == (None, 3)
    assert publish(target.storage, SECOND).is_empty


def test_an_upload_that_was_left_half_way_can_be_taken_back(target):
    publish(target.storage, FIRST)
    leave_half_way(target.storage, SECOND, "index.html")

    publish(target.storage, FIRST)

    assert target.served() == FIRST
    assert target.storage.observe().manifest.intent is None


def test_what_a_late_request_of_another_did_is_undone_before_the_end(target):
    publish(target.storage, FIRST)
    leave_half_way(target.storage, SECOND, "incidents/a.html")

    def be_late(artifact, _):
        if artifact.key == "index.html":
            target.put("incidents/a.html", b"2")

    publish(target.storage, FIRST, on_done=be_late)

    assert target.served() == FIRST


def test_who_was_overtaken_puts_nothing_more_and_says_what_may_be_wrong(target):
    publish(target.storage, FIRST)

    def be_overtaken(artifact, _):
        if artifact.key == "incidents/a.html":
            publish(target.storage, {**FIRST, "index.html": "theirs"}, run=make_run("another"))

    with pytest.raises(TargetError):
        publish(target.storage, SECOND, on_done=be_overtaken)
    after = target.storage.observe().manifest
    is_told = isinstance(target.storage, FolderStorage) or "index.html" in doubts(after)
    publish(target.storage, {**FIRST, "index.html": "theirs"}, run=make_run("another"))

    assert after.sequence == 3
    assert is_told  # where nothing was put, there is nothing to tell
    assert target.served() == {**FIRST, "index.html": "theirs"}


def test_of_two_who_saw_the_same_one_gets_it(target):
    publish(target.storage, FIRST)
    seen = target.storage.observe()
    publish(target.storage, SECOND, run=make_run("quick"))

    release = make_release({**FIRST, "index.html": "late"})
    plan = plan_upload(release, seen, max_deletes=1)
    with pytest.raises(TargetHeld, match="quick on laptop published there"):
        upload(target.storage, plan, release, make_run("late"), lambda *_: None)

    assert target.served() == SECOND


def test_numbers_grow_and_releases_are_kept_when_the_manifest_is_damaged(target):
    publish(target.storage, FIRST)
    publish(target.storage, SECOND)
    kept = target.storage.observe().manifest.kept
    target.put(MANIFEST_KEY, b"?")

    manifest = recovered(target.storage, list(SECOND))
    damaged = target.storage.observe()
    plan = plan_upload(make_release(SECOND), replace(damaged, manifest=manifest), max_deletes=1)
    upload(target.storage, plan, make_release(SECOND), make_run(), lambda *_: None)

    after = target.storage.observe().manifest
    assert (manifest.sequence, after.sequence) == (2, 3)
    assert after.kept[1:] == kept
    assert set(after.packs) == {1, 2, 3}
    assert target.served() == SECOND


def test_a_target_of_an_older_statusgen_is_taken_on(target):
    publish(target.storage, FIRST, keeps=False)
    records = target.storage.observe().manifest.records
    old = {key: [one.fingerprint, one.size] for key, one in records.items()}
    target.put(MANIFEST_KEY, json.dumps({"format": 1, "objects": old}).encode())

    same = publish(target.storage, FIRST)
    publish(target.storage, SECOND)

    after = target.storage.observe().manifest
    assert same.is_empty
    assert (after.sequence, len(after.kept), set(after.packs)) == (1, 1, {1})
    assert after.conditions is not Conditions.UNKNOWN
    assert target.served() == SECOND


class LeftError(BaseException):
    """Stands for a process that ends in the middle."""


def leave_half_way(storage, bodies, key):
    """Publish until after `key`, and go away."""

    def leave(artifact, _):
        if artifact.key == key:
            raise LeftError

    with pytest.raises(LeftError):
        publish(storage, bodies, on_done=leave, run=make_run("gone"))


def test_what_was_kept_of_a_release_is_read_again_until_it_is_forgotten(target):
    target.storage.write_pack(7, BytesIO(b"bodies"))

    kept = target.storage.read_pack(7)
    target.storage.delete_packs([7, 8])

    assert kept == b"bodies"
    assert target.storage.read_pack(7) is None


def test_a_look_at_each_object_finds_what_others_did(target):
    publish(target.storage, FIRST)
    target.storage.delete(["feed.xml"])
    target.put("index.html", b"theirs")

    seen = target.storage.verified(target.storage.observe().manifest)

    assert seen.records.keys() == FIRST.keys() - {"feed.xml"}
    assert [key for key, one in seen.records.items() if not one.fingerprint] == ["index.html"]


def test_the_first_claim_holds(target):
    first = target.storage.claim("2026-11-21-a/01-investigating", Claim("ours")).token
    again = target.storage.claim("2026-11-21-a/01-investigating", Claim("ours")).token
    stranger = target.storage.claim("2026-11-21-a/01-investigating", Claim("theirs")).token
    another = target.storage.claim("2026-11-21-a/02-update", Claim("theirs")).token

    assert [first, again, stranger, another] == ["ours", "ours", "ours", "theirs"]


def test_a_claim_says_who_made_it_and_can_be_taken_over_with_a_reason(target):
    theirs = Claim("theirs", "someone on desktop", NOW)
    ours = Claim("ours", "someone on laptop", NOW, "the desktop is lost")
    target.storage.claim("2026-11-21-b/01", theirs)

    seen = target.storage.claim("2026-11-21-b/01", Claim("ours"))
    taken = target.storage.claim("2026-11-21-b/01", ours, takeover=True)
    again = target.storage.claim("2026-11-21-b/01", ours, takeover=True)
    after = target.storage.claim("2026-11-21-b/01", theirs)

    assert [seen, taken, again, after] == [theirs, theirs, ours, ours]


def test_access_is_tried_without_a_trace(target):
    publish(target.storage, FIRST)
    before = target.bodies()

    target.storage.try_access()

    assert target.bodies() == before
