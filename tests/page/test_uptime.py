from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statusgen.config.component import Component
from statusgen.page.timeline import Span, spans
from statusgen.page.uptime import uptime
from statusgen.values.vocabulary import ComponentState
from tests.builders import BERLIN, instant, make_first, make_incident, make_scheduled, make_update

UTC = ZoneInfo("UTC")
CHECKOUT = Component("checkout", "Checkout")
NOW = instant("2026-11-21T12:00:00")
HOUR = timedelta(hours=1)
DOWN, PARTIAL = ComponentState.MAJOR_OUTAGE, ComponentState.PARTIAL_OUTAGE
DEGRADED, PLANNED = ComponentState.DEGRADED_PERFORMANCE, ComponentState.UNDER_MAINTENANCE
UP = ComponentState.OPERATIONAL


def span(starts, ends, state=DOWN, *, incident_id="a", is_planned=False):
    ends = instant(ends) if ends else None
    return Span("checkout", state, instant(starts), ends, incident_id, is_planned)


def of(*found, days=10, component=CHECKOUT, now=NOW, zone=UTC):
    return uptime(component, found, now, zone, days)


def day_of(result, day):
    return next(one for one in result.days if one.date == date.fromisoformat(day))


def test_days_without_trouble_are_up():
    result = of()

    assert [one.date for one in result.days] == [date(2026, 11, day) for day in range(12, 22)]
    assert {one.worst for one in result.days} == {UP}
    assert result.ratio == 1


@pytest.mark.parametrize(
    ("state", "lost_hours"), [(DOWN, 2.0), (PARTIAL, 0.6), (DEGRADED, 0), (PLANNED, 0)]
)
def test_each_state_counts_by_its_weight(state, lost_hours):
    result = of(span("2026-11-20T01:00:00", "2026-11-20T03:00:00", state))

    day = day_of(result, "2026-11-20")
    assert (day.worst, day.times, day.incidents) == (state, ((state, 2 * HOUR),), ("a",))
    assert result.ratio == pytest.approx(1 - lost_hours / (9 * 24))


def test_trouble_is_the_worst_that_was_not_planned():
    starts, ends = "2026-11-20T01:00:00", "2026-11-20T03:00:00"
    planned = span(starts, ends, DOWN, incident_id="b", is_planned=True)

    days = [
        day_of(of(*found), "2026-11-20")
        for found in ([planned], [planned, span(starts, ends, DEGRADED)], [span(starts, ends)])
    ]

    assert [(day.worst, day.trouble) for day in days] == [
        (DOWN, UP),
        (DOWN, DEGRADED),
        (DOWN, DOWN),
    ]


def test_a_night_is_split_between_its_days():
    result = of(span("2026-11-18T23:00:00", "2026-11-19T02:00:00"))

    assert day_of(result, "2026-11-18").times == ((DOWN, HOUR),)
    assert day_of(result, "2026-11-19").times == ((DOWN, 2 * HOUR),)


def test_where_spans_overlap_the_worst_state_counts_once():
    result = of(
        span("2026-11-20T01:00:00", "2026-11-20T03:00:00", PARTIAL),
        span("2026-11-20T02:00:00", "2026-11-20T04:00:00", DOWN, incident_id="b"),
    )

    day = day_of(result, "2026-11-20")
    assert day.times == ((DOWN, 2 * HOUR), (PARTIAL, HOUR))
    assert day.incidents == ("a", "b")
    assert result.ratio == pytest.approx(1 - 2.3 / (9 * 24))


def test_an_outage_announced_as_maintenance_does_not_count():
    result = of(span("2026-11-20T01:00:00", "2026-11-20T03:00:00", DOWN, is_planned=True))

    assert day_of(result, "2026-11-20").worst is DOWN
    assert result.ratio == 1


def test_an_outage_during_maintenance_counts():
    result = of(
        span("2026-11-20T01:00:00", "2026-11-20T05:00:00", DOWN, is_planned=True),
        span("2026-11-20T02:00:00", "2026-11-20T04:00:00", PARTIAL, incident_id="b"),
    )

    assert result.ratio == pytest.approx(1 - 0.6 / (9 * 24))


def test_today_is_not_in_the_number():
    result = of(span("2026-11-21T01:00:00", "2026-11-21T03:00:00"))

    assert result.ratio == 1
    assert result.days[-1].times == ((DOWN, 2 * HOUR),)


