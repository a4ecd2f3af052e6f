from datetime import timedelta

import pytest

from statusgen.config.severity import DEFAULT_SEVERITIES
from statusgen.content.outline import outline
from statusgen.content.step import StateChange, Window
from statusgen.values.vocabulary import ComponentState, Impact, Phase
from tests.builders import (
    SEVERITIES,
    instant,
    make_first,
    make_incident,
    make_notice,
    make_scheduled,
    make_update,
)

WINDOW = Window(instant("03:00"), instant("05:00"))


def states_of(incident):
    return {name: state.value for name, state in incident.last.states}


def test_updates_are_folded_in_order_of_time_whatever_their_order():
    late, early = make_update("resolved", at="03:00"), make_first(at="02:00")

    incident = make_incident(late, early)

    assert [step.update for step in incident.steps] == [early, late]
    assert [step.number for step in incident.steps] == [1, 2]


def test_updates_at_one_instant_are_folded_in_order_of_their_file_names():
    incident = make_incident(
        make_update("resolved", stem="02-b"), make_first(stem="01-a"), make_first(stem="02-a")
    )

    assert [step.update.stem for step in incident.steps] == ["01-a", "02-a", "02-b"]


def test_a_plain_update_keeps_phase_title_severity_and_states():
    incident = make_incident(
        make_first("identified", components=["checkout"], impact="Some fail", cause="A bug"),
        make_update("update", at="02:10"),
    )

    first, last = incident.steps
    assert (last.phase, last.title, last.severity) == (
        Phase.IDENTIFIED,
        first.title,
        SEVERITIES["SEV1"],
    )
    assert (last.states, last.changes) == (first.states, ())
    assert (last.impact, last.cause) == ("Some fail", "A bug")
    assert (first.is_new_phase, last.is_new_phase) == (True, False)


def test_a_later_update_may_change_title_severity_impact_and_cause():
    incident = make_incident(
        make_first(impact="One", cause="Two"),
        make_update("update", at="02:10", title="New", severity="SEV3", impact="1", cause="2"),
    )

    last = incident.last
    assert (incident.title, incident.severity.key, last.impact, last.cause) == (
        "New",
        "SEV3",
        "1",
        "2",
    )
    assert incident.impact is Impact.MINOR
    assert incident.first.severity.key == "SEV1"


@pytest.mark.parametrize("level", DEFAULT_SEVERITIES, ids=lambda level: level.key)
def test_a_plain_list_of_components_means_the_state_of_the_severity(level):
    incident = make_incident(make_first(severity=level.key, components=["checkout"]))

    assert states_of(incident) == {"checkout": level.component_status}


def test_a_plain_list_counts_by_the_severity_as_of_its_update():
    incident = make_incident(
        make_first(severity="SEV3", components=["checkout"]),
        make_update("update", at="02:10", severity="SEV1", components=["api"]),
    )

    assert states_of(incident) == {"checkout": "degraded_performance", "api": "major_outage"}


def test_a_component_that_is_not_named_keeps_its_state():
    incident = make_incident(
        make_first(components={"checkout": "major_outage", "api": "partial_outage"}),
        make_update("monitoring", at="02:10", components={"checkout": "operational"}),
    )

    assert states_of(incident) == {"checkout": "operational", "api": "partial_outage"}
    assert incident.affected == ("checkout", "api")
    assert incident.last.changes == (
        StateChange("checkout", ComponentState.MAJOR_OUTAGE, ComponentState.OPERATIONAL),
    )


def test_the_end_returns_every_component_to_operational():
    incident = make_incident(
        make_first(components=["checkout", "api"]), make_update("resolved", at="03:00")
    )

    assert states_of(incident) == {"checkout": "operational", "api": "operational"}
    assert [change.component for change in incident.last.changes] == ["checkout", "api"]


