"""An open page keeps up: with the clock, with new releases, and with the reader's place in it."""

from datetime import timedelta

import pytest

from statusgen.values.vocabulary import Phase
from tests.page.site.samples import (
    NOW,
    make_incident,
    make_maintenance,
    render_site,
    sample_incidents,
)
from tests.page.site.served import open_tab

pytestmark = pytest.mark.component("chromium")

LATE = "We promised an update by 03:19 CET (02:19 UTC) and are late with it."
SHOW = """(shown) => {
    Object.defineProperty(document, 'hidden', { value: !shown, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
}"""
LOG_POLLS = """() => {
    const ask = window.fetch;
    window.polls = [];
    window.fetch = (url, options) => {
        if (String(url).endsWith('release.json')) polls.push(Date.now() / 1000);
        return ask(url, options);
    };
}"""
TOP = "(one) => one.getBoundingClientRect().top"


def later_site(**values):
    """The sample with one more open incident, which stands above everything else."""
    more = {"incident_id": "search-errors", "title": "Search is down", "at": NOW}
    return render_site((make_incident(**(more | values)), *sample_incidents()))


@pytest.fixture
def index(browser, host):
    """The sample's index in a low window."""
    host.publish(render_site(), "a")
    with open_tab(browser, viewport={"width": 700, "height": 400}) as tab:
        tab.page.goto(host.url)
        yield tab


def test_a_promise_that_passes_unkept_is_said_to_be_late(index, host):
    host.date = NOW + timedelta(minutes=8)
    before = index.page.locator(".promise:visible").all_inner_texts()

    index.pass_time(8 * 60)
    index.wait_until(lambda: index.page.locator(".late:visible").count() == 1)
    after = index.page.locator(".promise:visible").all_inner_texts()

    assert before[0].startswith("Next update by 03:19 CET (02:19 UTC)")
    assert [text.startswith(LATE) for text in after] == [True]


@pytest.mark.parametrize("is_reachable", [True, False], ids=["its clock", "the reader's clock"])
def test_a_page_that_was_not_built_again_says_at_once_that_it_is_late(browser, host, is_reachable):
    host.publish(render_site(), "a")
    host.date = NOW + timedelta(minutes=30)
    if not is_reachable:
        del host.files["release.json"]

    with open_tab(browser, host.date) as tab:
        tab.page.goto(host.url + "incidents/checkout-errors.html")
        tab.wait_until(lambda: tab.page.locator(".late:visible").count() == 1)

        assert tab.text(".late:visible").startswith(LATE)
        assert tab.page.locator(".promise:visible").count() == 1
        assert host.times("release.json") == 1


@pytest.mark.parametrize("hours", [3, -3], ids=["fast", "slow"])
def test_a_wrong_clock_of_the_reader_is_corrected_by_the_server_s(browser, host, hours):
    host.publish(render_site(), "a")
    host.date = NOW

    with open_tab(browser, NOW + timedelta(hours=hours)) as tab:
        tab.page.goto(host.url)
        tab.wait_until(lambda: tab.text(".card .promise .relative") == "in 7 minutes")

        assert tab.text(".card .said .relative") == "8 minutes ago"
        assert tab.page.locator(".late:visible").count() == 0


@pytest.mark.parametrize("hours", [3, -3], ids=["fast", "slow"])
def test_what_a_wrong_clock_makes_of_a_time_is_never_absurd(browser, host, hours):
    host.publish(render_site(), "a")
    host.hold("release.json")

    with open_tab(browser, NOW + timedelta(hours=hours)) as tab:
        tab.page.goto(host.url)
        said = tab.text(".said .relative"), tab.text(".promise .relative")

        assert said == (
            ("3 hours ago", "this minute") if hours > 0 else ("this minute", "in 3 hours")
        )


def test_what_has_an_end_goes_when_it_is_reached(index, host):
    notice = b'<article data-until="2026-11-21T02:15:00Z" '
    body = host.files["index.html"].replace(b"<article ", notice, 1)
    host.publish(host.files | {"index.html": body}, "a")
    index.page.reload()
    before = index.page.locator("article").first.is_visible()

    index.pass_time(4 * 60)
    index.settle()

    assert before
    assert not index.page.locator("article").first.is_visible()


