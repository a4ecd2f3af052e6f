"""The rules of the W3C feed validator, no package here: its errors, and warnings we heed."""

import re
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from statusgen.config.component import Component
from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.page.feeds.items import ItemMaker
from statusgen.page.feeds.statuspage_history import history_items
from statusgen.page.feeds.syndication import Syndicator
from tests.builders import make_first, make_incident, make_scheduled, make_settings, make_update
from tests.fakes.language import LOUD

ATOM = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
RFC822 = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) "
    r"\d{4} \d\d:\d\d:\d\d [+-]\d{4}"
)
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
TODAY = date(2026, 11, 21)
TAG_URI = re.compile(r"tag:[a-z0-9.-]+,\d{4}(-\d\d(-\d\d)?)?:[A-Za-z0-9._~:/-]+")
RSS_CHANNEL = {"title", "link", "description", "docs", "generator", "language", "lastBuildDate"}
RSS_ITEM = {"title", "link", "description", "guid", "pubDate"}
DANGEROUS = {"script", "style", "iframe", "object", "embed", "meta", "link", "base", "form"}
LINE = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\ufffe\uffff"),
    min_size=1,
    max_size=60,
).filter(str.strip)


def feeds_of(*incidents, name="Checkout", **page):
    component = Component("checkout", name)
    settings = make_settings(components=(component,), page={"language": "de"} | page)
    prose = BodyRenderer(settings.page.url)
    syndicator = Syndicator(settings, TODAY)
    items = ItemMaker(settings, prose).newest(incidents)
    return (
        syndicator.page(items)
        | syndicator.component(component, items)
        | syndicator.history(history_items(incidents, settings, prose))
    )


def a_page(text="Errors [here](more.html) & <there>", **page):
    name = "2026-11-21-database-upgrade"
    return feeds_of(
        make_incident(
            make_first(components=["checkout"], title=text, body=text, edited="02:30"),
            make_update("update", at="03:00", body=f"* {text}\n* two"),
            make_update("resolved", at="04:00"),
        ),
        make_incident(
            make_scheduled(title=text, ends="2027-01-01T05:00"),
            make_update("canceled", at="2026-11-20T14:00", incident_id=name),
        ),
        name=text,
        **page,
    )


def test_every_feed_is_there_and_held_to_the_rules():
    feeds = a_page(url="https://status.example.com/acme")

    assert sorted(feeds) == [
        *("atom.xml", "components/checkout.atom.xml", "components/checkout.xml"),
        *("feed.xml", "history.atom", "history.rss"),
    ]
    for key, body in feeds.items():
        hold_to_the_rules(key, body, "https://status.example.com/acme")


def test_feeds_without_items_are_held_to_the_rules():
    for key, body in feeds_of().items():
        hold_to_the_rules(key, body, "https://status.example.com")


@given(LINE)
def test_any_text_gives_a_feed_within_the_rules(text):
    for key, body in a_page(text).items():
        hold_to_the_rules(key, body, "https://status.example.com")


def hold_to_the_rules(key, body, url):
    assert body.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n")
    assert not feedparser.parse(body).bozo
    root = ET.fromstring(body)
    hold = hold_rss if root.tag == "rss" else hold_atom
    hold(root, f"{url}/{key}", f"{url}/")


def hold_rss(root, self_url, home_url):
    assert root.attrib == {"version": "2.0"}
    (channel,) = root
    items = channel.findall("item")
    facts = {one.tag: one for one in channel if one.tag != "item"}
    assert len(facts) == len(channel) - len(items), "an element is there twice"
    dated = RSS_CHANNEL if items else RSS_CHANNEL - {"lastBuildDate"}
    assert set(facts) == dated | {f"{ATOM}link"}
    assert all(facts[name].text for name in dated)
    assert facts["link"].text == home_url
    assert facts["language"].text == "de"
    if items:
        assert_is_rfc822(facts["lastBuildDate"].text)
    assert facts[f"{ATOM}link"].attrib == {
        "href": self_url,
        "rel": "self",
        "type": "application/rss+xml",
    }
    guids = [item.findtext("guid") for item in items]
    assert len(set(guids)) == len(guids)
    for item in items:
        assert sorted(one.tag for one in item) == sorted(RSS_ITEM)
        assert_is_url(item.findtext("link"))
        is_permalink = item.find("guid").get("isPermaLink") == "true"
        assert is_permalink == (item.findtext("guid") == item.findtext("link"))
        assert is_permalink or TAG_URI.fullmatch(item.findtext("guid"))
        assert_is_rfc822(item.findtext("pubDate"))
        assert_is_safe(item.findtext("description"))