def test_the_end_leaves_a_component_down_when_told_so():
    incident = make_incident(
        make_first(components=["checkout", "api"]),
        make_update("resolved", at="03:00", components={"api": "degraded_performance"}),
    )

    assert states_of(incident) == {"checkout": "operational", "api": "degraded_performance"}


def test_a_word_after_the_end_keeps_what_the_end_left_down():
    incident = make_incident(
        make_first(components=["api"]),
        make_update("resolved", at="03:00", components={"api": "degraded_performance"}),
        make_update("update", at="03:30"),
    )

    assert states_of(incident) == {"api": "degraded_performance"}
    assert incident.ended == instant("03:30")


def test_an_incident_may_begin_with_its_end():
    incident = make_incident(make_first("resolved", at="02:04", started="01:00"))

    assert not incident.is_open(instant("02:05"))
    assert incident.duration == timedelta(hours=1, minutes=4)
    assert incident.last.next_due is None


def test_an_incident_reopens():
    incident = make_incident(
        make_first(components=["checkout"]),
        make_update("resolved", at="03:00"),
        make_update("investigating", at="04:00", components=["checkout"]),
    )

    assert incident.is_open(instant("04:01"))
    assert (incident.ended, incident.duration) == (None, None)
    assert states_of(incident) == {"checkout": "major_outage"}


def test_it_began_when_an_update_says_so_the_last_one_counts():
    incident = make_incident(
        make_first(started="01:50"),
        make_update("update", at="02:30", started="01:30"),
        make_update("resolved", at="02:40"),
    )

    assert incident.started == instant("01:30")
    assert incident.duration == timedelta(hours=1, minutes=10)


def test_without_a_word_about_it_it_began_with_the_first_update():
    assert make_incident(make_first(at="02:04")).started == instant("02:04")


@pytest.mark.parametrize(
    "updates",
    [
        [make_first("resolved", at="02:04")],
        [make_first("resolved", at="02:04", started="02:04")],
        [make_first("resolved", at="02:04", started="02:08")],
        [make_scheduled(), make_update("completed", at="2026-11-20T13:00")],
    ],
    ids=["told at once", "and begun at once", "over before it began", "done before its window"],
)
def test_nobody_says_how_long_it_took_where_nobody_knows(updates):
    incident = make_incident(*updates)

    assert incident.ended is not None
    assert incident.duration is None


def test_two_updates_at_one_instant_took_no_time():
    incident = make_incident(make_first(at="02:04"), make_update("resolved", at="02:04"))

    assert incident.duration == timedelta(0)


def test_what_comes_back_has_another_cause():
    over = [make_first(impact="Some fail"), make_update("resolved", at="03:00", cause="A bug")]
    again = make_update("investigating", at="04:00")
    later = make_update("resolved", at="05:00")
    known = make_update("resolved", at="05:00", cause="Another bug")

    told = [
        (incident.last.cause, incident.last.impact)
        for incident in (
            make_incident(*over),
            make_incident(*over, again),
            make_incident(*over, again, later),
            make_incident(*over, again, known),
        )
    ]

    assert told == [
        ("A bug", "Some fail"),
        (None, "Some fail"),
        (None, "Some fail"),
        ("Another bug", "Some fail"),
    ]


def test_an_update_that_reopens_may_name_the_cause_again():
    incident = make_incident(
        make_first("resolved", cause="A bug"),
        make_update("identified", at="04:00", cause="The same bug"),
    )

    assert incident.last.cause == "The same bug"


def test_a_word_after_the_end_or_another_end_keeps_the_cause():
    first = make_first("resolved", cause="A bug")

    for status in ("update", "resolved"):
        assert make_incident(first, make_update(status, at="04:00")).last.cause == "A bug"


def test_work_that_is_taken_up_again_has_no_cause_either():
    done = make_update("completed", at="04:00", cause="The old disk was full.")

    incident = make_incident(make_scheduled(), done, make_update("in_progress", at="04:30"))

    assert incident.last.cause is None