def test_an_answer_from_a_cache_is_as_old_as_it_says(browser, host):
    host.publish(render_site(), "a")
    host.age_s = 240
    host.date = NOW + timedelta(minutes=4)

    with open_tab(browser, NOW + timedelta(hours=3)) as tab:
        tab.page.goto(host.url)
        tab.wait_until(lambda: tab.page.locator(".late:visible").count() == 1)

        assert tab.text(".late").startswith(LATE)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "Scheduled"), (90, "In progress"), (150, "Completed")],
)
@pytest.mark.parametrize("key", ["index.html", "incidents/database.html"])
def test_a_window_moves_a_maintenance_on_in_a_page_built_before(browser, host, key, minutes, words):
    ahead = make_maintenance(NOW + timedelta(hours=1), NOW + timedelta(hours=2))
    host.publish(render_site((ahead,)), "a")
    host.date = NOW + timedelta(minutes=minutes)

    with open_tab(browser, host.date) as tab:
        tab.page.goto(host.url + key)

        tab.wait_until(lambda: tab.text(".kind .phase") == words)


def test_work_that_is_ended_by_hand_overruns_in_a_page_built_before(browser, host):
    window = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
    host.publish(render_site((make_maintenance(*window, phase=Phase.IN_PROGRESS),)), "a")
    words = "It is taking longer than planned."

    with open_tab(browser) as tab:
        tab.page.goto(host.url)
        before = tab.page.inner_text("main")
        host.date = NOW + timedelta(minutes=61)
        tab.pass_time(61 * 60)
        tab.wait_until(lambda: words in tab.page.inner_text("main"))

        assert words not in before
        assert tab.text(".kind .phase") == "In progress"


def test_a_new_release_is_shown_without_losing_the_reader_s_place(index, host):
    page = index.page
    page.locator("details").first.evaluate("(one) => { one.open = true }")
    link = page.locator("details a", has_text="Payments failed").first
    link.focus()
    before = link.evaluate(TOP), page.evaluate("scrollY")
    page.evaluate("window.same = document.querySelector('main')")

    host.publish(later_site(), "b")
    index.poll(host)
    index.wait_until(lambda: "Search is down" in page.inner_text("main"))

    assert before[1] > 0
    assert link.evaluate(TOP) == pytest.approx(before[0], abs=1)
    assert page.evaluate("scrollY") > before[1]
    assert page.evaluate("document.activeElement.textContent") == "Payments failed"
    assert page.locator("details").first.evaluate("(one) => one.open")
    assert page.evaluate("same.isConnected")
    assert index.complaints == []


def test_a_reader_at_the_top_stays_there_and_sees_what_is_new(index, host):
    host.publish(later_site(), "b")
    index.poll(host)
    index.wait_until(lambda: "2 open incidents" in index.page.inner_text("main"))

    assert index.page.evaluate("scrollY") == 0
    assert index.page.locator(".card h2").first.is_visible()
    assert index.text(".card .said .relative") in ("this minute", "1 minute ago")


def test_the_focus_goes_to_the_content_when_its_place_is_gone(index, host):
    index.page.locator(".card a").first.focus()

    host.publish(render_site(()), "b")
    index.poll(host)
    index.wait_until(lambda: "No open incidents" in index.page.inner_text("main"))

    assert index.page.evaluate("document.activeElement.id") == "main"


def test_an_update_is_announced_once(index, host):
    index.page.evaluate(
        """() => {
            window.said = [];
            const news = document.querySelector('[role=status]');
            new MutationObserver(() => news.textContent && said.push(news.textContent))
                .observe(news, { childList: true, characterData: true, subtree: true });
        }"""
    )

    index.poll(host)
    unchanged = index.page.evaluate("said")
    host.publish(later_site(), "b")
    for _ in range(4):
        index.poll(host)

    assert unchanged == []
    assert index.page.evaluate("said") == ["This page was updated."]
    assert index.page.locator("[role=status], [aria-live]").count() == 1


def test_title_and_icon_follow(index, host):
    files = later_site()
    body = files["index.html"].replace(b"<title>", b"<title>(2) ")
    icon = next(key for key in files if key.endswith(".svg") and key.startswith("assets/"))
    files["assets/alarm.svg"] = files[icon]
    files["index.html"] = body.replace(icon.encode(), b"assets/alarm.svg")

    host.publish(files, "b")
    index.poll(host)
    index.wait_until(lambda: host.times("assets/alarm.svg") == 1)

    assert index.page.title().startswith("(2) ")
    assert index.page.locator("link[rel=icon]").count() == 1


def test_an_index_that_goes_up_after_the_mark_is_found_by_the_next_polls(index, host):
    index.poll(host)
    host.publish(render_site(), "b")
    index.poll(host)
    before = index.page.inner_text("main")

    host.publish(later_site(), "b")
    index.poll(host)
    index.wait_until(lambda: "Search is down" in index.page.inner_text("main"))

    assert "Search is down" not in before


def test_a_page_is_asked_for_only_after_a_release(index, host):
    for _ in range(7):
        index.poll(host)
    asked = host.times("index.html")
    host.publish(render_site(), "b")
    index.poll(host)

    assert asked == 4
    assert host.times("index.html") == 5


