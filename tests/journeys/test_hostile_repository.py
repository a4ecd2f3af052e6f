"""Texts that attack: any text in any place stays text, for every reader and every machine."""

import json
from contextlib import contextmanager
from urllib.parse import unquote

import feedparser
import icalendar
import pytest
from lxml import etree

from statusgen.page.artifacts import headers_for
from tests.components.chromium import Browsing
from tests.components.layout import LARGE_TEXT, OPEN_ALL, keyboard_faults, layout_faults
from tests.components.vnu import html_errors
from tests.fakes.hostile import FOOTER, NAME, NOW, TEXTS, ZONES, make_hostile, text
from tests.fakes.repository import tree
from tests.page.api import strict_client
from tests.page.site.samples import read_page
from tests.page.site.served import open_tab

URL = "https://status.example.com/sub/path/"
KINDS = (
    "index.html",
    "incidents/incident-8.html",
    "incidents/over.html",
    "history/index.html",
    "history/2026-11.html",
    "404.html",
)
PHONE = {"viewport": {"width": 320, "height": 568}}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
ZOOMED = {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2}
LIGHT_PHONE_DARK_DESKTOP = (("light", PHONE), ("dark", DESKTOP))
DARK_PHONE_LIGHT_DESKTOP = (("dark", PHONE), ("light", DESKTOP))
in_each_language = pytest.mark.parametrize("language", ZONES)


@pytest.fixture(scope="module")
def repositories(tmp_path_factory):
    """The hostile repository in each language, built."""
    made = {}
    for language in ZONES:
        made[language] = make_hostile(tmp_path_factory.mktemp("hostile") / language, language)
        done = made[language].run("build", now=NOW.isoformat())
        assert done.code == 0, done.err
    return made


@pytest.fixture(scope="module")
def sites(repositories):
    return {language: tree(one.root / "_site") for language, one in repositories.items()}


@contextmanager
def visit(browser, files, **options):
    """A tab for the site at its own address; whatever asks for another is refused."""

    def answer(route):
        address = route.request.url.partition("?")[0]
        key = unquote(address.removeprefix(URL)) if address.startswith(URL) else ""
        if key in files:
            route.fulfill(body=files[key], content_type=headers_for(key).content_type)
        else:
            route.abort()

    with open_tab(browser, NOW, runs=True, **options) as tab:
        tab.page.route("**/*", answer)
        yield tab


def of_kind(files, *endings):
    return {key: body for key, body in files.items() if key.endswith(endings)}


@pytest.mark.component("vnu")
def test_the_html_checker_finds_no_error(repositories):
    assert html_errors(*(one.root / "_site" for one in repositories.values())) == ()


@pytest.mark.component("chromium")
def test_no_text_acts_and_nothing_is_asked_of_other_hosts(browser, sites):
    files = sites["de"]

    with visit(browser, files, **DESKTOP) as tab:
        tab.page.on("dialog", lambda dialog: tab.complaints.append(dialog.message))
        for key in of_kind(files, ".html"):
            tab.page.goto(URL + key)

            assert tab.page.evaluate("window.hacked") is None, key
            assert tab.complaints == [], key
        tab.settle()

    assert [url for url in tab.requests if not url.startswith(URL)] == []


@pytest.mark.component("chromium", "axe")
@pytest.mark.parametrize(
    ("language", "looks"),
    [
        ("en", LIGHT_PHONE_DARK_DESKTOP),
        ("de", DARK_PHONE_LIGHT_DESKTOP),
        ("ar", LIGHT_PHONE_DARK_DESKTOP),
    ],
    ids=ZONES,
)
def test_every_kind_of_page_is_accessible(browser, sites, language, looks):
    with visit(browser, sites[language]) as tab:
        for key in KINDS:
            tab.page.goto(URL + key)
            for scheme, screen in looks:
                tab.page.emulate_media(color_scheme=scheme)
                tab.page.set_viewport_size(screen["viewport"])

                assert Browsing(tab.page).accessibility_problems() == (), (key, scheme, screen)
        assert tab.complaints == []


@pytest.mark.component("chromium")
@pytest.mark.parametrize("options", [PHONE, ZOOMED], ids=["320 pixels", "200 %"])
@in_each_language
def test_nothing_is_lost_on_a_narrow_page_nor_in_large_letters(browser, sites, language, options):
    with visit(browser, sites[language], **options) as tab:
        for key in KINDS:
            tab.page.goto(URL + key)
            tab.page.evaluate(OPEN_ALL)

            assert layout_faults(tab.page) == [], key
            tab.page.evaluate(LARGE_TEXT)
            assert layout_faults(tab.page) == [], f"{key} in large letters"


