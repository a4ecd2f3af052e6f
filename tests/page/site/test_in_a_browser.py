"""The page in a real browser: times, policy, what is left without script, and uptime by hand."""

import re
from datetime import timedelta
from functools import partial

import pytest

from statusgen.publish.preview_server import LocalPreviewServer
from tests.components.available import AXE_SCRIPT
from tests.page.site.samples import (
    NOW,
    make_incident,
    make_settings,
    render_site,
    write_site,
)
from tests.page.site.served import open_tab

pytestmark = pytest.mark.component("chromium")

PAGES = (
    "index.html",
    "incidents/checkout-errors.html",
    "incidents/database.html",
    "history/index.html",
    "history/2026-11.html",
)
BROKEN_RULES = "axe.run().then((told) => told.violations.map((one) => one.id))"
SUM_SHIFTS = """window.shifted = 0; new PerformanceObserver((list) => {
    for (const one of list.getEntries()) shifted += one.value;
}).observe({ type: 'layout-shift', buffered: true })"""
TOPS = "(all) => all.map((one) => one.getBoundingClientRect().top)"


@pytest.fixture
def index(browser, host):
    """The sample's index in a tab."""
    host.publish(render_site(), "a")
    with open_tab(browser) as tab:
        tab.page.goto(host.url)
        yield tab


def text_of_main(tab):
    return " ".join(tab.page.inner_text("main").split())


def day_x(tab, day, *, days=90):
    """Where the middle of a day's bar is, from the left of the first component's bars."""
    box = tab.page.locator("svg.bars").first.bounding_box()
    return box["width"] * (day + 0.5) / days


def test_the_latest_update_and_the_promised_one_are_told_relative_to_now(index):
    first = [index.text(".card .promise .relative"), index.text(".card .said .relative")]
    index.pass_time(180)
    later = [index.text(".card .promise .relative"), index.text(".card .said .relative")]

    assert first == ["in 7 minutes", "8 minutes ago"]
    assert later == ["in 4 minutes", "11 minutes ago"]


def test_relative_times_are_in_the_language_of_the_page(browser, host):
    host.publish(render_site(settings=make_settings(language="de")), "a")

    with open_tab(browser, locale="en-US") as tab:
        tab.page.goto(host.url)

        assert tab.text(".card .said .relative") == "vor 8 Minuten"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (8, "8 minutes ago"),
        (8.9, "8 minutes ago"),
        (80, "1 hour ago"),
        (119, "2 hours ago"),
        (60 * 50, "2 days ago"),
        (60 * 71, "3 days ago"),
    ],
)
def test_relative_times_choose_their_unit(browser, host, minutes, words):
    host.publish(render_site((make_incident(at=NOW - timedelta(minutes=minutes)),)), "a")

    with open_tab(browser) as tab:
        tab.page.goto(host.url + "incidents/checkout-errors.html")

        assert tab.text(".when .relative") == f"{words}"


def test_nothing_moves_when_the_script_arrives_late(browser, host):
    host.publish(render_site(), "a")
    script = next(key for key in host.files if key.endswith(".js"))

    with open_tab(browser, viewport={"width": 360, "height": 740}) as tab:
        tab.page.add_init_script(SUM_SHIFTS)
        held = host.hold(script)
        tab.page.goto(host.url, wait_until="commit")
        tab.wait_until(lambda: host.times(script) == 1)
        tab.page.wait_for_timeout(400)
        before = tab.page.locator("h2, h3, footer").evaluate_all(TOPS)
        held.set()
        tab.page.wait_for_load_state()
        after = tab.page.locator("h2, h3, footer").evaluate_all(TOPS)

        tab.page.wait_for_timeout(200)

        assert tab.text(".said .relative") == "8 minutes ago"
        assert after == before
        assert tab.page.evaluate("shifted") == 0


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("America/Los_Angeles", "20 November 2026 at 18:04 GMT-8"),
        ("Asia/Kolkata", "21 November 2026 at 07:34 GMT+5:30"),
    ],
)
def test_every_time_tells_the_reader_s_own_beside_the_page_s(browser, host, zone, words):
    host.publish(render_site(), "a")

    with open_tab(browser, timezone_id=zone) as tab:
        tab.page.goto(host.url)
        said = tab.page.locator(".said time").first
        titles = tab.page.locator("time[datetime*=T]").evaluate_all(
            "(all) => all.map((one) => one.title)"
        )

        assert said.get_attribute("title") == f"Your time: {words}"
        assert said.inner_text() == "21 November 2026, 03:04 CET (02:04 UTC)"
        assert all(title.startswith("Your time: ") for title in titles)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Europe/Paris"])
