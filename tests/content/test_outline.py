import pytest

from statusgen.content.incident import fold
from statusgen.content.outline import Told, outline
from statusgen.content.shown import Shown, parse_shown
from statusgen.content.update import Postmortem
from tests.builders import (
    SEVERITIES,
    instant,
    make_first,
    make_incident,
    make_notice,
    make_scheduled,
    make_update,
)


def test_an_outline_holds_the_facts_of_the_last_update():
    incident = make_incident(
        make_first(started="02:00", components=["checkout"], stem="01"),
        make_update("resolved", at="03:00", stem="02", notify=False),
    )

    facts = outline(incident)

    assert (facts.id, facts.title, facts.severity) == (incident.id, incident.title, "SEV1")
    assert (facts.phase, facts.started, facts.ended) == (
        "resolved",
        instant("02:00"),
        instant("03:00"),
    )
    assert facts.duration == incident.duration
    assert (facts.affected, facts.states) == (incident.affected, incident.last.states)
    assert facts.told == (
        make_told(incident.first, is_mailed=True, is_for_all=True),
        make_told(incident.last, is_mailed=False, is_for_all=False),
    )
    assert facts.last_at == facts.changed_at == instant("03:00")


def is_for_all(*updates):
    return [one.is_for_all for one in outline(make_incident(*updates)).told]


def test_an_update_is_for_all_where_no_earlier_one_went_to_somebody_else():
    low = {"severity": "SEV3"}

    assert is_for_all(make_first(**low), make_update(at="02:10", severity="SEV1")) == [True, True]
    assert is_for_all(make_first(), make_update(at="02:10", **low)) == [True, False]
    assert is_for_all(
        make_first(), make_update(at="02:10", **low), make_update(at="02:20", severity="SEV1")
    ) == [True, False, True]
    assert is_for_all(make_first(), make_update(at="02:10", components=["api"])) == [True, False]
    assert is_for_all(
        make_first(components=["api"]), make_update(at="02:10", components=["checkout"])
    ) == [True, True]
    assert is_for_all(
        make_first(notify=("stakeholders",)), make_update(at="02:10", notify=("subscribers",))
    ) == [False, False]
    assert is_for_all(make_first(notify=("managers",)), make_update(at="02:10")) == [False, False]


def make_told(step, **facts):
    update = step.update
    return Told(update.stem, update.at, **facts)


def test_what_readers_see_is_told_in_a_line():
    updates = make_first(stem="01"), make_update("resolved", at="03:00", stem="02")
    review = Postmortem("We learned.", instant("04:00"))

    line = outline(fold(updates, SEVERITIES, review)).shown

    assert parse_shown(line) == (
        Shown("01", instant("02:04"), updates[0].wording),
        Shown("02", instant("03:00"), updates[1].wording),
        Shown("postmortem", instant("04:00"), ""),
    )


def test_a_maintenance_has_no_severity():
    facts = outline(make_incident(make_scheduled()))

    assert facts.is_maintenance
    assert (facts.severity, facts.severity_label, facts.impact) == (None, None, "maintenance")
    assert facts.listed_at == instant("03:00")


SETTLED = [
    pytest.param([make_first()], None, id="an open incident never by itself"),
    pytest.param([make_first("resolved", at="02:30")], "02:30", id="an end by an update"),
    pytest.param([make_scheduled()], "05:00", id="a scheduled maintenance at its window's end"),
    pytest.param(
        [make_scheduled(), make_update("in_progress", at="03:01")],
        None,
        id="a maintenance under way by hand never by itself",
    ),
    pytest.param(
        [make_scheduled(), make_update("canceled", at="02:00")], "02:00", id="a canceled one"
    ),
]


@pytest.mark.parametrize(("updates", "settled"), SETTLED)
def test_when_it_can_only_be_closed(updates, settled):
    facts = outline(make_incident(*updates))

    assert facts.settled_at == (instant(settled) if settled else None)
    assert facts.is_settled(instant("23:59")) is (settled is not None)
    assert not facts.is_settled(instant("00:00"))


def test_a_notice_is_settled_when_it_ends_and_is_never_mailed():
    facts = outline(make_incident(make_notice()))

    assert facts.is_notice
    assert facts.settled_at == instant("2026-11-28T02:04")
    assert not any(told.is_mailed for told in facts.told)
