import pytest

from statusgen.errors import TargetError
from statusgen.targets.manifest import UNKNOWN, Intent
from statusgen.values.value import replace
from tests.fakes.publishing import NOW, make_run, publish
from tests.fakes.storage import FakeStorage

FIRST = {"assets/a.abc123.css": "1", "incidents/a.html": "1", "feed.xml": "1", "index.html": "1"}
SECOND = {"assets/b.def456.css": "2", "incidents/a.html": "2", "feed.xml": "1", "index.html": "2"}


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
        "try conditions",
        "manifest 1",
        "put assets/a.abc123.css",
        "put incidents/a.html",
        "put feed.xml",
        "put index.html",
        "pack 1",
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

    assert storage.requests[-5:] == [
        "put index.html",
        "delete assets/a.abc123.css",
        "pack 2",
        "refresh caches",
        "manifest 2",
    ]
    assert served(storage) == SECOND


def test_each_artifact_is_told_of_once_it_is_up():
    storage = FakeStorage()
    told = []

    publish(storage, FIRST, on_done=lambda artifact, _: told.append(artifact.key))

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
    "pack 2",
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
    assert storage.observe().manifest.intent is None
    assert publish(storage, SECOND).is_empty


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

    records = storage.observe().manifest.records
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


def test_new_objects_come_before_those_that_lead_to_them():
    storage = FakeStorage()
    publish(storage, {"history/2026-10.html": "1", "history/index.html": "1", "index.html": "1"})
    storage.requests.clear()

    bodies = {"history/2026-10.html": "2", "history/index.html": "2", "index.html": "2"}
    publish(storage, {**bodies, "history/2026-11.html": "2"})

    assert [one for one in storage.requests if one.startswith("put ")] == [
        "put history/2026-11.html",
        "put history/2026-10.html",
        "put history/index.html",
        "put index.html",
    ]


def test_of_an_upload_that_is_taken_over_what_is_missing_comes_first():
    storage = FakeStorage()
    publish(storage, {"history/index.html": "1", "index.html": "1"})
    bodies = {"history/2026-11.html": "2", "history/index.html": "2", "index.html": "2"}
    storage.fail_on = "put history/2026-11.html"
    with pytest.raises(TargetError):
        publish(storage, bodies)

    storage.fail_on = "put history/index.html"
    with pytest.raises(TargetError):
        publish(storage, {**bodies, "history/index.html": "3"})

    assert "history/2026-11.html" in storage.objects


def test_an_upload_that_left_nothing_is_ended_by_the_next():
    storage = FakeStorage()
    publish(storage, FIRST)
    seen = storage.observe()
    intent = Intent("theirs", make_run().by, NOW, 1)
    storage.write_manifest(replace(seen.manifest, intent=intent, token="theirs"), seen.version)

    plan = publish(storage, FIRST)

    assert plan.is_empty
    assert storage.observe().manifest.intent is None
    assert storage.observe().manifest.sequence == 3


def test_what_somebody_else_keeps_changing_is_said():
    storage = FakeStorage()
    publish(storage, FIRST)
    storage.fail_on = "put index.html"
    with pytest.raises(TargetError):
        publish(storage, SECOND)
    storage.fail_on = ""
    looks = storage.verified

    def altered(manifest):
        storage.objects["index.html"] = b"theirs"
        return looks(manifest)

    storage.verified = altered

    with pytest.raises(TargetError, match="somebody else changes what was put there"):
        publish(storage, SECOND)
