import pytest

from statusgen.mail.letters.kinds import LetterKind, kind_of, letter_before
from statusgen.values.value import replace
from tests.mail.letters.stories import (
    database_upgrade,
    every_kind,
    later_in_maintenance,
    make_first,
    make_incident,
    make_update,
)


def kinds_of(incident):
    return [kind_of(incident, step) for step in incident.steps]


@pytest.mark.parametrize("phase", ["investigating", "identified", "monitoring"])
def test_the_first_update_says_investigating_whatever_its_phase(phase):
    assert kinds_of(make_incident(make_first(0, phase))) == [LetterKind.INVESTIGATING]


def test_an_incident_that_begins_with_its_end_is_resolved():
    assert kinds_of(make_incident(make_first(0, "resolved"))) == [LetterKind.RESOLVED]


def test_an_incident_that_opens_again_sends_an_update():
    incident = make_incident(
        make_first(), make_update(5, "resolved"), make_update(9, "investigating")
    )

    assert kinds_of(incident) == ["investigating", "resolved", "update"]


@pytest.mark.parametrize(
    "first",
    [make_first(notify=False), make_first(severity="SEV4")],
    ids=["silent", "of a severity without readers"],
)
def test_the_first_letter_is_not_always_about_the_first_update(first):
    known = make_update(5, "identified", severity="SEV2")

    incident = make_incident(first, known, make_update(9, None))

    assert kinds_of(incident)[1:] == ["investigating", "update"]
    assert letter_before(incident, incident.steps[1]) is None
    assert letter_before(incident, incident.last) is incident.steps[1]


def test_a_maintenance_that_begins_under_way_is_no_announcement():
    incident = database_upgrade(later_in_maintenance(5, "in_progress"))

    assert kinds_of(incident) == ["scheduled", "maintenance_update"]


def test_a_plan_that_nobody_has_heard_of_is_announced_by_its_first_letter():
    update = database_upgrade().first.update

    incident = make_incident(replace(update, notify=False), later_in_maintenance(5, None))

    assert kinds_of(incident)[1] == "scheduled"


def test_the_samples_hold_every_kind():
    samples = every_kind().values()

    assert {kind_of(incident, incident.steps[i]) for incident, i in samples} == set(LetterKind)
