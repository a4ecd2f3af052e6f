from datetime import date
from zoneinfo import ZoneInfo

import pytest

from statusgen.config.component import Component
from statusgen.content.outline import outline
from statusgen.page.page import component_states, current, make_page, months
from statusgen.page.timeline import spans
from statusgen.values.vocabulary import ComponentState
from tests.builders import (
    BERLIN,
    COMPONENTS,
    instant,
    make_first,
    make_incident,
    make_notice,
    make_scheduled,
    make_update,
)

NOW = instant("02:10")


def page_of(*incidents, now=NOW, components=COMPONENTS, zone=BERLIN):
    return make_page(components, incidents, now, zone, days=90)


def states_of(page):
    return {line.component.id: line.state for group in page.groups for line in group.lines}


def test_a_page_without_incidents_is_operational():
    page = page_of()

    assert page.overall.description == "All Systems Operational"
    assert set(states_of(page).values()) == {ComponentState.OPERATIONAL}
    assert (page.open_incidents, page.under_way, page.upcoming) == ((), (), ())
    assert page.next_due is None


def test_components_stand_in_their_groups_in_the_order_of_the_configuration():
    page = page_of()

    assert [(group.name, [line.component.id for line in group.lines]) for group in page.groups] == [
        ("Shop", ["checkout", "search"]),
        (None, ["api"]),
    ]


def test_where_several_incidents_touch_a_component_the_worst_state_wins():
    slow = make_incident(
        make_first(incident_id="a", components={"checkout": "degraded_performance"})
    )
    down = make_incident(make_first(incident_id="b", components={"checkout": "major_outage"}))

    page = page_of(down, slow)

    line = page.groups[0].lines[0]
    assert line.state is ComponentState.MAJOR_OUTAGE
    assert set(line.incidents) == {"a", "b"}
    assert page.groups[0].state is ComponentState.MAJOR_OUTAGE
    assert states_of(page_of(slow, down)) == states_of(page)


def test_a_component_left_down_on_purpose_stays_so_until_a_later_incident_is_over():
    leaving = make_incident(
        make_first(components=["checkout"]),
        make_update("resolved", at="02:09", components={"checkout": "partial_outage"}),
    )
    later = make_incident(
        make_first(incident_id="later", at="02:10", components=["checkout"]),
        make_update("resolved", incident_id="later", at="02:11"),
    )

    held = component_states(spans([leaving], NOW))
    over = component_states(spans([leaving, later], NOW))

    assert held == {"checkout": (ComponentState.PARTIAL_OUTAGE, (leaving.id,))}
    assert over == {}


def test_a_maintenance_holds_its_states_only_while_it_is_under_way():
    maintenance = make_incident(make_scheduled())

    states = [
        states_of(page_of(maintenance, now=instant(now)))["checkout"]
        for now in ("02:59", "03:00", "05:00")
    ]

    assert states == ["operational", "under_maintenance", "operational"]


def test_a_maintenance_is_upcoming_then_under_way_then_over():
    maintenance = make_incident(make_scheduled())

    places = [
        [bool(page.upcoming), bool(page.under_way), bool(page.open_incidents)]
        for page in (page_of(maintenance, now=instant(now)) for now in ("02:59", "03:00", "05:00"))
    ]

    assert places == [[True, False, False], [False, True, False], [False, False, False]]


def test_open_incidents_stand_worst_first_then_newest_first():
    incidents = [
        make_incident(make_first(incident_id="low", severity="SEV3", at="02:09")),
        make_incident(make_first(incident_id="old", at="02:00")),
        make_incident(make_first(incident_id="new", at="02:05")),
    ]

    assert [one.id for one in page_of(*incidents).open_incidents] == ["new", "old", "low"]


