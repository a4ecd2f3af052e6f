"""Items as RSS 2.0 and Atom. The only module that imports feedgen; import it late."""

from collections.abc import Sequence
from datetime import UTC, datetime

from feedgen.feed import FeedGenerator

from statusgen.config.settings import Settings
from statusgen.feeds.items import Item, last_change, tag

RSS_KEY = "feed.xml"
ATOM_KEY = "atom.xml"
_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
"""The date of a feed without items, which the formats ask for."""


def rss(items: Sequence[Item], settings: Settings) -> bytes:
    """RSS 2.0 with `items` in their order; dates come from them and never from the clock."""
    body: bytes = _feed(items, settings, RSS_KEY, "application/rss+xml").rss_str(pretty=True)
    return body


def atom(items: Sequence[Item], settings: Settings) -> bytes:
    """Atom (RFC 4287) with `items` in their order; dates come from them."""
    body: bytes = _feed(items, settings, ATOM_KEY, "application/atom+xml").atom_str(pretty=True)
    return body


def _feed(items: Sequence[Item], settings: Settings, key: str, media_type: str) -> FeedGenerator:
    page = settings.page
    feed = FeedGenerator()
    feed.id(tag(settings, key))
    feed.title(page.name)
    feed.subtitle(f"Incidents and maintenance of {page.service}")
    feed.description(f"Incidents and maintenance of {page.service}")
    feed.author(name=page.name, uri=page.link(""))
    feed.language(page.language)
    feed.generator("statusgen")
    feed.link(href=page.link(key), rel="self", type=media_type)
    feed.link(href=page.link(""), rel="alternate", type="text/html")  # last: RSS's channel link
    feed.updated(last_change(items) or _BEFORE_ALL)
    for item in items:
        _add_entry(feed, item)
    return feed


def _add_entry(feed: FeedGenerator, item: Item) -> None:
    entry = feed.add_entry(order="append")
    entry.id(item.id)  # RSS: guid with isPermaLink="false"
    entry.title(item.title)
    entry.link(href=item.url, rel="alternate", type="text/html")
    entry.content(item.html, type="html")  # RSS: the description
    entry.published(item.published)
    entry.updated(item.updated)
