import pytest

from statusgen.letters.kinds import Kind, kind_of
from tests.letters.stories import (
    database_upgrade,
    every_kind,
    later_in_maintenance,
    make_first,
    make_incident,
    make_update,
)


@pytest.mark.parametrize("phase", ["investigating", "identified", "monitoring"])
def test_the_first_update_says_investigating_whatever_its_phase(phase):
    assert kind_of(make_incident(make_first(0, phase)).last) is Kind.INVESTIGATING


def test_an_incident_that_begins_with_its_end_is_resolved():
    assert kind_of(make_incident(make_first(0, "resolved")).last) is Kind.RESOLVED


def test_an_incident_that_opens_again_sends_an_update():
    incident = make_incident(
        make_first(), make_update(5, "resolved"), make_update(9, "investigating")
    )

    assert [kind_of(step) for step in incident.steps] == ["investigating", "resolved", "update"]


def test_a_maintenance_that_begins_under_way_is_no_announcement():
    incident = database_upgrade(later_in_maintenance(5, "in_progress"))

    assert [kind_of(step) for step in incident.steps] == ["scheduled", "maintenance_update"]


def test_the_samples_hold_every_kind():
    assert {kind_of(incident.steps[i]) for incident, i in every_kind().values()} == set(Kind)
