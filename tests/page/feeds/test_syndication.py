import subprocess
import sys
from datetime import date
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree as ET

import feedparser
import pytest

from statusgen.config.component import Component
from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.page.feeds.items import ItemMaker
from statusgen.page.feeds.syndication import ATOM_KEY, RSS_KEY, Syndicator
from tests.builders import instant, make_first, make_incident, make_settings, make_update

ATOM = "{http://www.w3.org/2005/Atom}"
SETTINGS = make_settings()
TODAY = date(2026, 11, 21)
HOSTILE = [
    "]]><script>alert(1)</script>",
    "<script>alert(1)</script>",
    "a & b < c > d \" '",
    "=?utf-8?q?=0ABcc:_x=40example.com?=",
    "\u202eevil \u05d0\u05d1\u05d2",
    "\U0001f525 \u65e5\u672c\u8a9e",
    "&lt;b&gt; &#1; &amp;",
]


def items_of(*incidents, settings=SETTINGS):
    return ItemMaker(settings, BodyRenderer(settings.page.url)).newest(incidents)


def written(key, items, settings=SETTINGS):
    return Syndicator(settings, TODAY).page(items)[key]


def a_story(**facts):
    first = make_first(components=["checkout"], edited="02:30", **facts)
    return make_incident(first, make_update("resolved", at="04:00"))


@pytest.mark.parametrize("key", [RSS_KEY, ATOM_KEY])
def test_a_feed_reader_finds_every_item_in_order(key):
    items = items_of(a_story())

    feed = feedparser.parse(written(key, items))

    assert not feed.bozo
    assert feed.feed.title == "Acme Status"
    assert feed.feed.link == "https://status.example.com/"
    assert [(e.id, e.title, e.link) for e in feed.entries] == [
        (item.id, item.title, item.url) for item in items
    ]
    assert [e.published_parsed[:5] for e in feed.entries] == [
        (2026, 11, 21, 4, 0),
        (2026, 11, 21, 2, 4),
    ]


@pytest.mark.parametrize("key", [RSS_KEY, ATOM_KEY])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(key, text):
    settings = make_settings(components=(Component("checkout", text),))
    items = items_of(a_story(title=text, body=text), settings=settings)

    body = written(key, items, settings)
    feed = feedparser.parse(body, sanitize_html=False)

    assert not feed.bozo
    title = feed.entries[1].title_detail
    assert title.value == f"Investigating: {text}".strip()
    assert "<script" not in content_of(feed.entries[1])
    assert b"<script" not in body
    assert {element.tag.rpartition("}")[2] for element in ET.fromstring(body).iter()} <= (
        RSS_ELEMENTS | ATOM_ELEMENTS
    )


RSS_ELEMENTS = {
    *("rss", "channel", "title", "link", "description", "docs", "generator", "language"),
    *("lastBuildDate", "item", "guid", "pubDate"),
}
ATOM_ELEMENTS = {
    *("feed", "entry", "id", "title", "updated", "author", "name", "uri", "link", "generator"),
    *("subtitle", "content", "published"),
}


def content_of(entry):
    return entry.content[0].value if "content" in entry else entry.description


def test_an_rss_feed_without_items_has_no_date():
    feed = feedparser.parse(written(RSS_KEY, ()))

    assert not feed.bozo
    assert not {"updated", "published"} & feed.feed.keys()
    assert feed.entries == []


@pytest.mark.parametrize(
    ("since", "updated"),
    [
        ((None, None), "2026-11-20T23:00:00+00:00"),
        ((date(2025, 1, 1), date(2024, 7, 1)), "2024-06-30T22:00:00+00:00"),
    ],
    ids=["of today", "of the first component"],
)
def test_an_atom_feed_without_items_is_as_old_as_what_it_is_about(since, updated):
    components = tuple(Component(f"c{n}", "C", since=day) for n, day in enumerate(since))
    settings = make_settings(components=components, page={"timezone": "Europe/Berlin"})
    syndicator = Syndicator(settings, TODAY)

    of_page = ET.fromstring(written(ATOM_KEY, (), settings))
    of_history = ET.fromstring(syndicator.history(())["history.atom"])
    of_one = syndicator.component(components[0], ())
    own = ET.fromstring(of_one["components/c0.atom.xml"]).findtext(f"{ATOM}updated")

    assert of_page.findtext(f"{ATOM}updated") == of_history.findtext(f"{ATOM}updated") == updated
    assert own == (updated if since[0] is None else "2024-12-31T23:00:00+00:00")


@pytest.mark.parametrize("key", [RSS_KEY, ATOM_KEY])
def test_equal_items_give_equal_bytes(key):
    assert written(key, items_of(a_story())) == written(key, items_of(a_story()))


def test_rss_has_what_validators_ask_for():
    items = items_of(a_story())

    channel = ET.fromstring(written(RSS_KEY, items)).find("channel")

    assert channel.find(f"{ATOM}link").attrib == {
        "href": "https://status.example.com/feed.xml",
        "rel": "self",
        "type": "application/rss+xml",
    }
    assert channel.findtext("language") == "en"
    assert channel.findtext("generator") == "statusgen"
    assert parsedate_to_datetime(channel.findtext("lastBuildDate")) == instant("04:00")
    for item, element in zip(items, channel.iter("item"), strict=True):
        assert element.find("guid").attrib == {"isPermaLink": "false"}
        assert element.findtext("guid") == item.id
        assert parsedate_to_datetime(element.findtext("pubDate")) == item.published
        assert element.findtext("description") == item.html


def test_atom_has_what_validators_ask_for():
    items = items_of(a_story())

    feed = ET.fromstring(written(ATOM_KEY, items))

    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Acme Status"
    assert feed.findtext(f"{ATOM}id") == "tag:status.example.com,2005:atom.xml"
    assert {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")} == {
        "self": "https://status.example.com/atom.xml",
        "alternate": "https://status.example.com/",
    }
    entry = feed.findall(f"{ATOM}entry")[1]
    assert entry.find(f"{ATOM}content").get("type") == "html"
    assert entry.findtext(f"{ATOM}published") == "2026-11-21T02:04:00+00:00"
    assert entry.findtext(f"{ATOM}updated") == "2026-11-21T02:30:00+00:00"


def test_feedgen_is_imported_only_by_this_module():
    code = (
        "import sys; import statusgen.page.feeds.items, statusgen.page.feeds.json_feed;"
        "sys.exit(any(name.startswith(('feedgen', 'lxml')) for name in sys.modules))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