def test_today_says_since_when_while_something_is_open():
    result = of(
        span("2026-11-20T23:00:00", None), span("2026-11-21T01:00:00", "2026-11-21T02:00:00")
    )

    today = result.days[-1]
    assert (today.worst, today.times) == (DOWN, ())
    assert today.since == instant("2026-11-20T23:00:00")
    assert day_of(result, "2026-11-20").since is None
    assert day_of(result, "2026-11-20").times == ((DOWN, HOUR),)


def test_a_minute_later_nothing_has_changed():
    open_span = span("2026-11-20T23:00:00", None)

    assert of(open_span) == of(open_span, now=NOW + timedelta(minutes=1))


def test_days_before_since_have_no_data():
    component = Component("checkout", "Checkout", since=date(2026, 11, 20))

    result = of(span("2026-11-19T01:00:00", "2026-11-19T03:00:00"), component=component)

    assert day_of(result, "2026-11-19").worst is None
    assert day_of(result, "2026-11-20").worst is UP
    assert result.ratio == 1


def test_a_component_that_began_today_has_no_number_yet():
    component = Component("checkout", "Checkout", since=date(2026, 11, 21))

    assert of(component=component).ratio is None


@pytest.mark.parametrize(("day", "hours"), [("2026-10-25", 25), ("2026-03-29", 23)])
def test_days_on_which_the_clocks_change_have_their_own_length(day, hours):
    now = instant(f"{day}T12:00:00") + timedelta(days=1)
    starts = instant(f"{day}T00:00:00") - timedelta(days=2)
    long = Span("checkout", DOWN, starts, now, "a", is_planned=False)

    result = of(long, now=now, zone=BERLIN, days=3)

    assert day_of(result, day).length == hours * HOUR
    assert day_of(result, day).times == ((DOWN, hours * HOUR),)


def test_where_midnight_is_skipped_no_hour_is_lost():
    zone = ZoneInfo("America/Asuncion")  # 6 October 2024 begins at 01:00

    result = of(now=instant("2024-10-08T12:00:00"), zone=zone, days=5)

    assert sum((one.length for one in result.days), timedelta()) == timedelta(hours=5 * 24 - 1)
    assert day_of(result, "2024-10-06").length == 23 * HOUR


def test_spans_of_other_components_are_left_out():
    other = Span("search", DOWN, instant("01:00"), None, "a", is_planned=False)

    assert {one.worst for one in of(other).days} == {UP}


def test_incidents_and_maintenances_come_through_their_spans():
    incident = make_incident(
        make_first(at="2026-11-19T10:00:00", components=["checkout"]),
        make_update("resolved", "2026-11-19T10:30:00"),
    )
    maintenance = make_incident(make_scheduled())

    result = of(*spans([incident, maintenance], NOW))

    assert day_of(result, "2026-11-19").times == ((DOWN, HOUR / 2),)
    assert result.days[-1].times == ((PLANNED, 2 * HOUR),)
    assert result.ratio == pytest.approx(1 - 0.5 / (9 * 24))


HOURS = st.integers(-200, 11)


@given(st.lists(st.tuples(HOURS, st.integers(1, 60), st.sampled_from(list(ComponentState)[1:]))))
def test_no_day_holds_more_time_than_it_has(drawn):
    found = [
        Span("checkout", state, NOW + begin * HOUR, NOW + end * HOUR, "a", is_planned=False)
        for begin, end, state in ((b, min(0, b + long), state) for b, long, state in drawn)
        if begin < 0
    ]

    result = of(*found)

    for day in result.days:
        assert sum((took for _, took in day.times), timedelta()) <= day.length
    assert 0 <= result.ratio <= 1


def test_since_is_when_the_trouble_began_whatever_its_state_meanwhile():
    result = of(
        span("2026-11-21T01:00:00", "2026-11-21T02:00:00", DOWN),
        span("2026-11-21T02:00:00", None, PARTIAL),
    )
    gap = of(
        span("2026-11-21T01:00:00", "2026-11-21T02:00:00", DOWN),
        span("2026-11-21T02:30:00", None, PARTIAL),
    )

    assert result.days[-1].since == instant("2026-11-21T01:00:00")
    assert gap.days[-1].since == instant("2026-11-21T02:30:00")
