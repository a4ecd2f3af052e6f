"""What no unit shows: whole pages in a real browser and under the checkers, hard cases first."""

import pytest

from tests.components.chromium import Browsing
from tests.components.layout import LARGE_TEXT, OPEN_ALL, keyboard_faults, layout_faults
from tests.components.vnu import html_errors
from tests.page.site.hard_pages import NAMES, hard_page
from tests.page.site.samples import make_settings, render_site, write_site
from tests.page.site.served import open_tab

PHONE = {"width": 360, "height": 640}
NARROW = {"width": 320, "height": 568}
DESKTOP = {"width": 1280, "height": 800}
KINDS = (
    "index.html",
    "incidents/payments.html",
    "incidents/database.html",
    "history/index.html",
    "history/2026-10.html",
    "404.html",
)
ZOOMED = {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2}

pytestmark = [pytest.mark.component("chromium"), pytest.mark.component("axe")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_every_kind_of_page_is_accessible(browser, host, size, scheme):
    host.publish(render_site(settings=make_settings(url=host.url)), "1")

    with open_tab(browser, runs=True, viewport=size, color_scheme=scheme) as tab:
        for key in KINDS:
            tab.page.goto(host.url + key)

            assert Browsing(tab.page).accessibility_problems() == (), key


@pytest.mark.parametrize("name", NAMES)
def test_a_hard_page_is_accessible_and_loses_nothing_on_a_narrow_screen(browser, host, name):
    host.publish(hard_page(name, host.url), "1")

    with open_tab(browser, runs=True, viewport=NARROW) as tab:
        tab.page.goto(host.url)
        problems = Browsing(tab.page).accessibility_problems()
        tab.page.evaluate(OPEN_ALL)

        assert problems == ()
        assert layout_faults(tab.page) == []
        tab.page.evaluate(LARGE_TEXT)
        assert layout_faults(tab.page) == []


@pytest.mark.parametrize("options", [ZOOMED, {"viewport": NARROW}], ids=["200 %", "320 pixels"])
def test_nothing_is_lost_on_any_kind_of_page_nor_in_large_letters(browser, host, options):
    host.publish(render_site(settings=make_settings(url=host.url)), "1")

    with open_tab(browser, runs=True, **options) as tab:
        for key in KINDS:
            tab.page.goto(host.url + key)
            tab.page.evaluate(OPEN_ALL)

            assert layout_faults(tab.page) == [], key
            tab.page.evaluate(LARGE_TEXT)
            assert layout_faults(tab.page) == [], f"{key} in large letters"


@pytest.mark.component("vnu")
def test_the_html_checker_finds_no_error_in_hard_pages(tmp_path):
    for name in NAMES:
        files = hard_page(name)
        write_site(tmp_path / name, {key: files[key] for key in files if "past" not in key})

    assert html_errors(tmp_path) == ()


def test_what_is_wrong_since_when_and_when_more_comes_is_above_the_fold_of_a_phone(browser, host):
    host.publish(render_site(settings=make_settings(url=host.url)), "1")

    with open_tab(browser, viewport=PHONE) as tab:
        tab.page.goto(host.url)
        ends = [
            tab.page.locator(selector).first.bounding_box()
            for selector in ("h1", ".card h2", ".card .kind + p", ".card .promise")
        ]

    bottoms = [box["y"] + box["height"] for box in ends]
    assert bottoms == sorted(bottoms)
    assert bottoms[-1] < PHONE["height"] * 0.75


def test_the_days_with_trouble_open_by_keyboard_without_script(browser, host):
    host.publish(render_site(settings=make_settings(url=host.url)), "1")

    with open_tab(browser, runs=True, java_script_enabled=False) as tab:
        tab.page.goto(host.url)
        record = tab.page.locator('[data-day="2026-11-21"]').first
        assert not record.is_visible()

        for _ in range(20):
            tab.page.keyboard.press("Tab")
            if tab.page.locator("summary:focus").count():
                break
        tab.page.keyboard.press("Enter")

        assert "Major outage" in record.inner_text()
        assert record.is_visible()


@pytest.mark.parametrize("language", ["en", "de"])
def test_everything_is_reached_by_keyboard_and_shows_its_focus(browser, host, language):
    host.publish(render_site(settings=make_settings(url=host.url, language=language)), "1")

    with open_tab(browser, runs=True, viewport=PHONE) as tab:
        for key in KINDS:
            tab.page.goto(host.url + key)
            tab.page.evaluate(OPEN_ALL)

            assert keyboard_faults(tab.page) == [], key


def test_a_printed_page_is_white_and_shows_the_days_with_trouble(browser, host):
    host.publish(render_site(settings=make_settings(url=host.url)), "1")
    ground = "() => getComputedStyle(document.body).backgroundColor"

    with open_tab(browser, color_scheme="dark") as tab:
        tab.page.goto(host.url)
        record = tab.page.locator('[data-day="2026-11-21"] .told').first
        on_screen = record.is_visible(), tab.page.evaluate(ground)
        tab.page.emulate_media(media="print")
        on_paper = record.is_visible(), tab.page.evaluate(ground)

    assert on_screen != on_paper
    assert on_paper == (True, "rgb(255, 255, 255)")


def test_states_are_told_apart_without_colour(browser, host):
    host.publish(hard_page("bad day", host.url), "1")
    thickness = """() => Object.fromEntries([...document.querySelectorAll('.swatch path')].map(
        one => [one.getAttribute('class'), getComputedStyle(one).strokeWidth]))"""

    with open_tab(browser, forced_colors="active") as tab:
        tab.page.goto(host.url)
        found = tab.page.evaluate(thickness)

    assert len(found) == len(set(found.values())) == 6
