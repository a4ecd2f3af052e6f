"""What is owed, the most urgent first."""

from datetime import timedelta

from statusgen.content.due import due
from tests.builders import instant, make_first, make_incident, make_scheduled


def make(name, at, severity="SEV1", **facts):
    first = make_first(at=at, severity=severity, incident_id=name, stem="01", **facts)
    return make_incident(first)


def test_the_most_urgent_is_first_and_nothing_promised_is_last():
    rows = due(
        [make("quiet", "02:00", "SEV4"), make("slow", "02:00", "SEV2"), make("worst", "02:05")],
        instant("02:10"),
    )

    assert [one.incident.id for one in rows] == ["worst", "slow", "quiet"]
    assert [one.at for one in rows] == [instant("02:20"), instant("02:30"), None]
    assert not any(one.is_late for one in rows)


def test_lateness_is_measured_from_the_promise():
    [row] = due([make("worst", "02:05")], instant("02:32"))

    assert row.is_late
    assert row.late_by == timedelta(minutes=12)


def test_a_maintenance_that_is_yet_to_come_owes_nothing():
    assert due([make_incident(make_scheduled())], instant("02:10")) == ()