def test_upcoming_maintenances_stand_in_order_of_their_windows():
    later = make_incident(make_scheduled(incident_id="a", starts="08:00", ends="09:00"))
    sooner = make_incident(make_scheduled(incident_id="b"))

    assert [one.id for one in page_of(later, sooner).upcoming] == ["b", "a"]


def test_the_earliest_promise_counts():
    one = make_incident(make_first(incident_id="a", at="02:04"))
    other = make_incident(make_first(incident_id="b", at="02:08", severity="SEV2"))

    assert page_of(other, one).next_due == instant("02:19")


@pytest.mark.parametrize(
    ("retired", "is_shown"),
    [(date(2026, 11, 20), False), (date(2026, 11, 21), False), (date(2026, 11, 22), True)],
)
def test_a_retired_component_is_off_the_page_from_its_day_on(retired, is_shown):
    components = (*COMPONENTS, Component("old", "Old", retired=retired))
    left = make_incident(make_first("resolved", components={"old": "major_outage"}))

    page = page_of(left, components=components)

    assert ("old" in states_of(page)) is is_shown
    assert (page.overall.description != "All Systems Operational") is is_shown


OUTAGE = "Partial System Outage"
CALM = "All Systems Operational"


@pytest.mark.parametrize(
    ("severity", "components", "headline"),
    [
        ("SEV1", [], OUTAGE),
        ("SEV2", [], "Minor Service Outage"),
        ("SEV3", [], "Partially Degraded Service"),
        ("SEV4", [], CALM),
        ("SEV1", {"checkout": "degraded_performance"}, OUTAGE),
        ("SEV1", {"checkout": "operational"}, CALM),
        ("SEV1", {"checkout": "operational", "api": "under_maintenance"}, OUTAGE),
        ("SEV3", {"checkout": "major_outage"}, OUTAGE),
    ],
)
def test_an_open_incident_raises_the_headline_unless_all_it_names_works(
    severity, components, headline
):
    incident = make_incident(make_first(severity=severity, components=components))

    assert page_of(incident).overall.description == headline


def test_a_lowered_severity_counts_and_an_end_lets_go():
    first = make_first()
    lowered = make_update("update", at="02:06", severity="SEV3")
    over = make_update("resolved", at="02:08")

    headlines = [
        page_of(make_incident(first, *more)).overall.description
        for more in ([], [lowered], [lowered, over])
    ]

    assert headlines == [OUTAGE, "Partially Degraded Service", CALM]


def test_maintenances_and_notices_raise_nothing():
    planned = make_incident(make_scheduled(components=[]))
    notice = make_incident(make_notice())

    assert page_of(planned, notice, now=instant("03:30")).overall.description == CALM


def test_retirement_follows_the_day_of_the_page():
    components = (Component("old", "Old", retired=date(2026, 11, 22)),)

    late = instant("23:30")  # already the next day in Berlin

    assert states_of(page_of(now=late, components=components)) == {}
    assert states_of(page_of(now=late, components=components, zone=ZoneInfo("UTC"))) != {}


def test_the_page_tells_fifteen_days_newest_first():
    days = page_of().days

    assert [day.date for day in (days[0], days[-1])] == [date(2026, 11, 21), date(2026, 11, 7)]
    assert len(days) == 15


def test_an_incident_is_told_on_the_day_it_began_in_the_page_zone():
    late = make_incident(make_first("resolved", at="2026-11-19T23:30"))

    days = page_of(late).days

    assert [day.date for day in days if day.incidents] == [date(2026, 11, 20)]


def test_an_incident_is_told_on_every_day_that_it_touched():
    long = make_incident(
        make_first(at="2026-11-10T12:00"), make_update("resolved", "2026-11-13T12:00")
    )
    still_open = make_incident(make_first(incident_id="b", at="2026-11-20T12:00"))

    days = page_of(long, still_open).days

    told = {day.date.day: day.incidents for day in days if day.incidents}
    assert told == {
        **dict.fromkeys((21, 20), (still_open,)),
        **dict.fromkeys((13, 12, 11, 10), (long,)),
    }


