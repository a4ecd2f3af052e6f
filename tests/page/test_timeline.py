from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from statusgen.page.timeline import spans
from statusgen.values.vocabulary import ComponentState
from tests.builders import instant, make_first, make_incident, make_scheduled, make_update

NOW = instant("12:00")
DOWN, PARTIAL = ComponentState.MAJOR_OUTAGE, ComponentState.PARTIAL_OUTAGE


def told(*incidents, now=NOW):
    return [(o.component, o.state, o.starts, o.ends) for o in spans(incidents, now)]


def test_a_state_holds_from_the_start_of_the_incident_to_its_end():
    incident = make_incident(
        make_first(started="01:50", components={"checkout": "major_outage"}),
        make_update("resolved", "03:00"),
    )

    assert told(incident) == [("checkout", DOWN, instant("01:50"), instant("03:00"))]


def test_each_change_of_state_begins_a_span():
    incident = make_incident(
        make_first(components={"checkout": "major_outage"}),
        make_update("monitoring", "02:30", components={"checkout": "partial_outage"}),
    )

    assert told(incident) == [
        ("checkout", DOWN, instant("02:04"), instant("02:30")),
        ("checkout", PARTIAL, instant("02:30"), None),
    ]


def test_an_update_that_names_nothing_leaves_the_span_whole():
    incident = make_incident(
        make_first(components={"checkout": "major_outage"}), make_update("identified", "02:30")
    )

    assert told(incident) == [("checkout", DOWN, instant("02:04"), None)]


def test_a_reopened_incident_has_a_gap():
    incident = make_incident(
        make_first(components={"checkout": "major_outage"}),
        make_update("resolved", "03:00"),
        make_update("investigating", "04:00", components={"checkout": "major_outage"}),
    )

    assert [(o[2], o[3]) for o in told(incident)] == [
        (instant("02:04"), instant("03:00")),
        (instant("04:00"), None),
    ]


def test_a_maintenance_holds_its_components_during_its_window_only():
    maintenance = make_incident(make_scheduled())

    planned = (instant("03:00"), instant("05:00"))
    assert told(maintenance, now=instant("02:59")) == []
    assert [o[2:] for o in told(maintenance, now=instant("04:00"))] == [(planned[0], None)]
    assert [o[2:] for o in told(maintenance)] == [planned]


def test_a_maintenance_steered_by_hand_holds_until_it_is_completed():
    maintenance = make_incident(
        make_scheduled(),
        make_update("in_progress", "03:10", incident_id="2026-11-21-database-upgrade"),
        make_update("completed", "06:00", incident_id="2026-11-21-database-upgrade"),
    )

    assert [o[2:] for o in told(maintenance)] == [
        (instant("03:00"), instant("03:10")),
        (instant("03:10"), instant("06:00")),
    ]


def test_a_canceled_maintenance_holds_nothing():
    maintenance = make_incident(
        make_scheduled(),
        make_update("canceled", "02:00", incident_id="2026-11-21-database-upgrade"),
    )

    assert told(maintenance) == []


def test_what_was_left_down_lasts_until_the_next_incident_of_the_component_ends():
    leaving = make_incident(
        make_first(incident_id="a", components={"checkout": "major_outage"}),
        make_update(
            "resolved", "03:00", incident_id="a", components={"checkout": "partial_outage"}
        ),
    )
    later = make_incident(
        make_first(at="05:00", incident_id="b", components={"checkout": "partial_outage"}),
        make_update("resolved", "06:00", incident_id="b"),
    )

    assert told(leaving)[-1] == ("checkout", PARTIAL, instant("03:00"), None)
    assert ("checkout", PARTIAL, instant("03:00"), instant("06:00")) in told(leaving, later)


STATES = st.sampled_from([str(state) for state in ComponentState])
MINUTES = st.lists(st.integers(0, 600), min_size=1, max_size=6, unique=True).map(sorted)


@given(MINUTES, st.lists(STATES, min_size=6, max_size=6), st.booleans())
def test_spans_of_one_incident_never_overlap_and_end_where_its_states_say(minutes, states, is_over):
    times = [f"{m // 60:02d}:{m % 60:02d}" for m in minutes]
    updates = [
        make_update("update" if n else "investigating", at, components={"checkout": state})
        for n, (at, state) in enumerate(zip(times, states, strict=False))
    ]
    first = make_first(at=times[0], components={"checkout": states[0]})
    ending = [make_update("resolved", "11:00")] if is_over else []
    incident = make_incident(first, *updates[1:], *ending)

    found = spans([incident], NOW)

    for earlier, later in pairwise(found):
        assert earlier.ends is not None
        assert earlier.ends <= later.starts
    still = {one.component: one.state for one in found if one.ends is None}
    assert still == {
        name: state
        for name, state in incident.states_at(NOW)
        if state is not ComponentState.OPERATIONAL
    }


def test_a_maintenance_that_was_completed_before_its_window_held_nothing():
    done = make_incident(
        make_scheduled(components=["checkout"]), make_update("completed", at="02:00")
    )

    assert spans([done], instant("06:00")) == ()
    assert done.duration is None
