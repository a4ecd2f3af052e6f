from datetime import timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from statusgen.config.component import Component
from statusgen.page.forecast import FORESEEN, outlook
from statusgen.page.page import make_page
from statusgen.values.value import replace
from statusgen.values.vocabulary import ComponentState
from tests.builders import BERLIN, COMPONENTS, instant, make_first, make_scheduled, make_update
from tests.builders import make_incident as told

NOW = instant("02:10")


def page_of(*incidents, now=NOW, components=COMPONENTS, zone=BERLIN):
    return make_page(components, incidents, now, zone, days=30)


def said(page):
    return page.overall, [
        (group.name, group.state, [(line.component.id, line.state) for line in group.lines])
        for group in page.groups
    ]


def planned(starts, ends, **facts):
    return make_scheduled(starts=starts.isoformat(), ends=ends.isoformat(), **facts)


def test_nothing_is_foreseen_where_no_window_is_ahead():
    over = told(make_scheduled(starts="00:30", ends="01:30"))
    steered = told(make_scheduled(), make_update("in_progress", at="02:00", stem="02"))

    assert outlook(page_of(told(), over, steered), BERLIN) == ()


def test_a_window_is_foreseen_from_its_start_to_its_end():
    begins, ends = outlook(page_of(told(make_scheduled())), BERLIN)

    assert (begins.at, ends.at) == (instant("03:00"), instant("05:00"))
    assert begins.overall.description == "Service Under Maintenance"
    assert begins.groups[0].state is ComponentState.UNDER_MAINTENANCE
    assert (begins.under_way, ends.under_way) == (1, 0)
    assert ends.overall.description == "All Systems Operational"


def test_a_worse_state_outlasts_the_window():
    down = told(make_first(components={"checkout": "partial_outage"}))

    foreseen = outlook(page_of(down, told(make_scheduled())), BERLIN)

    assert [one.groups[0].state for one in foreseen] == [ComponentState.PARTIAL_OUTAGE] * 2


def test_an_open_incident_raises_what_is_foreseen_too():
    page = page_of(told(make_first(components=[])), told(make_scheduled()))

    assert [one.overall.description for one in outlook(page, BERLIN)] == [
        "Partial System Outage",
        "Partial System Outage",
    ]


def test_what_another_incident_has_released_is_not_taken_back():
    def ended(name, at, components):
        first = make_first(incident_id=name, at="00:10", stem="01", components=[*components])
        return told(first, make_update("resolved", at, components=components, stem="02"))

    left = ended("a", "00:20", {"checkout": "major_outage", "search": "partial_outage"})
    released = ended("b", "00:30", {"checkout": "operational"})
    page = page_of(left, released, told(make_scheduled(components=["api"])))

    begins, _ = outlook(page, BERLIN)

    assert [line.state for line in begins.groups[0].lines] == ["operational", "partial_outage"]


def test_a_component_that_retires_before_then_counts_no_more():
    starts = NOW + timedelta(days=3)
    components = (*COMPONENTS, Component("fax", "Fax", retired=starts.date()))
    page = page_of(
        told(make_first("resolved", components={"fax": "major_outage"})),
        told(planned(starts, starts + timedelta(hours=1))),
        components=components,
    )

    begins, ends = outlook(page, BERLIN)

    assert begins.overall.description == "Service Under Maintenance"
    assert ends.overall.description == "All Systems Operational"


def test_of_many_windows_the_next_are_foreseen_however_far_off_they_are():
    starts = [NOW + timedelta(days=30 * n) for n in range(1, 20)]
    many = [
        told(planned(at, at + timedelta(hours=1), incident_id=f"m{n}"))
        for n, at in enumerate(starts)
    ]

    foreseen = outlook(page_of(*many), BERLIN)

    assert len(foreseen) == FORESEEN
    assert foreseen[0].at == starts[0]
    later = page_of(*many, now=NOW + timedelta(minutes=1))
    assert outlook(later, BERLIN) == foreseen


hours = st.integers(-30, 60)
severities = st.sampled_from(["SEV1", "SEV2", "SEV3", "SEV4"])
states = st.dictionaries(
    st.sampled_from([one.id for one in COMPONENTS]),
    st.sampled_from([None, *map(str, ComponentState)]),
    max_size=3,
)


@st.composite
def maintenances(draw, name):
    starts = NOW + timedelta(hours=draw(hours))
    ends = starts + timedelta(hours=draw(st.integers(1, 30)))
    first = planned(
        starts, ends, at="2026-11-19T12:00", incident_id=name, components=draw(states), stem="01"
    )
    status = draw(st.sampled_from(["update", "in_progress", "completed", "canceled", None]))
    if status is None:
        return told(first)
    at = (NOW - timedelta(hours=draw(st.integers(0, 20)))).isoformat()[:16]
    later = make_update(status, at, incident_id=name, components=draw(states), stem="02")
    return told(first, later)


@st.composite
def incidents(draw, name):
    facts = {"incident_id": name, "at": "2026-11-20T02:04", "components": draw(states)}
    first = make_first(stem="01", severity=draw(severities), **facts)
    at = (NOW - timedelta(hours=draw(st.integers(0, 20)))).isoformat()[:16]
    last = make_update("resolved", at, incident_id=name, components=draw(states), stem="02")
    return told(first, last) if draw(st.booleans()) else told(first)


@settings(max_examples=60)
@given(st.data(), st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Chatham"]))
def test_whatever_the_history_a_page_built_then_says_what_was_foreseen(data, zone):
    zone = ZoneInfo(zone)
    windows = [data.draw(maintenances(f"m{n}")) for n in range(data.draw(st.integers(1, 3)))]
    others = [data.draw(incidents(f"i{n}")) for n in range(data.draw(st.integers(0, 3)))]
    retired = (NOW + timedelta(days=1)).date() if data.draw(st.booleans()) else None
    components = (*COMPONENTS[:2], replace(COMPONENTS[2], retired=retired))
    history = (*windows, *others)

    foreseen = outlook(page_of(*history, components=components, zone=zone), zone)

    for one in foreseen:
        then = page_of(*history, now=one.at, components=components, zone=zone)
        assert said(one) == said(then)
        assert one.under_way == len(then.under_way)