def test_a_reader_whose_clock_shows_the_page_s_hours_is_not_told_them_again(browser, host, zone):
    host.publish(render_site(), "a")

    with open_tab(browser, timezone_id=zone) as tab:
        tab.page.goto(host.url)
        titles = tab.page.locator("time[datetime*=T]").evaluate_all(
            "(all) => all.map((one) => one.title)"
        )

    assert set(titles) == {""}


def test_a_reader_whose_clock_differs_at_times_is_told_of_those(browser, host):
    summer = make_incident(at=NOW - timedelta(days=150))
    host.publish(render_site((summer, make_incident(incident_id="now"))), "a")

    with open_tab(browser, timezone_id="Africa/Algiers") as tab:
        tab.page.goto(host.url)
        titles = tab.page.locator(".card time[datetime*=T]").evaluate_all(
            "(all) => all.map((one) => [one.dateTime.slice(5, 7), !!one.title])"
        )

    assert {(month, told) for month, told in titles} == {("11", False), ("06", True)}


def test_a_touched_time_shows_the_reader_s_own(browser, host):
    host.publish(render_site(), "a")

    with open_tab(browser, timezone_id="Asia/Tokyo", has_touch=True) as tab:
        tab.page.goto(host.url)
        tab.page.locator(".said time").first.tap()
        shown = tab.text(".tip")
        tab.page.locator("h1").tap()

        assert shown == "Your time: 21 November 2026 at 11:04 GMT+9"
        assert tab.page.locator(".tip").count() == 0


def test_without_script_the_same_is_said(browser, host):
    host.publish(render_site(), "a")

    for key in PAGES:
        with open_tab(browser) as tab, open_tab(browser, java_script_enabled=False) as plain:
            for one in (tab, plain):
                one.page.goto(host.url + key)
            tab.page.evaluate("document.querySelectorAll('.relative').forEach((o) => o.remove())")

            assert text_of_main(plain) == text_of_main(tab), key
            assert not re.search(r"are late with it|longer than planned", text_of_main(plain))


def test_a_page_asks_its_own_host_for_four_things_at_most(browser, host):
    host.publish(render_site(), "a")

    for key in PAGES:
        with open_tab(browser) as tab:
            tab.page.goto(host.url + key, wait_until="networkidle")

            assert len(tab.requests) <= 4, key
            assert all(url.startswith(host.url) for url in tab.requests), key


def test_no_page_offends_its_own_policy_or_complains(browser, host):
    host.publish(render_site(), "a")

    for key in PAGES:
        with open_tab(browser) as tab:
            tab.page.goto(host.url + key)
            tab.poll(host)

            assert tab.complaints == [], key


def test_the_policy_stops_what_somebody_smuggled_in(browser, host):
    files = render_site()
    smuggled = (
        b"<script>window.smuggled = 1</script><b id=b style='color: red' onclick='smuggled = 2'>b"
        b"</b><img src=https://example.com/a.png alt><iframe src=404.html></iframe></main>"
    )
    files["index.html"] = files["index.html"].replace(b"</main>", smuggled)
    host.publish(files, "a")

    with open_tab(browser) as tab:
        tab.page.goto(host.url)
        tab.page.locator("#b").click()
        tab.settle()

        assert tab.page.evaluate("window.smuggled") is None
        assert tab.page.locator("#b").evaluate("(b) => b.style.length") == 0
        stopped = " ".join(tab.complaints)
        for directive in ("script-src", "style-src", "img-src", "default-src"):
            assert directive in stopped
        assert "unsafe-inline" not in tab.page.locator("meta[http-equiv]").get_attribute("content")


