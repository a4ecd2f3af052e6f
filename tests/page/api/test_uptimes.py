import json
import re

import pytest

from statusgen.config.component import Component
from statusgen.page.api.encoding import LIMIT
from statusgen.page.api.uptimes import RULE, uptime_file
from statusgen.page.uptime import WEIGHTS
from tests.builders import instant, make_settings
from tests.page.api.stories import NOW, SETTINGS, make_content, make_maintenance, make_story

CALM = {"worst": "operational"}


def read(*incidents, now=NOW):
    return json.loads(uptime_file(make_content(*incidents, now=now).page, SETTINGS))


def component_of(document, name):
    return next(one for one in document["components"] if one["id"] == name)


def test_every_component_on_the_page_has_every_day_and_its_number():
    document = read()

    assert document["format"] == 1
    assert [one["id"] for one in document["components"]] == ["checkout", "search", "api", "docs"]
    for one in document["components"]:
        assert one["uptime"] == 1.0
        assert len(one["days"]) == document["days"] == 90
        assert one["days"][-1] == {"date": "2026-11-21"} | CALM


def test_a_day_tells_its_worst_state_its_seconds_and_its_incidents():
    story = make_story(
        "a",
        ("update", "2026-11-19T03:00", {"components": {"api": "partial_outage"}}),
        ("resolved", "2026-11-19T04:00", {}),
        at="2026-11-19T02:00",
        components={"api": "major_outage"},
    )

    api = component_of(read(story), "api")

    assert api["days"][-3] == {
        "date": "2026-11-19",
        "worst": "major_outage",
        "seconds": {"major_outage": 3600, "partial_outage": 3600},
        "incidents": ["a"],
    }
    hours = 89 * 24 + 1  # with the hour that October gave
    assert api["uptime"] == pytest.approx(1 - 1.3 / hours, abs=1e-8)


def test_today_tells_since_when_while_something_is_open():
    story = make_story("a", components={"api": "partial_outage"})

    early, late = (component_of(read(story, now=instant(at)), "api") for at in ("03:00", "09:00"))

    assert early == late
    assert early["days"][-1] == {
        "date": "2026-11-21",
        "worst": "partial_outage",
        "since": "2026-11-21T02:04:00Z",
        "incidents": ["a"],
    }


def test_days_before_the_first_day_have_no_state():
    component = read(now=instant("2024-01-31T12:00"))["components"][0]

    assert component["days"][0] == {"date": "2023-11-03", "worst": None}
    assert component["days"][-1] == {"date": "2024-01-31"} | CALM


def test_planned_work_is_told_and_costs_nothing():
    api = component_of(
        read(make_maintenance("a", components=["api"]), now=instant("2026-11-22T12:00")), "api"
    )

    assert api["days"][-2]["seconds"] == {"under_maintenance": 7200}
    assert api["uptime"] == 1.0


def test_a_second_is_enough_to_be_no_longer_perfect():
    story = make_story(
        "a",
        ("resolved", "2026-11-20T02:00:01", {}),
        at="2026-11-20T02:00:00",
        components={"api": "major_outage"},
    )

    assert component_of(read(story), "api")["uptime"] < 1


def test_the_rule_in_words_is_the_rule_in_numbers():
    weights = read()["weights"]

    assert {state: weight for state, weight in weights.items() if weight} == WEIGHTS
    assert len(weights) == 5
    assert re.findall(r"(\d+) %", RULE) == [f"{WEIGHTS['partial_outage']:.0%}".rstrip("%")]


def test_the_oldest_days_are_left_out_where_not_all_fit():
    many = tuple(Component(f"component-{n}", f"Component {n}") for n in range(160))
    settings = make_settings(components=many, page={"history_days": 365})
    story = make_story(
        "2026-11-20-a-very-long-story", at="2026-11-20T02:00", components=["component-3"]
    )

    body = uptime_file(make_content(story, settings=settings).page, settings)

    document = json.loads(body)
    counts = {len(one["days"]) for one in document["components"]}
    (count,) = counts
    assert LIMIT - 160 * 60 < len(body) <= LIMIT
    assert (document["days"], 90 < count < 365) == (365, True)
    assert len(document["components"]) == 160
    assert document["components"][3]["days"][-1]["incidents"] == ["2026-11-20-a-very-long-story"]


def test_today_is_told_however_many_components_there_are():
    many = tuple(Component(f"c{n}", "x" * 5000) for n in range(220))
    settings = make_settings(components=many)

    document = json.loads(uptime_file(make_content(settings=settings).page, settings))

    assert {len(one["days"]) for one in document["components"]} == {1}
