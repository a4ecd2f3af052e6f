import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statusgen.page.badges.banner import banner_script, make_banner
from statusgen.page.badges.shapes import drawing
from statusgen.page.page import make_page
from statusgen.values.vocabulary import ComponentState, Impact
from statusgen.words.templates import Templates
from tests.builders import (
    BERLIN,
    COMPONENTS,
    instant,
    make_first,
    make_incident,
    make_scheduled,
    make_settings,
    make_update,
)
from tests.components.chromium import browse
from tests.fakes.language import LOUD

SETTINGS = make_settings()
TEMPLATES = Templates()
HOSTILE = (
    "</script><script>window.hacked = 1</script>",
    "<img src=x onerror='window.hacked = 1'>",
    "'; window.hacked = 1; '",
    '"; window.hacked = 1; "',
    '\\"; window.hacked = 1; //',
    "\u2028window.hacked = 1\u2029",
    "${window.hacked = 1} `",
    "<!-- <script>",
    "\u202eevil \u05d0\u05d1",
    "{{ 7 * 7 }} {% raw %}",
)
STRICT = "default-src 'none'; script-src 'self'; require-trusted-types-for 'script'"
SHOP = "<!doctype html><html lang=en><title>Shop</title>{head}<body><main><h1>Shop</h1></main>"
INCLUDE = "<script src=/embed.js async></script>"
any_text = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1
)


def page_of(*incidents, now="02:30"):
    return make_page(COMPONENTS, incidents, instant(now), BERLIN, 90)


def an_outage(*updates, **facts):
    return make_incident(make_first(**{"components": ["checkout"]} | facts), *updates)


def script_of(*incidents, now="02:30"):
    return banner_script(page_of(*incidents, now=now), SETTINGS, TEMPLATES)["embed.js"].decode()


def test_there_is_nothing_to_tell_while_all_is_well():
    over = an_outage(make_update("resolved", at="02:20"))
    planned = make_incident(make_scheduled())

    script = script_of(over, planned)

    assert make_banner(page_of(over, planned), SETTINGS) is None
    assert script.strip() == "/* All is well. */"


def test_a_banner_tells_the_state_and_leads_to_the_incident():
    banner = make_banner(page_of(an_outage()), SETTINGS)

    assert banner.headline == "Partial System Outage"
    assert banner.state is ComponentState.PARTIAL_OUTAGE
    assert banner.words == "Increased error rates on checkout"
    assert banner.url == "https://status.example.com/incidents/2026-11-21-checkout-errors.html"


def test_the_worst_incident_is_told_and_the_newest_of_those():
    small = an_outage(incident_id="small", severity="SEV3", title="Small", at="02:20")
    old = an_outage(incident_id="old", title="Old", at="02:00")
    new = an_outage(incident_id="new", title="New", at="02:10")

    assert make_banner(page_of(small, old, new), SETTINGS).words == "New"


def test_a_maintenance_is_told_while_it_is_under_way():
    maintenance = make_incident(make_scheduled())

    banner = make_banner(page_of(maintenance, now="03:30"), SETTINGS)

    assert (banner.headline, banner.words) == ("Service Under Maintenance", "Database upgrade")
    assert banner.state is ComponentState.UNDER_MAINTENANCE


def test_an_incident_that_names_no_component_has_the_headline_of_the_page():
    banner = make_banner(page_of(an_outage(components=[])), SETTINGS)

    assert banner.headline == "Partial System Outage"
    assert banner.state is ComponentState.PARTIAL_OUTAGE


def test_what_is_watched_while_everything_works_is_named_in_green():
    watched = make_update("monitoring", at="02:20", components={"checkout": "operational"})

    banner = make_banner(page_of(an_outage(watched)), SETTINGS)

    assert (banner.headline, banner.state) == ("Monitoring", ComponentState.OPERATIONAL)
    assert banner.words == "Increased error rates on checkout"


def test_a_maintenance_is_not_told_by_the_name_of_an_incident_without_impact():
    incident = an_outage(severity="SEV4", components=[])
    maintenance = make_incident(make_scheduled())

    banner = make_banner(page_of(incident, maintenance, now="03:30"), SETTINGS)

    assert (banner.headline, banner.words) == ("Service Under Maintenance", "Database upgrade")


def test_a_degraded_component_is_told_by_what_degraded_it_and_not_by_a_maintenance():
    incident = an_outage(severity="SEV4", components={"api": "degraded_performance"})
    maintenance = make_incident(make_scheduled())

    banner = make_banner(page_of(incident, maintenance, now="03:30"), SETTINGS)

    assert banner.headline == "Partially Degraded Service"
    assert banner.words == "Increased error rates on checkout"


def test_an_incident_without_impact_is_no_news_for_other_sites():
    assert make_banner(page_of(an_outage(severity="SEV4", components=[])), SETTINGS) is None