def test_a_preview_loads_again_under_the_policy_of_its_pages(browser):
    server = LocalPreviewServer(0)
    server.show({key: partial(bytes, body) for key, body in render_site().items()})

    with open_tab(browser, runs=True) as tab:
        tab.page.goto(server.url)
        tab.page.wait_for_timeout(200)
        server.show({key: partial(bytes, body) for key, body in render_site(()).items()})
        tab.page.get_by_text("No open incidents").wait_for()
        server.close()

        assert not [one for one in tab.complaints if "Policy" in one]


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_a_missing_page_is_styled_at_any_depth_and_under_another_name(browser, host, name):
    host.publish(render_site(settings=make_settings(url=host.url.rstrip("/"))), "a")

    with open_tab(browser) as tab:
        tab.page.goto(host.url.replace("127.0.0.1", name) + "a/b/c.html")

        assert tab.page.evaluate("document.styleSheets.length") == 1
        assert tab.text("h1") == "This page does not exist"
        assert not [one for one in tab.complaints if "404" not in one]


def test_it_works_opened_from_disk(browser, tmp_path):
    write_site(tmp_path, render_site())

    for key in ("index.html", "incidents/checkout-errors.html"):
        with open_tab(browser) as tab:
            tab.page.goto((tmp_path / key).as_uri())
            tab.pass_time(300)

            assert (
                tab.page.locator("body").evaluate("(b) => getComputedStyle(b).maxWidth") != "none"
            )
            assert tab.text(".promise .relative") == "in 2 minutes"
            assert all(url.startswith("file:") for url in tab.requests)
            assert len(tab.requests) <= 4
            assert tab.complaints == []


BACKGROUND = "(body) => getComputedStyle(body).backgroundColor"


def test_a_dark_screen_gets_a_dark_page(browser, host):
    host.publish(render_site(), "a")
    shades = {}

    for scheme in ("light", "dark"):
        with open_tab(browser, color_scheme=scheme) as tab:
            tab.page.goto(host.url)
            ground = tab.page.locator("body").evaluate(BACKGROUND)
            ink = tab.page.locator("h1").evaluate("(h1) => getComputedStyle(h1).color")
            shades[scheme] = brightness(ground), brightness(ink)

    assert shades["light"][0] > shades["light"][1] + 500
    assert shades["dark"][1] > shades["dark"][0] + 500


def brightness(colour):
    return sum(int(part) for part in re.findall(r"\d+", colour)[:3])


def test_a_mouse_over_a_day_shows_what_happened_on_it(index):
    bars = index.page.locator("svg.bars").first
    bars.scroll_into_view_if_needed()

    bars.hover(position={"x": day_x(index, 89), "y": 8})
    today = index.text(".tip")
    bars.hover(position={"x": day_x(index, 88), "y": 8})
    quiet = index.text(".tip")
    bars.hover(position={"x": day_x(index, 67), "y": 8})
    past = index.text(".tip")
    index.page.mouse.move(1, 1)

    assert today.startswith("21 November 2026 Major outage")
    assert quiet == "20 November 2026 No trouble"
    assert past.startswith("30 October 2026 ")
    assert "Payments failed" in past
    assert index.page.locator(".tip").count() == 0


def test_the_tip_stays_while_the_mouse_is_on_it_and_goes_by_escape(index):
    bars = index.page.locator("svg.bars").first
    bars.hover(position={"x": day_x(index, 67), "y": 8})

    index.page.locator(".tip a").hover()
    stayed = index.text(".tip")
    index.page.keyboard.press("Escape")

    assert "Payments failed" in stayed
    assert index.page.locator(".tip").count() == 0