def test_an_empty_word_takes_impact_and_cause_back():
    first = make_first(impact="Some fail", cause="A bug")

    incident = make_incident(first, make_update("update", at="02:10", impact="", cause=""))

    assert (incident.last.impact, incident.last.cause) == (None, None)


NEXT_DUE = [
    pytest.param({}, "02:19", id="the cadence of the severity"),
    pytest.param({"severity": "SEV2"}, "02:34", id="the cadence of a lower severity"),
    pytest.param({"severity": "SEV4"}, None, id="none where the severity has no cadence"),
    pytest.param({"next_in": timedelta(minutes=5)}, "02:09", id="a duration of its own"),
    pytest.param({"next_at": "02:50"}, "02:50", id="an instant of its own"),
    pytest.param({"promises_none": True}, None, id="none by its own word"),
    pytest.param({"status": "resolved"}, None, id="none after the end"),
    pytest.param({"status": "resolved", "next_at": "09:00"}, "09:00", id="after the end if told"),
]


@pytest.mark.parametrize(("facts", "due"), NEXT_DUE)
def test_the_next_update_is_due(facts, due):
    incident = make_incident(make_first(at="02:04", **facts))

    assert incident.last.next_due == (instant(due) if due else None)


def test_a_promise_of_one_update_does_not_outlive_it():
    incident = make_incident(
        make_first(promises_none=True), make_update("update", at="03:00", severity="SEV2")
    )

    assert incident.last.next_due == instant("03:30")


@pytest.mark.parametrize(
    ("now", "late"), [("02:10", 0), ("02:19", 0), ("02:20", 1), ("03:19", 60)], ids=str
)
def test_lateness_counts_from_the_promise(now, late):
    incident = make_incident(make_first(at="02:04"))

    assert incident.lateness(instant(now)) == timedelta(minutes=late)


def test_what_is_over_is_never_late():
    incident = make_incident(make_first("resolved", next_at="02:10"))

    assert incident.lateness(instant("05:00")) == timedelta(0)


FOLLOWS = [
    pytest.param("02:59", Phase.SCHEDULED, {}, id="before its window"),
    pytest.param("03:00", Phase.IN_PROGRESS, {"checkout"}, id="at its start"),
    pytest.param("04:59", Phase.IN_PROGRESS, {"checkout"}, id="until its end"),
    pytest.param("05:00", Phase.COMPLETED, {}, id="at its end"),
]


@pytest.mark.parametrize(("now", "phase", "affected"), FOLLOWS)
def test_a_scheduled_maintenance_follows_its_window(now, phase, affected):
    maintenance = make_incident(make_scheduled())

    assert maintenance.phase_at(instant(now)) is phase
    assert {name for name, _ in maintenance.states_at(instant(now))} == set(affected)
    assert maintenance.is_open(instant(now)) is not phase.is_closing
    assert maintenance.ended is None
    ended = instant("05:00") if phase.is_closing else None
    assert maintenance.ended_by(instant(now)) == ended


def test_a_maintenance_has_no_severity_and_promises_no_update():
    maintenance = make_incident(make_scheduled())

    assert maintenance.is_maintenance
    assert (maintenance.severity, maintenance.impact) == (None, Impact.MAINTENANCE)
    assert maintenance.last.next_due is None
    assert maintenance.started == instant("03:00")
    assert states_of(maintenance) == {"checkout": "under_maintenance"}


def test_a_maintenance_steered_by_hand_overruns_until_it_is_ended():
    maintenance = make_incident(make_scheduled(), make_update("in_progress", at="02:50"))

    assert maintenance.phase_at(instant("02:55")) is Phase.IN_PROGRESS
    assert maintenance.phase_at(instant("09:00")) is Phase.IN_PROGRESS
    assert maintenance.states_at(instant("09:00"))


def test_a_maintenance_that_is_being_verified_still_holds_its_states():
    maintenance = make_incident(make_scheduled(), make_update("verifying", at="04:00"))

    assert maintenance.states_at(instant("04:01"))