def test_the_words_of_the_banner_are_in_the_page_s_language():
    banner = make_banner(page_of(an_outage()), SETTINGS, LOUD)

    assert (banner.headline, banner.close) == ("PARTIAL SYSTEM OUTAGE", "CLOSE")
    assert banner.words == "Increased error rates on checkout"


def test_what_was_left_down_is_told_without_an_incident():
    left = an_outage(make_update("resolved", at="02:20", components={"checkout": "partial_outage"}))

    banner = make_banner(page_of(left), SETTINGS)

    assert (banner.words, banner.url) == ("Acme Status", "https://status.example.com/")


def test_only_an_update_makes_a_closed_banner_news_again():
    before = make_banner(page_of(an_outage()), SETTINGS)
    edited = make_banner(page_of(an_outage(title="Typo mended", edited="02:20")), SETTINGS)
    updated = make_banner(page_of(an_outage(make_update("update", at="02:20"))), SETTINGS)

    assert edited.seen == before.seen
    assert updated.seen != before.seen


@given(
    st.lists(
        st.tuples(st.sampled_from(ComponentState), st.sampled_from(["checkout", "search", "api"])),
        max_size=4,
    )
)
def test_the_banner_always_agrees_with_the_overall_state(changes):
    updates = [
        make_update("update", at=f"03:{minute:02}", components={name: state})
        for minute, (state, name) in enumerate(changes)
    ]
    page = page_of(an_outage(*updates, severity="SEV4", components=[]), now="04:00")

    banner = make_banner(page, SETTINGS)

    assert (banner is None) == (page.overall.indicator is Impact.NONE)
    assert banner is None or banner.headline == page.overall.description


def test_the_banner_draws_the_shape_of_the_page():
    (drawn,) = re.findall(r"var shape = (.*);\n", script_of(an_outage()))

    assert json.loads(drawn) == drawing("partial_outage", TEMPLATES)


@given(title=any_text)
def test_any_text_is_data_in_the_script(title):
    script = script_of(an_outage(title=title))

    assert script.isascii()
    assert "<" not in "".join(re.findall(r"var news = (.*);\n", script))
    (news,) = re.findall(r"var news = (.*);\n", script)
    assert json.loads(news)["words"] == title


