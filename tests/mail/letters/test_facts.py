from statusgen.content.update import Postmortem
from statusgen.mail.letters.facts import gather
from statusgen.mail.letters.kinds import letter_before
from tests.mail.letters.stories import (
    checkout_errors,
    database_upgrade,
    later_in_maintenance,
    make_first,
    make_incident,
    make_settings,
    make_update,
    states,
)


def facts_of(incident, index=-1, **settings):
    return gather(make_settings(**settings), incident, incident.steps[index])


def test_a_letter_tells_the_incident_as_of_its_update():
    facts = facts_of(checkout_errors(), 1)

    assert (facts.status, facts.old_status) == ("Identified", "Investigating")
    assert (facts.severity, facts.old_severity) == ("Critical", "Minor")
    assert (facts.impact, facts.old_impact) == ("High", "Medium")
    assert facts.duration is None
    assert facts.cause is None
    assert [(one.name, one.was, one.state) for one in facts.changed] == [
        ("API", "Degraded performance", "Operational")
    ]
    assert [one.name for one in facts.others] == ["Checkout"]


def test_a_severity_may_change_where_the_impact_stays():
    facts = facts_of(make_incident(make_first(), make_update(5, None, severity="SEV2")))

    assert (facts.severity, facts.old_severity) == ("Major", "Critical")
    assert (facts.impact, facts.old_impact) == ("High", None)


def test_a_maintenance_has_no_severity():
    facts = facts_of(database_upgrade(later_in_maintenance(60, None)))

    assert (facts.severity, facts.old_severity) == (None, None)


def test_a_maintenance_that_was_done_before_its_window_has_no_start_and_no_duration():
    early = facts_of(database_upgrade(later_in_maintenance(60, "completed")))
    usual = facts_of(database_upgrade(later_in_maintenance(7 * 24 * 60 + 90, "completed")))

    assert (early.has_begun, early.duration) == (False, None)
    assert (usual.has_begun, usual.duration is None) == (True, False)


def test_components_that_work_are_told_from_those_that_do_not():
    down, mixed = (
        facts_of(make_incident(make_first(components=states(**named))))
        for named in ({"api": None}, {"api": None, "checkout": "operational"})
    )

    assert (down.are_all_affected, mixed.are_all_affected) == (True, False)


def test_a_later_start_does_not_change_an_earlier_letter():
    incident = make_incident(make_first(10), make_update(20, None, started=make_first(0).at))

    assert facts_of(incident, 0).started == make_first(10).at
    assert facts_of(incident, 1).started == make_first(0).at


def test_the_end_tells_how_long_it_took_and_promises_the_review_that_is_owed():
    facts = facts_of(checkout_errors())

    assert facts.duration == "2 hours 9 minutes"
    assert facts.tone == "good"
    assert facts.owes_review


def test_a_review_that_is_there_or_not_owed_is_not_promised():
    end = make_update(9, "resolved")
    there = make_incident(make_first(), end, postmortem=Postmortem("It was the gateway."))
    not_owed = make_incident(make_first(severity="SEV3"), end)

    assert not facts_of(there).owes_review
    assert not facts_of(not_owed).owes_review


def test_changes_count_from_the_letter_before_not_from_a_silent_update():
    incident = make_incident(
        make_first(),
        make_update(5, "identified", notify=False, components=states(api="major_outage")),
        make_update(9, None),
    )
    facts = facts_of(incident)

    assert letter_before(incident, incident.last) is incident.first
    assert facts.old_status == "Investigating"
    assert [one.was for one in facts.changed] == ["Degraded performance"]


def test_a_new_title_names_the_old_one():
    facts = facts_of(make_incident(make_first(), make_update(5, None, title="Checkout is down")))

    assert (facts.title, facts.old_title) == (
        "Checkout is down",
        "Increased error rates on checkout",
    )


def test_components_of_a_maintenance_change_when_it_begins():
    day = 24 * 60
    incident = database_upgrade(later_in_maintenance(7 * day, "in_progress"))

    planned, begun = facts_of(incident, 0), facts_of(incident, 1)

    assert [(one.state, one.planned) for one in planned.components] == [
        ("Operational", "Under maintenance")
    ]
    assert [(one.was, one.state) for one in begun.changed] == [("Operational", "Under maintenance")]


def test_line_breaks_and_control_characters_in_names_are_gone():
    facts = facts_of(
        make_incident(make_first(title="A\r\nB\x00", components=states(api=None))),
        names={"api": "A\x1bPI\nnew"},
    )

    assert facts.title == "A B"
    assert [one.name for one in facts.components] == ["API new"]
