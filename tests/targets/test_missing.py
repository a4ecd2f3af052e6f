"""What readers have seen and would see no more."""

from datetime import timedelta

import pytest

from statusgen.content.shown import REVIEW, Shown, format_shown
from statusgen.targets.manifest import KeptRelease, Manifest, Publisher
from statusgen.targets.missing import (
    MissingUpdate,
    all_let_go,
    meant,
    missing_updates,
    still_to_remember,
)
from tests.builders import instant

BY = Publisher("someone", "laptop", "")


def line(*entries):
    return format_shown(
        Shown(stem, instant(at) if at else None, wording) for stem, at, wording in entries
    )


FIRST = ("01", "02:04", "aa")
SECOND = ("02", "02:20", "bb")


@pytest.mark.parametrize(
    ("before", "after", "missing"),
    [
        pytest.param([FIRST, SECOND], [FIRST, SECOND], [], id="nothing changed"),
        pytest.param([FIRST], [FIRST, SECOND], [], id="an update came"),
        pytest.param([FIRST, SECOND], [FIRST], ["x/02"], id="an update went"),
        pytest.param([FIRST, SECOND], None, ["x/01", "x/02"], id="the incident went"),
        pytest.param([FIRST, ("02", "02:20", "bb")], [FIRST, ("02", "02:21", "cc")], [], id="edit"),
        pytest.param([SECOND], [("03", "02:20", "cc")], [], id="renamed, told by its instant"),
        pytest.param([SECOND], [("03", "02:30", "bb")], [], id="renamed, told by its text"),
        pytest.param([SECOND], [("03", "02:30", "cc")], ["x/02"], id="another in its place"),
        pytest.param(
            [SECOND, ("03", "02:30", "bb")],
            [("04", "02:40", "bb")],
            ["x/03"],
            id="one new file stands for one old one",
        ),
        pytest.param([FIRST, SECOND], [FIRST], ["x/02"], id="what stayed is nobody's new name"),
        pytest.param([FIRST, (REVIEW, "04:00", "")], [FIRST], ["x/postmortem"], id="a review"),
        pytest.param(
            [FIRST, (REVIEW, "04:00", "")],
            [FIRST, ("02", "04:00", "bb")],
            ["x/postmortem"],
            id="a review is never renamed",
        ),
        pytest.param([FIRST, (REVIEW, None, "")], [FIRST], ["x/postmortem"], id="one without date"),
    ],
)
def test_what_goes_is_named(before, after, missing):
    there = {"x": line(*before), "same": line(FIRST)}
    coming = {"same": line(FIRST)} | ({"x": line(*after)} if after is not None else {})

    assert [one.update_id for one in missing_updates(there, coming)] == missing


def test_a_page_of_which_nobody_can_tell_more_is_named_where_it_goes_altogether():
    assert list(missing_updates({"x": "", "y": ""}, {"y": line(FIRST)})) == [
        MissingUpdate("x", None)
    ]
    assert list(missing_updates({"x": line(FIRST)}, {"x": ""})) == []


@pytest.mark.parametrize(
    ("let_go_at", "is_meant"), [("02:09", False), ("02:10", True), ("02:30", True)]
)
def test_a_target_that_was_away_is_not_asked_again(let_go_at, is_meant):
    there = Manifest({}, kept=(KeptRelease(1, "", instant("02:10"), BY, 1),))
    missing = [MissingUpdate("x/02", instant("02:04"))]

    [found] = meant(missing, there, {"x/02": instant(let_go_at)})

    assert found.is_meant is is_meant


def test_the_latest_time_that_something_was_let_go_counts():
    early = Manifest({}, let_go={"x/02": instant("02:10"), "x/03": instant("02:10")})
    late = Manifest({}, let_go={"x/02": instant("02:30")})

    assert all_let_go([early, late]) == all_let_go([late, early])
    assert all_let_go([early, late]) == {"x/02": instant("02:30"), "x/03": instant("02:10")}


@pytest.mark.parametrize(
    ("there", "after", "knows_all", "is_kept"),
    [
        pytest.param([FIRST], [FIRST], True, False, id="gone everywhere"),
        pytest.param([FIRST, SECOND], [FIRST], True, True, id="shown somewhere still"),
        pytest.param([FIRST], [FIRST], False, True, id="a target is away"),
        pytest.param([FIRST], [FIRST, SECOND], False, False, id="back in the files"),
    ],
)
def test_what_was_let_go_is_remembered_as_long_as_it_matters(there, after, knows_all, is_kept):
    let_go = {"x/02": instant("02:10") + timedelta(minutes=1)}
    manifests = [Manifest({}, shown={"x": line(*there)})]

    kept = still_to_remember(let_go, {"x": line(*after)}, manifests, knows_all=knows_all)

    assert kept == (let_go if is_kept else {})
