from datetime import timedelta

import pytest

from statusgen.targets.bookkeeping import (
    ABANDONED_AFTER_S,
    KEPT_RELEASES,
    begun,
    doubted,
    doubts,
    ended,
    holder,
    with_pack,
)
from statusgen.targets.manifest import (
    UNKNOWN,
    Conditions,
    Intent,
    Manifest,
    Observed,
    Publisher,
    Record,
)
from statusgen.targets.upload_plan import plan_upload
from statusgen.values.value import replace
from tests.fakes.publishing import NOW, make_release, make_run

THEM = Publisher("someone else", "elsewhere", "boot 1 2")


def publish(there, bodies, run=None):
    """Return the manifests during and after a publish."""
    release, run = make_release(bodies), run or make_run()
    plan = plan_upload(release, Observed(there), max_deletes=1)
    under_way = begun(there or Manifest({}), plan, release, run, Conditions.HONOURED)
    tags = {put.artifact.key: f"tag of {put.artifact.key}" for put in plan.puts}
    return under_way, with_pack(ended(under_way, plan, release, run, tags))


def test_an_upload_under_way_says_who_and_how_much():
    run = make_run("someone")

    under_way, _ = publish(None, {"a.html": "1", "index.html": "1"}, run)

    assert under_way.intent == Intent(run.token, run.by, NOW, 2)
    assert under_way.token == run.token
    assert under_way.records == {"a.html": UNKNOWN, "index.html": UNKNOWN}
    assert under_way.sequence == 0


def test_a_release_that_is_up_has_a_number_and_knows_who_put_what():
    _, first = publish(None, {"a.html": "1", "index.html": "1"})

    _, second = publish(first, {"a.html": "1", "index.html": "2"})

    assert (first.sequence, second.sequence) == (1, 2)
    assert second.intent is None
    assert second.records["a.html"] == first.records["a.html"]
    assert {key: one.sequence for key, one in second.records.items()} == {
        "a.html": 1,
        "index.html": 2,
    }
    assert second.records["index.html"].tag == "tag of index.html"
    assert [one.sequence for one in second.kept] == [2, 1]
    assert second.kept[0].id != second.kept[1].id


def test_equal_releases_have_equal_ids():
    _, first = publish(None, {"index.html": "1"})
    _, second = publish(first, {"index.html": "2"})
    _, third = publish(second, {"index.html": "1"})

    assert third.kept[0].id == first.kept[0].id


def test_ten_releases_can_be_gone_back_to_and_their_packs_are_kept():
    manifest = None
    for number in range(30):
        _, manifest = publish(manifest, {"old.html": "always", "index.html": str(number)})

    assert [one.sequence for one in manifest.kept] == list(range(30, 30 - KEPT_RELEASES, -1))
    assert manifest.packs == {1: 0, **{one: one + 1 for one in range(20, 30)}, 30: 0}


def test_a_pack_that_a_kept_release_needs_is_kept_though_nothing_of_it_is_served():
    _, manifest = publish(None, {"old.html": "first", "index.html": "0"})
    for number in range(1, 6):
        _, manifest = publish(manifest, {"old.html": "first", "index.html": str(number)})
    for number in range(6, 6 + KEPT_RELEASES):
        needs = 1 in manifest.packs
        _, manifest = publish(manifest, {"old.html": "second", "index.html": str(number)})

    assert needs
    assert 1 not in manifest.packs


def test_a_release_that_only_removes_something_can_be_gone_back_to():
    _, manifest = publish(None, {"old.html": "1", "index.html": "1"})
    _, manifest = publish(manifest, {"index.html": "1"})
    for number in range(KEPT_RELEASES - 1):
        _, manifest = publish(manifest, {"index.html": str(number + 2)})

    assert manifest.kept[-1].sequence == 2
    assert 2 in manifest.packs


@pytest.mark.parametrize(
    ("age_s", "is_gone", "is_held"),
    [
        pytest.param(1, False, True, id="at work"),
        pytest.param(ABANDONED_AFTER_S + 1, False, False, id="silent for too long"),
        pytest.param(1, True, False, id="its process has ended"),
    ],
)
def test_an_upload_under_way_is_waited_for_while_it_lives(age_s, is_gone, is_held):
    intent = Intent("theirs", THEM, NOW - timedelta(minutes=1), 3)
    seen = Observed(Manifest({}, intent=intent), "version", age_s)

    found = holder(seen, lambda who: is_gone and who == THEM)

    assert found == (intent if is_held else None)


def test_a_target_without_an_upload_under_way_is_free():
    assert holder(Observed(None), lambda _: False) is None
    assert holder(Observed(Manifest({"a": Record("", 0)})), lambda _: False) is None


def test_what_a_broken_upload_left_is_unknown_still_to_the_next():
    under_way, _ = publish(None, {"a.html": "1", "index.html": "1"})

    again, _ = publish(replace(under_way, token="theirs"), {"index.html": "1"})

    assert again.records == {"a.html": UNKNOWN, "index.html": UNKNOWN}


def test_the_number_of_an_upload_that_is_taken_over_is_used_up():
    under_way, _ = publish(None, {"index.html": "1"})

    again, after = publish(under_way, {"index.html": "2"})

    assert (under_way.sequence, again.sequence, after.sequence) == (0, 1, 2)
    assert again.packs.keys() - after.packs.keys() == {1}  # what was kept of it is forgotten


def test_what_is_in_doubt_is_put_again_by_the_next_publish():
    _, first = publish(None, {"a.html": "1", "index.html": "1"})

    doubtful = doubted(first, ["index.html", "stray.html"])
    plan = plan_upload(
        make_release({"a.html": "1", "index.html": "1"}), Observed(doubtful), max_deletes=1
    )

    assert doubts(doubtful) == {"index.html", "stray.html"}
    assert [one.artifact.key for one in plan.puts] == ["index.html"]
    assert plan.deletes == ("stray.html",)