def test_a_tip_stays_within_a_narrow_window(browser, host):
    host.publish(render_site(), "a")

    with open_tab(browser, viewport={"width": 320, "height": 600}) as tab:
        tab.page.goto(host.url)
        bars = tab.page.locator("svg.bars").first
        for day in (0, 89):
            bars.hover(position={"x": day_x(tab, day), "y": 8})
            box = tab.page.locator(".tip").bounding_box()

            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 320
            assert tab.page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_touched_day_shows_what_happened_on_it(browser, host):
    host.publish(render_site(), "a")

    with open_tab(browser, has_touch=True, viewport={"width": 360, "height": 740}) as tab:
        tab.page.goto(host.url)
        bars = tab.page.locator("svg.bars").first
        bars.tap(position={"x": day_x(tab, 89), "y": 8})
        shown = tab.text(".tip")
        tab.page.locator("h1").tap()

        assert shown.startswith("21 November 2026 Major outage")
        assert tab.page.locator(".tip").count() == 0


def test_a_chart_is_a_picture_that_keys_pass_by(index):
    bars = index.page.locator("svg.bars")
    roles = bars.evaluate_all("(all) => all.map((one) => [one.getAttribute('role'), one.tabIndex])")
    stops = []
    for _ in range(60):
        index.page.keyboard.press("Tab")
        stops.append(index.page.evaluate("document.activeElement.localName"))

    assert bars.count() == 3
    assert roles == [["img", -1]] * 3
    assert "svg" not in stops
    assert stops.count("summary") >= 1
    assert index.page.get_by_role("slider").count() == 0


def test_what_a_chart_shows_keys_reach_below_it(index):
    details = index.page.locator(".components details").first
    details.locator("summary").focus()
    index.page.keyboard.press("Enter")

    told = details.locator(".records").inner_text()

    assert "21 November 2026" in told
    assert "Payments failed" in told


def test_days_run_with_the_script_of_the_page(browser, host):
    host.publish(render_site(settings=make_settings(language="ar")), "a")

    with open_tab(browser) as tab:
        tab.page.goto(host.url)
        bars = tab.page.locator("svg.bars").first
        bars.click(position={"x": day_x(tab, 0), "y": 8})

        assert "Major outage" in tab.text(".tip")


def heard(tab):
    """The names of all that a screen reader comes across."""
    session = tab.page.context.new_cdp_session(tab.page)
    tree = session.send("Accessibility.getFullAXTree")
    return [
        node["name"]["value"]
        for node in tree["nodes"]
        if not node["ignored"] and node.get("name", {}).get("value")
    ]


@pytest.mark.parametrize("key", PAGES)
def test_screen_readers_hear_no_decoration(browser, host, key):
    host.publish(render_site(), "a")

    with open_tab(browser) as tab:
        tab.page.goto(host.url + key)
        names = heard(tab)

    assert any("Acme Status" in name for name in names)
    assert [name for name in names if set("\N{MIDDLE DOT}▸▾←→") & set(name)] == [
        name for name in names if name.endswith("\N{MIDDLE DOT} Acme Status")
    ]


@pytest.mark.component("axe")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_the_script_adds_is_accessible(browser, host, scheme):
    host.publish(render_site(now=NOW + timedelta(minutes=20)), "a")

    with open_tab(browser, NOW + timedelta(minutes=20), runs=True, color_scheme=scheme) as tab:
        tab.page.goto(host.url)
        bars = tab.page.locator("svg.bars").first
        bars.hover(position={"x": day_x(tab, 67), "y": 8})
        tab.page.evaluate(AXE_SCRIPT.read_text(encoding="utf-8"))

        assert tab.page.locator(".tip").count() == 1
        assert tab.page.evaluate(BROKEN_RULES) == []
