import json

import pytest

from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.page.feeds.items import ItemMaker
from statusgen.page.feeds.json_feed import json_feed
from tests.builders import make_first, make_incident, make_settings

SETTINGS = make_settings(page={"language": "de"})


def items_of(*incidents):
    return ItemMaker(SETTINGS, BodyRenderer(SETTINGS.page.url)).newest(incidents)


def test_the_feed_follows_json_feed_1_1():
    items = items_of(make_incident(make_first(stem="01", edited="02:30", body="Hello")))

    feed = json.loads(json_feed(items, SETTINGS))

    assert items[0].html.startswith("<p>Hello</p>")
    assert feed == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Acme Status",
        "home_page_url": "https://status.example.com/",
        "feed_url": "https://status.example.com/feed.json",
        "description": "Incidents and maintenance of Acme",
        "language": "de",
        "authors": [{"name": "Acme Status", "url": "https://status.example.com/"}],
        "items": [
            {
                "id": "tag:status.example.com,2005:2026-11-21-checkout-errors/01",
                "url": "https://status.example.com/incidents/2026-11-21-checkout-errors.html#update-01",
                "title": "Investigating: Increased error rates on checkout",
                "content_html": items[0].html,
                "date_published": "2026-11-21T02:04:00Z",
                "date_modified": "2026-11-21T02:30:00Z",
            }
        ],
    }


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "]]>", '"\\ \u2028', "\u202e\U0001f525"]
)
def test_hostile_text_stays_text(text):
    items = items_of(make_incident(make_first(title=text, body=text)))

    (item,) = json.loads(json_feed(items, SETTINGS))["items"]

    assert item["title"] == f"Investigating: {text}"
    assert "<script" not in item["content_html"]


def test_an_empty_feed_has_an_empty_list():
    assert json.loads(json_feed((), SETTINGS))["items"] == []