def test_what_began_before_the_days_told_is_told_on_those_that_it_touched():
    old = make_incident(
        make_first(at="2026-10-01T12:00"), make_update("resolved", "2026-11-08T12:00")
    )

    assert [day.date.day for day in page_of(old).days if day.incidents] == [8, 7]


def test_what_is_planned_is_not_told_before_it_begins():
    maintenance = make_incident(make_scheduled())

    assert not any(day.incidents for day in page_of(maintenance, now=instant("02:59")).days)
    assert page_of(maintenance, now=instant("03:00")).days[0].incidents == (maintenance,)


CURRENT = [
    pytest.param([make_first(at="2026-01-01T00:00")], True, id="open for ever"),
    pytest.param([make_first("resolved", at="2026-11-07T12:00")], True, id="in the recent days"),
    pytest.param([make_first("resolved", at="2026-11-06T22:30")], False, id="the evening before"),
    pytest.param([make_first("resolved", at="2026-11-06T23:30")], True, id="by the page's clock"),
    pytest.param(
        [make_first("resolved", at="2026-01-01T00:00", components={"checkout": "major_outage"})],
        True,
        id="left a component down",
    ),
    pytest.param(
        [make_scheduled(starts="2027-01-01T00:00", ends="2027-01-02T00:00")], True, id="planned"
    ),
]


@pytest.mark.parametrize(("updates", "needed"), CURRENT)
def test_the_index_needs_what_is_open_planned_or_recent(updates, needed):
    facts = outline(make_incident(*updates))

    assert (current([facts], NOW, BERLIN, days=15) == (facts,)) is needed


def test_months_follow_the_page_zone_newest_first():
    outlines = [
        outline(make_incident(make_first("resolved", incident_id=name, at=at)))
        for name, at in [
            ("a", "2026-10-01T12:00"),
            ("b", "2026-10-31T23:30"),
            ("c", "2026-11-02T12:00"),
            ("d", "2025-11-02T12:00"),
        ]
    ]

    told = [
        (month.key, [one.id for one in month.outlines]) for month in months(outlines, NOW, BERLIN)
    ]

    assert told == [("2026-11", ["c", "b"]), ("2026-10", ["a"]), ("2025-11", ["d"])]


def test_a_month_knows_its_first_day():
    (month,) = months([outline(make_incident())], NOW, BERLIN)

    assert (month.first_day, month.last_day) == (date(2026, 11, 1), date(2026, 11, 30))


def test_an_incident_is_in_every_month_that_it_touched():
    outlines = [
        outline(make_incident(make_first(incident_id="a", at="2026-09-30T12:00"), *more))
        for more in ([make_update("resolved", "2026-11-02T12:00", incident_id="a")], [])
    ]

    told = [[month.key for month in months([one], NOW, BERLIN)] for one in outlines]

    assert told == [["2026-11", "2026-10", "2026-09"]] * 2


def test_a_year_ends_where_an_incident_goes_on():
    end = make_update("resolved", "2026-01-01T12:00")
    incident = outline(make_incident(make_first(at="2025-12-31T12:00"), end))

    assert [one.key for one in months([incident], NOW, BERLIN)] == ["2026-01", "2025-12"]


def test_notices_are_shown_until_they_end_and_change_nothing_else():
    older = make_incident(make_notice(at="2026-11-20T00:00", incident_id="older"))
    newer = make_incident(make_notice(at="01:00", incident_id="newer"))

    page = page_of(older, newer)
    later = page_of(older, newer, now=instant("2026-12-01T00:00"))

    assert page.notices == (newer, older)
    assert later.notices == ()
    assert page.overall.description == "All Systems Operational"
    assert page.open_incidents == ()
    assert [one.incidents for one in page.days[:2]] == [(newer,), (older,)]
    assert all(one.ratio == 1 for one in page.uptimes)
