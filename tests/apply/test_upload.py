import pytest

from statusgen.apply.upload import manifest_of, upload
from statusgen.errors import TargetError
from statusgen.model.manifest import UNKNOWN
from statusgen.model.release import Release, artifact_from_bytes
from statusgen.plan.upload import plan_upload
from tests.fakes.storage import FakeStorage, ignore

FIRST = {"assets/a.abc123.css": "1", "incidents/a.html": "1", "feed.xml": "1", "index.html": "1"}
SECOND = {"assets/b.def456.css": "2", "incidents/a.html": "2", "feed.xml": "1", "index.html": "2"}


def make_release(bodies):
    return Release(tuple(artifact_from_bytes(key, body.encode()) for key, body in bodies.items()))


def publish(storage, bodies, on_done=ignore, **options):
    release = make_release(bodies)
    plan = plan_upload(release, storage.read_manifest(), max_deletes=1, **options)
    upload(storage, plan, release, on_done)
    return plan


def served(storage):
    return {
        key: body.decode()
        for key, body in storage.objects.items()
        if not key.startswith("_statusgen/")
    }


def test_a_first_upload_puts_everything_in_stage_order():
    storage = FakeStorage()

    publish(storage, FIRST)

    assert storage.requests == [
        "read manifest",
        "manifest 1",
        "put assets/a.abc123.css",
        "put incidents/a.html",
        "put feed.xml",
        "put index.html",
        "refresh caches",
        "manifest 2",
    ]
    assert served(storage) == FIRST


def test_nothing_changed_costs_one_request():
    storage = FakeStorage()
    publish(storage, FIRST)
    storage.requests.clear()

    publish(storage, FIRST)

    assert storage.requests == ["read manifest"]


def test_removals_come_after_every_upload():
    storage = FakeStorage()
    publish(storage, FIRST)
    storage.requests.clear()

    publish(storage, SECOND)

    assert storage.requests[-4:] == [
        "put index.html",
        "delete assets/a.abc123.css",
        "refresh caches",
        "manifest 2",
    ]
    assert served(storage) == SECOND


def test_each_artifact_is_told_of_once_it_is_up():
    storage = FakeStorage()
    told = []

    publish(storage, FIRST, on_done=lambda artifact: told.append(artifact.key))

    assert told == list(FIRST)


def test_a_failed_upload_stops_deletes_and_the_manifest():
    storage = FakeStorage()
    publish(storage, FIRST)
    storage.requests.clear()
    storage.fail_on = "put incidents/a.html"

    with pytest.raises(TargetError):
        publish(storage, SECOND)

    assert storage.requests[-1] == "put incidents/a.html"
    assert served(storage)["index.html"] == "1"
    assert "assets/a.abc123.css" in storage.objects


STEPS = [
    "manifest 1",
    "put assets/b.def456.css",
    "put incidents/a.html",
    "put index.html",
    "delete assets/a.abc123.css",
    "manifest 2",
]


@pytest.mark.parametrize("step", STEPS)
def test_whatever_step_failed_the_next_upload_completes_it(step):
    storage = FakeStorage()
    publish(storage, FIRST)
    storage.requests.clear()
    storage.fail_on = step
    with pytest.raises(TargetError):
        publish(storage, SECOND)

    storage.fail_on = ""
    publish(storage, SECOND)

    assert served(storage) == SECOND
    assert storage.read_manifest() == manifest_of(make_release(SECOND))


@pytest.mark.parametrize("step", STEPS)
def test_whatever_step_failed_going_back_leaves_nothing_behind(step):
    storage = FakeStorage()
    publish(storage, FIRST)
    storage.requests.clear()
    storage.fail_on = step
    with pytest.raises(TargetError):
        publish(storage, SECOND)

    storage.fail_on = ""
    publish(storage, FIRST)

    assert served(storage) == FIRST


THIRD = {"assets/c.789abc.css": "3", "incidents/a.html": "3", "feed.xml": "1", "index.html": "3"}
OLD_STYLES = {"assets/a.abc123.css": "1"}


def test_the_styles_of_the_release_before_stay_until_others_come():
    storage = FakeStorage()
    publish(storage, FIRST, keep_assets=True)

    publish(storage, SECOND, keep_assets=True)
    after_second = served(storage)
    again = publish(storage, SECOND, keep_assets=True)
    publish(storage, {**SECOND, "index.html": "news"}, keep_assets=True)
    after_news = served(storage)
    third = publish(storage, THIRD, keep_assets=True)

    assert after_second == SECOND | OLD_STYLES
    assert again.is_empty
    assert after_news == SECOND | OLD_STYLES | {"index.html": "news"}
    assert third.deletes == ("assets/a.abc123.css",)
    assert served(storage) == THIRD | {"assets/b.def456.css": "2"}


@pytest.mark.parametrize("step", [one for one in STEPS if not one.startswith("delete")])
def test_whatever_step_failed_the_styles_before_it_stay(step):
    storage = FakeStorage()
    publish(storage, FIRST, keep_assets=True)
    storage.requests.clear()
    storage.fail_on = step
    with pytest.raises(TargetError):
        publish(storage, SECOND, keep_assets=True)

    storage.fail_on = ""
    publish(storage, SECOND, keep_assets=True)

    assert served(storage) == SECOND | OLD_STYLES
    assert publish(storage, SECOND, keep_assets=True).is_empty


def test_styles_that_come_back_are_put_up_again():
    storage = FakeStorage()
    publish(storage, FIRST, keep_assets=True)
    publish(storage, SECOND, keep_assets=True)

    publish(storage, FIRST, keep_assets=True)

    assert served(storage) == FIRST | {"assets/b.def456.css": "2"}


def test_the_manifest_under_way_knows_everything_that_may_change():
    storage = FakeStorage()
    publish(storage, FIRST)
    storage.requests.clear()
    storage.fail_on = "put assets/b.def456.css"

    with pytest.raises(TargetError):
        publish(storage, SECOND)

    records = storage.read_manifest().records
    assert {key for key, record in records.items() if record == UNKNOWN} == {
        "assets/a.abc123.css",
        "assets/b.def456.css",
        "incidents/a.html",
        "index.html",
    }
    assert records["feed.xml"] != UNKNOWN


def test_somebody_elses_object_stops_the_upload_before_anything_is_written():
    storage = FakeStorage()
    storage.put_foreign("index.html", b"theirs")

    with pytest.raises(TargetError):
        publish(storage, FIRST)

    assert storage.objects == {"index.html": b"theirs"}


def test_a_file_may_become_a_folder_of_the_same_name():
    storage = FakeStorage()
    publish(storage, {"a": "1"})

    publish(storage, {"a/b": "1"})

    assert served(storage) == {"a/b": "1"}