@contextmanager
def served(files, policy=STRICT):
    """Serve `files`, path to text, on loopback; yield the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            text = files.get(self.path)
            self.send_response(404 if text is None else 200)
            kind = "text/javascript" if self.path.endswith(".js") else "text/html"
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write((text or "").encode())

        def log_message(self, *arguments):
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def a_shop(script, head=INCLUDE):
    return {"/": SHOP.format(head=head), "/embed.js": script}


def text_of(browsing):
    return browsing.page.locator("statusgen-banner p").inner_text()


@pytest.mark.component("chromium")
def test_a_browser_shows_the_banner_under_a_strict_policy_and_nothing_else_of_it(browser):
    with served(a_shop(script_of(an_outage()))) as address, browse(browser) as browsing:
        messages = []
        browsing.page.on("console", lambda message: messages.append(message.text))
        browsing.page.goto(f"{address}/")
        before = browsing.page.evaluate("document.body.getBoundingClientRect().height")
        link = browsing.page.get_by_role("link", name="Increased error rates on checkout")
        link.wait_for()
        spoken = browsing.page.get_by_role("status").inner_text()
        address_of_link = link.get_attribute("href")
        drawn = browsing.page.locator("statusgen-banner svg.shape").inner_html()
        after = browsing.page.evaluate("document.body.getBoundingClientRect().height")
        globals_left = browsing.page.evaluate(
            "Object.keys(window).filter(name => /statusgen|banner|news/i.test(name))"
        )
        box = browsing.page.locator("statusgen-banner").bounding_box()

    assert spoken == "Partial System Outage Increased error rates on checkout"
    assert drawn == (
        '<path class="round" d="m12 2 10 10-10 10L2 12z"></path>'
        '<path class="cut" d="M12 7v6M12 16.8v.2"></path>'
    )
    assert address_of_link.startswith("https://status.example.com/incidents/")
    assert before == after
    assert globals_left == []
    assert box["y"] + box["height"] == 800
    assert box["height"] < 80
    assert [one for one in messages if "favicon" not in one and "404" not in one] == []
    assert browsing.requests_elsewhere == browsing.script_errors == []


@pytest.mark.component("chromium")
def test_a_browser_shows_nothing_while_all_is_well(browser):
    with served(a_shop(script_of())) as address, browse(browser) as browsing:
        browsing.page.goto(f"{address}/", wait_until="load")
        browsing.page.wait_for_timeout(200)
        count = browsing.page.locator("statusgen-banner").count()

    assert count == 0
    assert browsing.script_errors == []


@pytest.mark.component("chromium")
@pytest.mark.parametrize("by", ["mouse", "button", "escape"])
def test_a_closed_banner_stays_closed_until_the_next_update(browser, by):
    files = a_shop(script_of(an_outage()))
    with served(files) as address, browse(browser) as browsing:
        banner = browsing.page.locator("statusgen-banner")
        browsing.page.goto(f"{address}/")
        button = browsing.page.get_by_role("button", name="Close")
        button.wait_for()
        if by == "mouse":
            button.click()
        else:
            browsing.page.get_by_role("link").focus()
            browsing.page.keyboard.press("Escape" if by == "escape" else "Tab")
            if by == "button":
                browsing.page.keyboard.press("Enter")
        closed = banner.count()
        browsing.page.reload()
        browsing.page.wait_for_timeout(200)
        after_reload = banner.count()
        files["/embed.js"] = script_of(an_outage(make_update("update", at="02:20")))
        browsing.page.reload()
        banner.wait_for()

    assert (closed, after_reload) == (0, 0)
    assert browsing.script_errors == []


@pytest.mark.component("chromium")
def test_included_twice_it_is_shown_once(browser):
    head = INCLUDE + "<script src=/embed.js></script>" + INCLUDE
    with served(a_shop(script_of(an_outage()), head)) as address, browse(browser) as browsing:
        browsing.page.goto(f"{address}/")
        browsing.page.locator("statusgen-banner p a").wait_for()
        count = browsing.page.locator("statusgen-banner").count()

    assert count == 1
    assert browsing.script_errors == []


@pytest.mark.component("chromium")
def test_hostile_titles_are_shown_as_they_are(browser):
    shop = a_shop("")
    with served(shop) as address, browse(browser) as browsing:
        for title in HOSTILE:
            shop["/embed.js"] = script_of(an_outage(title=title))
            browsing.page.goto(f"{address}/")
            browsing.page.locator("statusgen-banner p a").wait_for()

            assert browsing.page.locator("statusgen-banner p a").text_content() == title
            assert not browsing.page.evaluate("'hacked' in window")
    assert browsing.script_errors == []


@pytest.mark.component("chromium")
@pytest.mark.parametrize(
    "sabotage",
    [
        "Object.defineProperty(window, 'sessionStorage', {get() { throw new Error('no') }})",
        "window.CSSStyleSheet = undefined",
        "Element.prototype.attachShadow = undefined",
        "document.querySelector = () => { throw new Error('no') }",
        "Object.defineProperty(document, 'currentScript', {value: null})",
    ],
)
def test_it_fails_silent_where_the_browser_lacks_something(browser, sabotage):
    with served(a_shop(script_of(an_outage()))) as address, browse(browser) as browsing:
        browsing.page.add_init_script(sabotage)
        browsing.page.goto(f"{address}/", wait_until="load")
        browsing.page.wait_for_timeout(200)

    assert browsing.script_errors == []


@pytest.mark.component("chromium")
def test_it_can_stand_on_top_and_follows_the_direction_and_the_colours(browser):
    head = "<script src=/embed.js data-position=top></script>"
    shop = a_shop(script_of(an_outage(title="\u0639\u0637\u0644")), head)
    shop["/"] = shop["/"].replace("lang=en", "lang=ar dir=rtl")
    with served(shop) as address, browse(browser, dark=True, width=320) as browsing:
        browsing.page.goto(f"{address}/")
        browsing.page.locator("statusgen-banner p a").wait_for()
        box = browsing.page.locator("statusgen-banner").bounding_box()
        close = browsing.page.get_by_role("button", name="Close").bounding_box()
        ground = browsing.page.locator("statusgen-banner section").evaluate(
            "one => getComputedStyle(one).backgroundColor"
        )

    assert (box["x"], box["y"], box["width"]) == (0, 0, 320)
    assert close["x"] < 20
    assert round(min(close["width"], close["height"])) >= 44
    assert ground == "rgb(26, 31, 38)"


@pytest.mark.component("chromium")
@pytest.mark.component("axe")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_is_accessible_in_every_state(browser, dark):
    shop = a_shop("", "<meta name=viewport content='width=device-width'>" + INCLUDE)
    policy = "default-src 'self' 'unsafe-inline' 'unsafe-eval'"
    with served(shop, policy) as address, browse(browser, dark=dark) as browsing:
        for severity in ("SEV1", "SEV2", "SEV3"):
            shop["/embed.js"] = script_of(an_outage(severity=severity))
            browsing.page.goto(f"{address}/")
            browsing.page.locator("statusgen-banner p a").wait_for()
            browsing.page.wait_for_timeout(300)  # it has arrived

            assert browsing.accessibility_problems() == ()
