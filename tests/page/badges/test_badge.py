import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statusgen.config.component import Component
from statusgen.page.badges.badge import (
    Badge,
    badges,
    component_badge,
    draw,
    page_badge,
    shields_endpoint,
    view_badge,
)
from statusgen.page.page import make_page
from statusgen.values.vocabulary import ComponentState, Impact
from statusgen.words.language import ENGLISH
from statusgen.words.templates import Templates
from tests.builders import (
    BERLIN,
    COMPONENTS,
    instant,
    make_first,
    make_incident,
    make_settings,
    make_update,
)
from tests.components.chromium import browse
from tests.fakes.language import LOUD

SVG = "{http://www.w3.org/2000/svg}"
TEMPLATES = Templates()
any_text = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1
)


def page_of(*incidents, components=COMPONENTS, now="02:30"):
    return make_page(components, incidents, instant(now), BERLIN, 90)


def drawn(badge):
    return draw(badge, ENGLISH, TEMPLATES)


def make_badge(label="Acme Status", message="All Systems Operational", state="operational"):
    return Badge(label, message, ComponentState(state))


def test_there_is_a_picture_and_data_for_the_page_and_each_component_on_it():
    settings = make_settings()
    page = page_of(make_incident(make_first(components=["checkout"])))

    files = badges(page, settings, TEMPLATES)

    assert sorted(files) == [
        *("badge.json", "badge.svg", "components/api.json", "components/api.svg"),
        *("components/checkout.json", "components/checkout.svg"),
        *("components/search.json", "components/search.svg"),
    ]
    assert title_of(files["badge.svg"]) == "Acme Status: Partial System Outage"
    assert title_of(files["components/checkout.svg"]) == "Checkout: Major outage"
    assert title_of(files["components/api.svg"]) == "API: Operational"


def test_the_words_of_a_badge_are_in_the_page_s_language():
    page, settings = page_of(make_incident(make_first(components=["api"]))), make_settings()

    files = badges(page, settings, TEMPLATES, LOUD)

    assert title_of(files["badge.svg"]) == "Acme Status: PARTIAL SYSTEM OUTAGE"
    assert title_of(files["components/api.svg"]) == "API: MAJOR OUTAGE"
    assert json.loads(files["components/api.json"])["message"] == "MAJOR OUTAGE"
    assert ET.fromstring(files["badge.svg"]).get("lang") == "en-x-loud"


def title_of(body):
    return ET.fromstring(body).findtext(f"{SVG}title")


@given(
    st.lists(
        st.tuples(st.sampled_from(ComponentState), st.sampled_from(["checkout", "search", "api"])),
        max_size=4,
    )
)
def test_the_page_s_badge_always_agrees_with_the_overall_state(changes):
    updates = [
        make_update("update", at=f"03:{minute:02}", components={name: state})
        for minute, (state, name) in enumerate(changes)
    ]
    page = page_of(make_incident(make_first(severity="SEV2"), *updates), now="04:00")

    badge = page_badge(page, make_settings())

    assert badge.message == page.overall.description
    is_well = badge.state is ComponentState.OPERATIONAL
    assert is_well == (page.overall.indicator is Impact.NONE)
    for group in page.groups:
        for line in group.lines:
            assert component_badge(line).state is line.state


@given(label=any_text, message=any_text)
def test_any_text_is_drawn_as_text(label, message):
    body = drawn(make_badge(label, message))

    root = ET.fromstring(body)
    assert root.findtext(f"{SVG}title") == root.get("aria-label") == f"{label}: {message}"
    assert root.get("role") == "img"
    assert {one.tag.removeprefix(SVG) for one in root.iter()} == {
        *("svg", "title", "style", "symbol", "path", "circle", "g", "clipPath", "rect", "text"),
        "use",
    }
    assert [one.get("textLength") for one in root.iter(f"{SVG}text")] == [
        str(view_badge(make_badge(label, message)).label.width),
        str(view_badge(make_badge(label, message)).message.width),
    ]


def test_a_badge_loads_nothing_and_runs_nothing():
    body = drawn(make_badge("<script>alert(1)</script>", "\"'&")).decode()

    addresses = re.findall(r"(?:https?:|//)[^\"' )]*", body)
    assert addresses == ["http://www.w3.org/2000/svg"]
    assert "<script" not in body
    assert not re.search(r"\son\w+=", body)


def test_the_texts_lie_within_the_picture_in_their_order():
    for label in ("a", "Überweisungen", "\u7ed3\u8d26", "long " * 60):
        view = view_badge(make_badge(label))

        assert view.label.middle - view.label.width / 2 > 0
        assert view.label.middle + view.label.width / 2 < view.edge < view.shape_x
        assert view.shape_x + view.shape_size < view.message.middle - view.message.width / 2
        assert view.message.middle + view.message.width / 2 < view.width < 800


@pytest.mark.parametrize("state", ComponentState)
def test_the_state_is_a_word_a_shape_and_a_colour(state):
    body = drawn(make_badge(message="Partial outage", state=state)).decode()

    assert f'href="#shape-{state}"' in body
    assert f'<symbol id="shape-{state}"' in body
    light, dark = re.findall(r"\.message\{[^}]*fill:(#\w+)", body)
    assert contrast(light, "#ffffff") >= 4.5
    assert contrast(dark, "#1a1f26") >= 4.5


def contrast(one, other):
    """Return the contrast ratio of WCAG 2."""
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@given(label=any_text)
def test_shields_gets_its_keys_and_no_others(label):
    told = json.loads(shields_endpoint(make_badge(label, "Partial outage", "partial_outage")))

    assert told == {
        "schemaVersion": 1,
        "label": label,
        "message": "Partial outage",
        "color": "orange",
        "isError": False,
        "cacheSeconds": 300,
    }


def test_retired_components_have_no_badge():
    components = (Component("fax", "Fax", retired=instant().date()),)

    files = badges(page_of(components=components), make_settings(components=components), TEMPLATES)

    assert sorted(files) == ["badge.json", "badge.svg"]


@pytest.mark.component("chromium")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_browser_shows_it_as_an_image_in_the_colours_of_the_system(browser, tmp_path, dark):
    names = ("Checkout", "\u062d\u0627\u0644\u0629", "\u7ed3\u8d26", "\U0001f525 Fire", "x" * 99)
    pictures = [write_badge(tmp_path, number, name) for number, name in enumerate(names)]
    page = tmp_path / "index.html"
    page.write_text("".join(f'<img src="{one.name}" alt="">' for one in pictures))

    with browse(browser, dark=dark) as browsing:
        browsing.page.goto(page.as_uri())
        widths = browsing.page.evaluate("[...document.images].map(one => one.naturalWidth)")
        browsing.page.goto(pictures[0].as_uri())
        ground = browsing.page.evaluate("getComputedStyle(document.querySelector('.ground')).fill")
        overflow = browsing.page.evaluate(
            "[...document.querySelectorAll('text')].map("
            "one => Math.abs(one.getComputedTextLength() - one.textLength.baseVal.value))"
        )

    assert all(width > 100 for width in widths)
    assert ground == ("rgb(26, 31, 38)" if dark else "rgb(255, 255, 255)")
    assert all(difference < 1 for difference in overflow)
    assert browsing.script_errors == []


def write_badge(folder: Path, number, name):
    path = folder / f"{number}.svg"
    path.write_bytes(drawn(make_badge(name)))
    return path