@pytest.mark.component("chromium")
@pytest.mark.parametrize("language", ["de", "ar"])
def test_everything_is_reached_by_keyboard_and_shows_its_focus(browser, sites, language):
    with visit(browser, sites[language], **PHONE) as tab:
        for key in KINDS:
            tab.page.goto(URL + key)
            tab.page.evaluate(OPEN_ALL)

            assert keyboard_faults(tab.page) == [], key


@in_each_language
def test_a_strict_client_reads_the_api_and_finds_every_text_as_it_was_written(sites, language):
    api = of_kind(sites[language], ".json")
    prefix = "api/v2/"

    for key in api:
        if key.startswith(prefix):
            strict_client.read(key.removeprefix(prefix).removesuffix(".json"), api[key])

    summary = json.loads(api["api/v2/summary.json"])
    parts = {one["name"]: one["description"] for one in summary["components"] if not one["group"]}
    groups = {one["name"] for one in summary["components"] if one["group"]}
    titles = {one["name"] for one in json.loads(api["api/v2/incidents.json"])["incidents"]}
    own = {one["id"]: one for one in json.loads(api["api/statusgen.json"])["incidents"]}
    assert summary["page"]["name"] == NAME
    assert parts == {text(n): text(n + 7) for n in range(len(TEXTS))}
    assert groups == {text(n // 3 + 5) for n in range(len(TEXTS))}
    assert titles >= set(TEXTS)
    assert own["incident-3"]["cause"] == text(5)
    assert own["incident-3"]["impact_text"] == text(4)


@in_each_language
def test_feeds_are_sound_and_hold_every_title(sites, language):
    feeds = of_kind(sites[language], ".xml", ".rss", ".atom")
    feeds.pop("sitemap.xml")

    for key, body in feeds.items():
        feed = feedparser.parse(body, sanitize_html=False)
        ids = [one.id for one in feed.entries]

        assert not feed.bozo, key
        assert len(ids) == len(set(ids)), key
        for one in feed.entries:
            assert not acting(one.get("summary", "")), key
    titles = {one.title for one in feedparser.parse(feeds["history.atom"]).entries}
    assert titles >= set(TEXTS[:15]), "it holds the 25 newest"


def acting(html):
    """Elements of the markup that do something or load something."""
    return [
        (tag, values)
        for tag, values in read_page(html.encode()).elements
        if tag in {"script", "style", "img", "svg", "iframe", "form"}
        or any(name.startswith("on") for name in values)
        or (values.get("href") or "").startswith("javascript:")
    ]


@in_each_language
def test_calendars_hold_windows_and_titles(sites, language):
    for key, body in of_kind(sites[language], ".ics").items():
        calendar = icalendar.Calendar.from_ical(body)
        events = calendar.walk("VEVENT")

        assert not any(one.errors for one in events), key
        assert all(one["DTSTART"].dt < one["DTEND"].dt for one in events), key
        assert {line[-1:] for line in body.split(b"\n")} == {b"\r", b""}, key
        assert all(len(line) <= 75 for line in body.split(b"\r\n")), key
    every = icalendar.Calendar.from_ical(sites[language]["calendar.ics"]).walk("VEVENT")
    titles = {str(one["SUMMARY"]) for one in every if one["STATUS"] != "CANCELLED"}
    assert titles == {text(n) for n in range(3)}


@in_each_language
def test_badges_are_drawings_that_do_nothing(sites, language):
    for key, body in of_kind(sites[language], ".svg").items():
        elements = list(etree.fromstring(body).iter())

        assert not [one for one in elements if one.tag.endswith(("}script", "}image", "}a"))], key
        assert not [name for one in elements for name in one.attrib if name.startswith("on")], key


def test_letters_hold_the_texts_and_nothing_that_acts(repositories):
    one = repositories["de"]
    one.subscribe("reader@example.com")

    done = one.run_apart("publish", "--yes", "--late", "--force", now=NOW.isoformat())

    assert done.code == 0, done.err
    letters = one.letters()
    assert letters
    for letter in letters:
        plain, html = (letter.get_body([kind]).get_content() for kind in ("plain", "html"))
        assert FOOTER in " ".join(plain.split())
        assert not acting(html.replace("<style>", ""))
