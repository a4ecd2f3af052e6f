"""Going back: from what a target kept, without a rebuild, and as another release."""

from pathlib import Path

import pytest

from statusgen.config.settings import FolderTarget
from statusgen.errors import UsageError
from statusgen.targets.folder import FolderStorage
from statusgen.targets.manifest import pack_key
from statusgen.targets.rollback import kept_releases, plan_rollback
from statusgen.targets.uploading import Outside, Target
from tests.builders import make_settings
from tests.fakes.publishing import make_run, publish
from tests.fakes.storage import FakeStorage
from tests.targets.test_uploading import unseen

FIRST = {"assets/a.abc123.css": "1", "incidents/a.html": "1", "feed.xml": "1", "index.html": "1"}
SECOND = {"incidents/a.html": "2", "incidents/b.html": "2", "feed.xml": "1", "index.html": "2"}
FOLDER = FolderTarget("folder:public", Path("/nowhere/public"))


def served(storage):
    return {key: one.decode() for key, one in storage.objects.items() if key[0] != "_"}


def plan(*storages, wanted=""):
    outside = Outside(make_run(), lambda *_: "", unseen, lambda _: False)
    targets = [Target(FOLDER, one) for one in storages]
    return plan_rollback(make_settings(), targets, wanted, outside)


def go_back(*storages, wanted=""):
    return [way.take() for way in plan(*storages, wanted=wanted)]


def test_the_release_before_is_served_again_and_only_what_differs_goes_up():
    storage = FakeStorage()
    publish(storage, FIRST)
    publish(storage, SECOND, keep_assets=True)
    storage.requests.clear()

    [result] = go_back(storage)

    assert served(storage) == FIRST
    assert not result.failure
    puts = [one for one in storage.requests if one.startswith("put ")]
    assert puts == ["put assets/a.abc123.css", "put incidents/a.html", "put index.html"]
    assert "delete incidents/b.html" in storage.requests


def test_going_back_is_a_release_of_its_own_and_can_be_undone():
    storage = FakeStorage()
    publish(storage, FIRST)
    publish(storage, SECOND)

    go_back(storage)
    go_back(storage)

    assert served(storage) == SECOND | {"assets/a.abc123.css": "1"}  # caches may ask for it
    assert [one.sequence for one in kept_releases(storage)] == [4, 3, 2, 1]
    first, second, third, fourth = reversed([one.id for one in kept_releases(storage)])
    assert (first, second) == (third, fourth)


@pytest.mark.parametrize("name", ["number", "id", "beginning"])
def test_any_kept_release_can_be_named(name):
    storage = FakeStorage()
    for number in range(5):
        publish(storage, {"index.html": str(number), "old.html": "always"})
    second = kept_releases(storage)[3]
    wanted = {"number": str(second.sequence), "id": second.id, "beginning": second.id[:6]}[name]

    go_back(storage, wanted=wanted)

    assert served(storage) == {"index.html": "1", "old.html": "always"}


def test_a_number_is_never_taken_for_the_beginning_of_an_id():
    storage = FakeStorage()
    for number in range(10):
        publish(storage, {"index.html": str(number)})

    for wanted in range(1, 10):
        [way] = plan(storage, wanted=str(wanted))
        assert way.release.sequence == wanted


def test_bodies_that_an_older_release_put_up_are_found():
    storage = FakeStorage()
    publish(storage, {"index.html": "1", "old.html": "first"})
    for number in range(2, 9):
        publish(storage, {"index.html": str(number), "old.html": "first"})
    publish(storage, {"index.html": "9", "old.html": "second"})

    go_back(storage)

    assert served(storage) == {"index.html": "8", "old.html": "first"}


def test_a_folder_keeps_its_releases_too(tmp_path):
    storage = FolderStorage("folder:public", tmp_path)
    publish(storage, FIRST)
    publish(storage, SECOND)

    go_back(storage)

    assert (tmp_path / "index.html").read_text() == "1"
    assert not (tmp_path / "incidents" / "b.html").exists()


def test_without_a_release_before_nothing_is_done():
    storage = FakeStorage()
    publish(storage, FIRST)

    with pytest.raises(UsageError, match="no release before this one"):
        plan(storage)


def test_a_release_that_is_not_kept_is_answered_with_those_that_are():
    storage = FakeStorage()
    publish(storage, FIRST)
    publish(storage, SECOND)

    with pytest.raises(
        UsageError, match=r"no release 99; these can be gone back to: 1 \([0-9a-f]+"
    ):
        plan(storage, wanted="99")


def test_a_target_without_the_release_keeps_no_other_back():
    storage, new = FakeStorage("s3://old"), FakeStorage("s3://new")
    publish(storage, FIRST)
    publish(storage, SECOND)
    publish(new, SECOND)

    results = go_back(storage, new)

    assert served(storage) == FIRST
    assert [bool(one.failure) for one in results] == [False, True]
    assert served(new) == SECOND


@pytest.mark.parametrize("damage", ["gone", "no pack"])
def test_what_is_not_whole_is_noticed_before_anything_is_changed(damage):
    storage = FakeStorage()
    publish(storage, FIRST)
    publish(storage, SECOND)
    if damage == "gone":
        del storage.objects[pack_key(1)]
    else:
        storage.objects[pack_key(1)] = b"?"

    with pytest.raises(UsageError, match="what was kept of release 1 is not whole"):
        plan(storage)

    assert served(storage) == SECOND