def test_a_completed_maintenance_lasted_from_its_start_to_its_end():
    maintenance = make_incident(make_scheduled(), make_update("completed", at="04:30"))

    assert maintenance.duration == timedelta(hours=1, minutes=30)
    assert maintenance.ended_by(instant("06:00")) == instant("04:30")
    assert states_of(maintenance) == {"checkout": "operational"}


def test_a_canceled_maintenance_has_no_duration_and_touches_nothing():
    maintenance = make_incident(make_scheduled(), make_update("canceled", at="02:00"))

    assert maintenance.duration is None
    assert maintenance.phase_at(instant("04:00")) is Phase.CANCELED
    assert maintenance.states_at(instant("04:00")) == ()


def test_a_moved_window_remembers_where_it_was():
    maintenance = make_incident(
        make_scheduled(),
        make_update("update", at="02:00", starts="06:00", ends="07:00"),
        make_update("update", at="02:10", ends="08:00"),
        make_update("update", at="02:20"),
    )

    assert [step.moved_from for step in maintenance.steps] == [
        None,
        WINDOW,
        Window(instant("06:00"), instant("07:00")),
        None,
    ]
    assert maintenance.window == Window(instant("06:00"), instant("08:00"))
    assert maintenance.started == instant("06:00")
    assert maintenance.phase_at(instant("04:00")) is Phase.SCHEDULED


@pytest.mark.parametrize(
    ("severity", "owes"), [("SEV1", True), ("SEV2", True), ("SEV3", False), ("SEV4", False)]
)
def test_the_severity_decides_whether_a_postmortem_is_owed(severity, owes):
    assert make_incident(make_first(severity=severity)).owes_postmortem is owes


def test_a_notice_lasts_seven_days_unless_it_says_otherwise():
    seven_days = make_incident(make_notice())
    shorter = make_incident(make_notice(ends="2026-11-22T02:04"))
    longer = make_incident(
        make_notice(ends="2026-11-22T02:04"),
        make_update("update", "03:00", ends="2026-11-25T00:00"),
    )

    assert seven_days.until == instant("2026-11-28T02:04")
    assert shorter.until == instant("2026-11-22T02:04")
    assert longer.until == instant("2026-11-25T00:00")


def test_a_notice_is_open_until_its_end_and_does_nothing_else():
    notice = make_incident(make_notice(components=["checkout"]))

    assert notice.is_open(instant("2026-11-28T02:03"))
    assert not notice.is_open(instant("2026-11-28T02:04"))
    assert notice.ended_by(instant("2026-11-29T00:00")) == instant("2026-11-28T02:04")
    assert (notice.is_notice, notice.is_maintenance, notice.severity) == (True, False, None)
    assert notice.impact is Impact.NONE
    assert notice.last.next_due is None
    assert notice.last.audiences == ()
    assert notice.affected == ("checkout",)
    assert set(dict(notice.last.states).values()) == {ComponentState.OPERATIONAL}


def test_what_is_no_notice_has_no_end_of_its_own():
    assert make_incident().until is None
    assert not make_incident(make_scheduled()).is_notice


@pytest.mark.parametrize(
    ("now", "moves"),
    [("02:00", ["03:00", "05:00"]), ("03:00", ["05:00"]), ("05:00", [])],
)
def test_a_window_ahead_moves_a_maintenance_at_its_edges(now, moves):
    planned = make_incident(make_scheduled())

    assert planned.moves_after(instant(now)) == tuple(map(instant, moves))
    assert outline(planned).moves_after(instant(now)) == planned.moves_after(instant(now))


def test_what_is_steered_by_hand_or_has_no_window_never_moves_by_itself():
    steered = make_incident(make_scheduled(), make_update("in_progress", at="02:00", stem="02"))

    assert steered.moves_after(instant("02:30")) == ()
    assert make_incident().moves_after(instant("02:30")) == ()