def hold_atom(root, self_url, home_url):
    assert root.tag == f"{ATOM}feed"
    assert root.get(LANG) == "de"
    entries = root.findall(f"{ATOM}entry")
    for name in ("id", "title", "updated", "author", "subtitle", "generator"):
        assert len(root.findall(f"{ATOM}{name}")) == 1
    links = {one.get("rel"): (one.get("href"), one.get("type")) for one in links_of(root)}
    assert links == {
        "self": (self_url, "application/atom+xml"),
        "alternate": (home_url, "text/html"),
    }
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    ids = [entry.findtext(f"{ATOM}id") for entry in (root, *entries)]
    assert len(set(ids)) == len(ids)
    assert all(TAG_URI.fullmatch(one) for one in ids)
    assert RFC3339.fullmatch(root.findtext(f"{ATOM}updated"))
    for entry in entries:
        assert sorted(one.tag.removeprefix(ATOM) for one in entry) == [
            *("content", "id", "link", "published", "title", "updated"),
        ]
        (link,) = links_of(entry)
        assert link.get("rel") in (None, "alternate")
        assert_is_url(link.get("href"))
        published, updated = (entry.findtext(f"{ATOM}{name}") for name in ("published", "updated"))
        assert RFC3339.fullmatch(published)
        assert RFC3339.fullmatch(updated)
        assert datetime.fromisoformat(published) <= datetime.fromisoformat(updated)
        assert datetime.fromisoformat(updated) <= datetime.fromisoformat(
            root.findtext(f"{ATOM}updated")
        )
        assert entry.find(f"{ATOM}content").get("type") == "html"
        assert_is_safe(entry.findtext(f"{ATOM}content"))


def links_of(element):
    return element.findall(f"{ATOM}link")


def assert_is_rfc822(text):
    assert RFC822.fullmatch(text)
    assert f"{parsedate_to_datetime(text):%a}" == text[:3]


def assert_is_url(text):
    url = urlsplit(text)
    assert url.scheme == "https"
    assert url.hostname
    assert text.isascii()
    assert not re.search(r"[\s<>\"{}|\\^`]", text)


def assert_is_safe(html):
    """No relative reference, no element that readers strip, no handler."""

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            assert tag not in DANGEROUS
            for name, value in attrs:
                assert not name.startswith("on")
                assert name != "href" or urlsplit(value).scheme in {"http", "https", "mailto"}

    Reader().feed(html)


def test_a_feed_describes_itself_in_the_page_s_language():
    feeds = Syndicator(make_settings(), TODAY, LOUD)

    bodies = feeds.page(()) | feeds.component(Component("api", "The API"), ())

    assert {key: feedparser.parse(body).feed.subtitle for key, body in bodies.items()} == {
        "feed.xml": "INCIDENTS AND MAINTENANCE OF Acme",
        "atom.xml": "INCIDENTS AND MAINTENANCE OF Acme",
        "components/api.xml": "INCIDENTS AND MAINTENANCE OF Acme: The API",
        "components/api.atom.xml": "INCIDENTS AND MAINTENANCE OF Acme: The API",
    }


@pytest.mark.parametrize(
    "broken",
    [
        (b"<guid ", b"<maintenanceEndDate>x</maintenanceEndDate><guid "),
        (b'rel="self"', b'rel="other"'),
        (b"Nov 2026", b"Nov 26"),
        (b"</item>", b"</item><title>again</title>"),
        (b'href="https://status.example.com/feed.xml"', b'href="feed.xml"'),
    ],
    ids=["a stranger", "no self link", "a short year", "a title twice", "a wrong self link"],
)
def test_the_rules_find_what_they_are_for(broken):
    body = a_page()["feed.xml"].replace(*broken)

    with pytest.raises(AssertionError):
        hold_to_the_rules("feed.xml", body, "https://status.example.com")


def test_an_item_is_the_same_in_every_feed_that_tells_it():
    feeds = a_page()

    def entries(key):
        return [ET.tostring(one) for one in ET.fromstring(feeds[key]).iter("item")]

    assert entries("feed.xml") == entries("components/checkout.xml")
    assert len(entries("feed.xml")) == 5
    assert len(entries("history.rss")) == 2
