"""What files say otherwise than the letters that people have."""

import pytest

from statusgen.content.outline import outline
from statusgen.mail.edits import edits_of, reworded
from statusgen.mail.letter_states import KnownUpdate
from tests.builders import instant, make_first, make_incident, make_update

FIRST = make_first(incident_id="x", stem="01", components={"checkout": "major_outage"})
SECOND = make_update("identified", "02:20", incident_id="x", stem="02", body="A bad deploy.")


def known(update, **facts):
    facts = {"says": update.says, "wording": update.wording} | facts
    return KnownUpdate(update.id, "x", update.at, **facts)


def find(*updates, ledger, renamed=(), people=3):
    outlines = [outline(make_incident(*updates))]
    says = {one.id: one.says for one in updates}
    mailed = {one.update_id: one for one in ledger}
    changed = tuple(reworded(outlines, mailed, renamed, says.__getitem__))
    return edits_of(changed, lambda ids: dict.fromkeys(ids, people))


def make(**facts):
    facts = {"incident_id": "x", "stem": "01", "components": {"checkout": "major_outage"}} | facts
    return make_first(facts.pop("status", "investigating"), facts.pop("at", "02:04"), **facts)


@pytest.mark.parametrize(
    ("now", "says_else"),
    [
        pytest.param({"status": "identified"}, True, id="another phase"),
        pytest.param({"severity": "SEV2"}, True, id="another severity"),
        pytest.param({"components": {"checkout": "partial_outage"}}, True, id="another state"),
        pytest.param({"components": {}}, True, id="no component"),
        pytest.param({"components": ["checkout"]}, True, id="the severity's state"),
        pytest.param({"body": "Something else."}, False, id="another text"),
        pytest.param({"title": "Another"}, False, id="another title"),
        pytest.param({"impact": "Few."}, False, id="an impact"),
        pytest.param({"promises_none": True}, False, id="another promise"),
        pytest.param({"at": "02:05"}, False, id="another instant"),
    ],
)
def test_a_change_of_what_people_have_is_found_and_weighed(now, says_else):
    [edit] = find(make(**now), ledger=[known(FIRST)])

    assert (edit.update_id, edit.people, edit.says_else) == ("x/01", 3, says_else)


@pytest.mark.parametrize(
    "now", [{}, {"notify": False}, {"tags": ("x",)}, {"edited": "02:09"}, {"started": "01:50"}]
)
def test_what_is_the_same_to_readers_is_no_edit(now):
    assert find(make(**now), ledger=[known(FIRST)]) == ()


def test_an_update_of_which_an_earlier_version_did_not_note_what_it_said_is_let_be():
    assert find(make(status="identified"), ledger=[known(FIRST, says="", wording="")]) == ()


def test_what_nobody_has_is_no_edit_and_is_noted_anew():
    now = make(status="identified")
    ledger = {FIRST.id: known(FIRST)}

    [changed] = reworded([outline(make_incident(now))], ledger, (), lambda _: now.says)

    assert changed.now.says == now.says
    assert find(now, ledger=ledger.values(), people=0) == ()


def test_an_edit_is_found_under_another_name_too():
    now = make(stem="01-first", status="identified")

    [edit] = find(now, ledger=[known(FIRST)], renamed=[("x/01", "x/01-first")])

    assert edit.update_id == "x/01-first"
    assert edit.reworded.known.update_id == "x/01"


def test_what_says_otherwise_only_by_its_neighbours_is_no_edit():
    now = make(severity="SEV2", components={})

    changed = find(now, SECOND, ledger=[known(SECOND)])

    assert changed == ()


def test_an_update_that_is_gone_is_no_edit():
    assert find(FIRST, ledger=[known(FIRST), known(SECOND)]) == ()


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ({"status": "identified"}, "says identified now instead of investigating"),
        ({"components": {}}, "no longer says checkout=major_outage"),
        (
            {"components": {"api": "operational", "checkout": "major_outage"}},
            "says api=operational now",
        ),
    ],
)
def test_a_brake_says_what_is_different(now, told):
    [edit] = find(make(**now), ledger=[known(FIRST)], people=1)

    assert str(edit) == f"x/01 of 2026-11-21T02:04:00Z, which 1 person was mailed about, {told}"
    assert instant("02:04") == FIRST.at
