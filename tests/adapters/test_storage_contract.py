"""What every target does alike: in memory, in a folder, in an imitated and in a real bucket."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from statusgen.adapters.folder import FolderStorage
from statusgen.apply.upload import manifest_of, upload
from statusgen.errors import TargetError
from statusgen.model.release import Release, artifact_from_bytes
from statusgen.plan.upload import plan_upload
from statusgen.ports.storage import Storage
from tests.fakes.storage import FakeStorage, ignore

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


@pytest.fixture(params=["memory", "folder", "moto", "seaweedfs"])
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
        name = "bucket" if request.param == "seaweedfs" else "moto_bucket"
        bucket = request.getfixturevalue(name)
        storage = bucket.storage()
        yield Target(storage, bucket.put, bucket.bodies)
        storage.close()


def put_file(path: Path, body: bytes):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)


def read_files(root: Path):
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*.*")}


def make_release(bodies):
    return Release(tuple(artifact_from_bytes(key, body.encode()) for key, body in bodies.items()))


def publish(storage, bodies, on_done=ignore):
    release = make_release(bodies)
    plan = plan_upload(release, storage.read_manifest(), max_deletes=1)
    upload(storage, plan, release, on_done)
    return plan


def test_a_target_that_was_never_used_has_no_manifest(target):
    assert target.storage.read_manifest() is None


def test_an_upload_serves_the_release_and_remembers_it(target):
    publish(target.storage, FIRST)

    assert target.served() == FIRST
    assert target.storage.read_manifest() == manifest_of(make_release(FIRST))


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
    bodies = {f"incidents/{number:03}.html": str(number) for number in range(100)}
    told = []

    publish(target.storage, bodies, on_done=lambda artifact: told.append(artifact.key))

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


def test_an_upload_over_a_damaged_manifest_is_refused(target):
    target.put("_statusgen/manifest.json", b'{"format":1,')

    with pytest.raises((TargetError, ValueError)):
        publish(target.storage, FIRST)


def test_the_first_claim_holds(target):
    if not target.storage.can_claim:
        return

    first = target.storage.claim("2026-11-21-a/01-investigating", "ours")
    again = target.storage.claim("2026-11-21-a/01-investigating", "ours")
    stranger = target.storage.claim("2026-11-21-a/01-investigating", "theirs")
    another = target.storage.claim("2026-11-21-a/02-update", "theirs")

    assert [first, again, stranger, another] == ["ours", "ours", "ours", "theirs"]
