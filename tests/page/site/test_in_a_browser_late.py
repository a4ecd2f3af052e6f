"""A page that nobody built again says what a fresh build would, once the clock is known."""

from datetime import timedelta

import pytest

from statusgen.config.component import Component
from statusgen.values.vocabulary import ComponentState, Phase
from tests.page.site.samples import (
    NOW,
    make_incident,
    make_maintenance,
    make_settings,
    render_site,
)
from tests.page.site.served import open_tab

pytestmark = pytest.mark.component("chromium")

HOUR = timedelta(hours=1)
INDEX = """() => {
    const text = (one) => one.textContent.replace(/\\s+/g, ' ').trim();
    const drawn = (one) => [one.querySelector('use').getAttribute('href'),
        getComputedStyle(one.querySelector('.shape')).fill];
    const state = (one) => one && !one.hidden ? [text(one), drawn(one)] : null;
    const overall = document.querySelector('.overall');
    return {
        title: document.title,
        overall: [text(overall), drawn(overall), getComputedStyle(overall).backgroundColor],
        groups: [...document.querySelectorAll('.group .head')]
            .map((one) => [text(one.querySelector('h3')), state(one.querySelector('.state'))]),
        components: [...document.querySelectorAll('.components > li')]
            .map((one) => [text(one.querySelector('.part')), state(one.querySelector('.state'))]),
        rows: [...document.querySelectorAll('.rows .open')].map(text),
    };
}"""
STORY = """() => {
    const text = (one) => one.innerText.replace(/\\s+/g, ' ').trim();
    const story = document.querySelector('.story');
    return {
        kind: text(story.querySelector('.kind')),
        drawn: [...story.querySelectorAll('.kind .shape, .state:not([hidden]) .shape')]
            .map((one) => [one.firstChild.getAttribute('href'), getComputedStyle(one).fill]),
        phase: getComputedStyle(story.querySelector('.phase')).color,
        affected: text(story.querySelector('.affected')),
    };
}"""


def window(starts, ends, name="database", **values):
    return make_maintenance(NOW + starts * HOUR, NOW + ends * HOUR, incident_id=name, **values)


def held(state):
    return make_incident(components={"api": state}, severity="SEV3")


BOTH = {"checkout": None, "api": ComponentState.DEGRADED_PERFORMANCE}
CASES = {
    "alone": [window(1, 2)],
    "under way": [window(-1, 2)],
    "steered by hand": [window(-1, 2, phase=Phase.IN_PROGRESS), window(1, 3, "second")],
    "one after another": [window(1, 2), window(2, 3, "second")],
    "within another": [window(1, 4), window(2, 3, "second", components=BOTH)],
    "everything": [window(1, 2, components=dict.fromkeys(("checkout", "search", "api")))],
    "of what is down": [window(1, 2), held(ComponentState.MAJOR_OUTAGE)],
    "of what is slow": [window(1, 2), held(ComponentState.DEGRADED_PERFORMANCE)],
    "beside what is down": [window(1, 2), make_incident()],
    "without an effect": [window(1, 2, components={"api": ComponentState.OPERATIONAL})],
}
MOMENTS = [NOW + hours * HOUR for hours in (0.9, 1, 2, 3, 4)]


def told(tab, host, key="", script=INDEX):
    """What the page at `key` says to a reader; where it has doubts it asks at once."""
    tab.page.goto(host.url + key)
    tab.settle()
    assert tab.complaints == []
    return tab.page.evaluate(script)


def turn(tab, host, moments):
    """Turn the clocks of an empty tab and of the host from one moment to the next."""
    for moment in moments:
        tab.page.goto("about:blank")
        tab.page.clock.pause_at(moment)
        host.date = moment
        yield moment


@pytest.mark.parametrize("incidents", CASES.values(), ids=CASES)
def test_an_old_index_says_at_any_time_what_a_fresh_one_does(browser, host, incidents):
    settings = make_settings(language="de" if len(incidents) == 1 else "en")
    old = render_site(incidents, settings=settings)

    with open_tab(browser) as tab:
        for moment in turn(tab, host, MOMENTS):
            host.publish(old, "a")
            late = told(tab, host)
            host.publish(render_site(incidents, moment, settings), "b")
            fresh = told(tab, host)

            rows = late.pop("rows"), fresh.pop("rows")
            assert late == fresh, moment
            assert set(rows[0]) <= set(rows[1])


@pytest.mark.parametrize(
    "incident",
    [window(1, 2), window(-1, 2), window(1, 2, components=BOTH)],
    ids=["ahead", "under way", "of two components"],
)
def test_an_old_page_of_a_maintenance_says_what_a_fresh_one_does(browser, host, incident):
    key = f"incidents/{incident.id}.html"

    with open_tab(browser) as tab:
        for moment in turn(tab, host, MOMENTS[:3]):
            host.publish(render_site((incident,)), "a")
            late = told(tab, host, key, STORY)
            host.publish(render_site((incident,), moment), "b")

            assert late == told(tab, host, key, STORY), moment


def test_an_open_page_turns_by_itself(browser, host):
    host.publish(render_site((window(1, 2),)), "a")
    host.date = NOW
    heard = []

    with open_tab(browser) as tab:
        tab.page.goto(host.url)
        for _ in range(3):
            tab.poll(host)
            heard.append((tab.text("h1"), tab.text(".overall p"), tab.page.title()))
            host.date += HOUR
            tab.page.clock.fast_forward(60 * 60 * 1000)

    calm = ("All Systems Operational", "No open incidents.")
    busy = ("Service Under Maintenance", "No open incidents, 1 maintenance under way.")
    assert heard == [(*one, f"{one[0]} · Acme Status") for one in (calm, busy, calm)]


def test_nothing_turns_before_the_clock_is_known(browser, host):
    host.publish(render_site((window(1, 2),)), "a")
    host.date = NOW
    answer = host.hold("release.json")

    with open_tab(browser, NOW + HOUR) as tab:
        tab.page.goto(host.url)
        tab.wait_until(lambda: host.times("release.json") == 1)
        before = tab.page.evaluate(INDEX)
        answer.set()
        tab.settle()
        after = tab.page.evaluate(INDEX)

    assert before == after
    assert before["title"] == "All Systems Operational · Acme Status"


def test_a_new_release_takes_the_place_of_what_had_turned(browser, host):
    host.publish(render_site((window(1, 2),)), "a")
    host.date = NOW + HOUR

    with open_tab(browser, host.date) as tab:
        tab.page.goto(host.url)
        tab.wait_until(lambda: tab.text("h1") == "Service Under Maintenance")
        host.publish(render_site(()), "b")
        tab.poll(host)
        tab.wait_until(lambda: tab.text("h1") == "All Systems Operational")

        assert tab.page.title() == "All Systems Operational · Acme Status"


def test_a_component_with_a_window_ahead_is_not_folded_away(browser, host):
    many = tuple(Component(f"c{n}", f"Part {n}") for n in range(30))
    ahead = window(1, 2, components={"c7": None})
    host.publish(render_site((ahead,), settings=make_settings(many)), "a")
    host.date = NOW + HOUR

    with open_tab(browser, host.date) as tab:
        tab.page.goto(host.url)
        tab.wait_until(lambda: tab.text("h1") == "Service Under Maintenance")

        assert tab.text(".components .state:visible") == "Under maintenance"
        assert tab.text(".fold summary").startswith("29 components operational")
