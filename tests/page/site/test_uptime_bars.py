from datetime import date, datetime, timedelta

import pytest

from statusgen.config.component import Component
from statusgen.page.site.uptime_bars import Recorder, hundredths
from statusgen.page.timeline import spans
from statusgen.page.uptime import DayRecord, Uptime, uptime
from statusgen.values.vocabulary import ComponentState
from statusgen.words.language import ENGLISH
from statusgen.words.times import PageClock
from tests.page.site.samples import NOW, make_incident, make_settings

DOWN = ComponentState.MAJOR_OUTAGE
PLANNED = ComponentState.UNDER_MAINTENANCE
TODAY = date(2026, 11, 21)


def make_day(back=0, worst: ComponentState | None = ComponentState.OPERATIONAL, **values):
    defaults = {
        "trouble": worst or ComponentState.OPERATIONAL,
        "times": (),
        "since": None,
        "incidents": (),
    }
    day = TODAY - timedelta(days=back)
    return DayRecord(day, timedelta(hours=24), worst, **(defaults | values))


def view_of(*days, ratio=1.0, titles=None):
    recorder = Recorder(PageClock(make_settings().page.zone), ENGLISH, titles or {})
    return recorder.view("Checkout", Uptime("checkout", days, ratio))


@pytest.mark.parametrize(
    ("ratio", "number"),
    [(1.0, 10000), (0.9995, 9995), (1 - 1e-8, 9999), (0.99999, 9999), (0.0, 0), (1 - 0.0007, 9993)],
)
def test_percentages_are_rounded_down_so_that_a_second_lost_is_never_100(ratio, number):
    assert hundredths(ratio) == number


def test_runs_of_days_become_one_line_each_in_one_path_a_state():
    days = [
        make_day(back, DOWN if back == 2 else ComponentState.OPERATIONAL)
        for back in (4, 3, 2, 1, 0)
    ]

    bars = {bar.tone: bar.path for bar in view_of(*days).bars}

    assert bars == {"operational": "M0 14.5h2M3 14.5h2", "major_outage": "M2 10h1"}


def test_days_before_the_first_that_counts_are_drawn_as_no_data():
    view = view_of(make_day(2, None), make_day(1), make_day(0))

    assert view.since == "2026-11-20"
    assert view.bars[0].tone == "unknown"


def test_a_component_without_any_complete_day_has_no_number():
    assert view_of(make_day(), ratio=None).percent == "No data yet"


def test_the_bars_are_told_in_one_sentence():
    calm, bad = view_of(make_day(1), make_day()), view_of(make_day(1, DOWN), make_day(0, PLANNED))

    assert calm.label == "Checkout: no trouble in the last 2 days"
    assert bad.label == ("Checkout in the last 2 days: outage on 1 day, maintenance on 1 day")
    assert view_of(make_day(0, None)).label == "Checkout: no data yet"


def test_only_days_on_which_something_happened_are_listed_newest_first():
    times = ((DOWN, timedelta(minutes=72)), (ComponentState.PARTIAL_OUTAGE, timedelta(minutes=5)))
    bad = make_day(1, DOWN, times=times, incidents=("payments",))

    view = view_of(bad, make_day(0, PLANNED), titles={"payments": "Payments fail"})

    assert view.summary == "outage on 1 day, maintenance on 1 day"
    assert [one.day.machine for one in view.records] == ["2026-11-21", "2026-11-20"]
    assert [one.label for one in view.records[1].states] == [
        "Major outage: 1 hour 12 minutes",
        "Partial outage: 5 minutes",
    ]
    assert view.records[1].incidents == (("payments", "Payments fail"),)


PART, SLOW = ComponentState.PARTIAL_OUTAGE, ComponentState.DEGRADED_PERFORMANCE
SUMMARIES = {
    "slow": ([SLOW, None], "no downtime, degraded on 1 day"),
    "slow today": ([None, SLOW], "no downtime, degraded on 1 day"),
    "down": ([DOWN, PART, None], "outage on 2 days"),
    "down and slow": ([DOWN, SLOW, SLOW, None], "outage on 1 day, degraded on 2 days"),
    "down today, which is not counted yet": ([None, DOWN], "outage today"),
    "down again": ([DOWN, PART], "outage today, outage on 1 day"),
    "worked on": ([PLANNED, None], "maintenance on 1 day"),
    "slow and worked on": (
        [SLOW, PLANNED, None],
        "no downtime, degraded on 1 day, maintenance on 1 day",
    ),
    "calm": ([None, None], ""),
}


@pytest.mark.parametrize(("states", "summary"), SUMMARIES.values(), ids=SUMMARIES)
def test_the_summary_says_what_the_number_does_not(states, summary):
    days = [
        make_day(back, state or ComponentState.OPERATIONAL)
        for back, state in enumerate(states[::-1])
    ]

    assert view_of(*days[::-1]).summary == summary


def test_work_that_took_a_component_down_is_no_outage_and_no_proof_of_uptime():
    planned_outage = make_day(2, DOWN, trouble=ComponentState.OPERATIONAL)

    alone = view_of(planned_outage, make_day())
    beside = view_of(planned_outage, make_day(1, SLOW), make_day())

    assert alone.summary == "maintenance on 1 day"
    assert beside.summary == "degraded on 1 day, maintenance on 1 day"
    assert not alone.records[0].is_trouble


def test_today_says_since_when_instead_of_how_long_while_something_is_open():
    held = spans([make_incident()], NOW)

    def view_at(now: datetime):
        days = uptime(Component("checkout", "Checkout"), held, now, make_settings().page.zone, 3)
        return view_of(*days.days)

    view = view_at(NOW)

    assert view.records[0].states[0].label == "Major outage"
    assert view.records[0].since.words == "03:04 CET (02:04 UTC)"
    assert view == view_at(NOW + timedelta(minutes=1))


def test_what_began_on_an_earlier_day_is_told_with_its_date():
    view = view_of(make_day(0, DOWN, since=NOW - timedelta(days=1)))

    assert view.records[0].since.words == "20 November 2026, 03:12 CET (02:12 UTC)"