@pytest.mark.parametrize(("chance", "seconds"), [(0, 48), (0.5, 60), (0.99, 72)])
def test_polls_come_every_minute_with_jitter(browser, host, chance, seconds):
    host.publish(render_site(), "a")

    with open_tab(browser) as tab:
        tab.page.add_init_script(f"Math.random = () => {chance}")
        tab.page.goto(host.url)
        before = host.times("release.json")
        tab.pass_time(seconds - 1)
        tab.settle()
        early = host.times("release.json") - before
        tab.pass_time(2)
        tab.wait_until(lambda: host.times("release.json") == before + 1)

    assert early == 0


def test_a_hidden_page_asks_for_nothing_until_it_is_seen_again(index, host):
    index.page.evaluate(SHOW, 0)
    for _ in range(5):
        index.pass_time(60)
        index.settle()
    hidden = host.times("release.json")

    host.publish(later_site(), "b")
    index.page.evaluate(SHOW, 1)
    index.wait_until(lambda: "Search is down" in index.page.inner_text("main"))

    assert hidden == 0
    assert host.times("release.json") == 1


def test_a_page_hidden_for_a_moment_keeps_its_time(index, host):
    index.page.evaluate(SHOW, 0)
    index.pass_time(20)
    index.page.evaluate(SHOW, 1)
    index.settle()
    at_once = host.times("release.json")
    index.pass_time(53)
    index.settle()

    assert at_once == 0
    assert host.times("release.json") == 1


def test_a_host_that_fails_is_asked_less_and_less(index, host):
    mark = host.files.pop("release.json")
    index.page.evaluate(LOG_POLLS)
    while len(index.page.evaluate("polls")) < 3:
        index.pass_time(20)
        index.settle()
    host.files["release.json"] = mark
    while len(index.page.evaluate("polls")) < 5:
        index.pass_time(20)
        index.settle()
    first, second, third, fourth, fifth = index.page.evaluate("polls")

    assert 90 < second - first < 165
    assert 185 < third - second < 310
    assert 380 < fourth - third < 600
    assert 45 < fifth - fourth < 95
    assert index.page.locator(".card").first.is_visible()


def test_a_selection_is_not_pulled_away(index, host):
    index.page.evaluate("getSelection().selectAllChildren(document.querySelector('.card .body'))")

    host.publish(later_site(), "b")
    index.poll(host)
    during = index.page.evaluate("String(getSelection())")
    index.page.evaluate("getSelection().removeAllRanges()")
    index.poll(host)
    index.wait_until(lambda: "Search is down" in index.page.inner_text("main"))

    assert during.strip() == "We are looking into it."


def test_a_forgotten_selection_does_not_keep_a_page_old(index, host):
    index.page.evaluate("getSelection().selectAllChildren(document.querySelector('.card .body'))")

    host.publish(later_site(), "b")
    for _ in range(6):
        index.poll(host)

    index.wait_until(lambda: "Search is down" in index.page.inner_text("main"))


def test_a_new_style_is_loaded_before_it_is_shown(index, host):
    files = later_site()
    style = next(key for key in files if key.endswith(".css"))
    files["assets/new.css"] = files[style] + b"h1 { color: rgb(1, 2, 3) }"
    files["index.html"] = files["index.html"].replace(style.encode(), b"assets/new.css")
    colour = "(one) => getComputedStyle(one).color"
    held = host.hold("assets/new.css")

    host.publish(files, "b")
    index.pass_time(72)
    index.wait_until(lambda: host.times("assets/new.css") == 1)
    during = [index.page.inner_text("main"), index.page.locator("h1").evaluate(colour)]
    held.set()
    index.wait_until(lambda: "Search is down" in index.page.inner_text("main"))

    assert "Search is down" not in during[0]
    assert during[1] != "rgb(1, 2, 3)"
    assert index.page.locator("h1").evaluate(colour) == "rgb(1, 2, 3)"
    assert index.page.evaluate("document.styleSheets.length") == 1


def test_a_new_script_loads_the_page_anew(index, host):
    files = later_site()
    script = next(key for key in files if key.endswith(".js"))
    files["assets/new.js"] = files[script]
    files["index.html"] = files["index.html"].replace(script.encode(), b"assets/new.js")
    index.page.evaluate("window.old = true")

    host.publish(files, "b")
    index.pass_time(72)
    index.wait_until(lambda: host.times("assets/new.js") == 1)

    assert index.page.evaluate("window.old") is None
    assert "Search is down" in index.page.inner_text("main")


def test_a_page_that_is_gone_is_left_as_it_was(index, host):
    host.publish(render_site(), "b")
    host.files["404.html"] = host.files.pop("index.html").replace(b"Errors", b"No errors")
    index.poll(host)

    assert "Errors on checkout" in index.page.inner_text("main")
