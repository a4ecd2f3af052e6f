"""Items as RSS 2.0 and Atom. The only module that imports feedgen; import it late."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from lxml import etree

from statusgen.config.component import Component, beginning
from statusgen.config.settings import Settings
from statusgen.page.feeds.items import ABOUT, Item, last_change, tag
from statusgen.values.days import day_begins
from statusgen.values.value import Value
from statusgen.words.language import ENGLISH, Language, marked

RSS_KEY = "feed.xml"
ATOM_KEY = "atom.xml"
HISTORY_RSS_KEY = "history.rss"
HISTORY_ATOM_KEY = "history.atom"
_CHANGED = re.compile(rb" *<lastBuildDate>[^<]*</lastBuildDate>\n")

_ABOUT_COMPONENT = marked("Incidents and maintenance of %(service)s: %(component)s")
_COMPONENT_TITLE = "%(page)s: %(component)s"
_HISTORY_TITLE = "%(page)s - Incident History"


class Channel(Value, frozen=True):
    """What a feed says of itself."""

    title: str
    description: str


class Syndicator:
    """Writes the feeds of one page, each item once, however many feeds tell it.

    Dates come from the items and never from the clock. A feed without items has none in RSS;
    Atom asks for one: the earliest `since` of the components that it is about, else `today`.
    """

    def __init__(self, settings: Settings, today: date, language: Language = ENGLISH) -> None:
        self._settings, self._today, self._language = settings, today, language
        self._rss_items: dict[Item, bytes] = {}
        self._atom_entries: dict[Item, bytes] = {}

    def page(self, items: Sequence[Item]) -> dict[str, bytes]:
        """feed.xml and atom.xml: key to body, `items` in their order."""
        channel = Channel(self._settings.page.name, self._about_page())
        return self._both(items, channel, RSS_KEY, ATOM_KEY, self._settings.components)

    def component(self, component: Component, items: Sequence[Item]) -> dict[str, bytes]:
        """The two feeds of a component, also where it has no items."""
        page = self._settings.page
        about = self._language.text(_ABOUT_COMPONENT)
        channel = Channel(
            _COMPONENT_TITLE % {"page": page.name, "component": component.name},
            about % {"service": page.service, "component": component.name},
        )
        key = f"components/{component.id}"
        return self._both(items, channel, f"{key}.xml", f"{key}.atom.xml", [component])

    def history(self, items: Sequence[Item]) -> dict[str, bytes]:
        """history.rss and history.atom: `items` are incidents, not updates."""
        title = _HISTORY_TITLE % {"page": self._settings.page.name}
        channel = Channel(title, self._about_page())
        about = self._settings.components
        return self._both(items, channel, HISTORY_RSS_KEY, HISTORY_ATOM_KEY, about)

    def _about_page(self) -> str:
        return self._language.text(ABOUT) % {"service": self._settings.page.service}

    def _both(
        self,
        items: Sequence[Item],
        channel: Channel,
        rss_key: str,
        atom_key: str,
        about: Iterable[Component],
    ) -> dict[str, bytes]:
        updated = last_change(items) or day_begins(
            beginning(about, self._today), self._settings.page.zone
        )
        return {
            rss_key: self._rss(items, channel, rss_key, updated),
            atom_key: self._atom(items, channel, atom_key, updated),
        }

    def _rss(self, items: Sequence[Item], channel: Channel, key: str, updated: datetime) -> bytes:
        frame = self._frame(channel, key, "application/rss+xml", updated).rss_str(pretty=True)
        if not items:
            frame = _CHANGED.sub(b"", frame)
        written = _written(items, self._rss_items, lambda item: _rss_entry(item).rss_entry())
        return _filled(frame, b"  </channel>", written)

    def _atom(self, items: Sequence[Item], channel: Channel, key: str, updated: datetime) -> bytes:
        frame = self._frame(channel, key, "application/atom+xml", updated).atom_str(pretty=True)
        written = _written(items, self._atom_entries, lambda item: _entry(item).atom_entry())
        return _filled(frame, b"</feed>", written)

    def _frame(
        self, channel: Channel, key: str, media_type: str, updated: datetime
    ) -> FeedGenerator:
        page = self._settings.page
        feed = FeedGenerator()
        feed.id(tag(self._settings, key))
        feed.title(channel.title)
        feed.subtitle(channel.description)
        feed.description(channel.description)
        feed.author(name=page.name, uri=page.link(""))
        feed.language(page.language)
        feed.generator("statusgen")
        feed.link(href=page.link(key), rel="self", type=media_type)
        feed.link(href=page.link(""), rel="alternate", type="text/html")  # last: RSS's own link
        feed.updated(updated)
        return feed


def _written(
    items: Sequence[Item], known: dict[Item, bytes], element: Callable[[Item], etree._Element]
) -> bytes:
    for item in items:
        if item not in known:
            known[item] = etree.tostring(
                element(item), encoding="UTF-8", xml_declaration=False, pretty_print=True
            )
    return b"".join(known[item] for item in items)


def _filled(frame: bytes, end: bytes, written: bytes) -> bytes:
    """The frame with what is written before its `end`, which no text can hold unescaped."""
    before, found, after = frame.rpartition(end)
    return before + written + found + after


def _entry(item: Item) -> FeedEntry:
    entry = FeedEntry()
    entry.id(item.id)  # RSS: guid with isPermaLink="false"
    entry.title(item.title)
    entry.link(href=item.url, rel="alternate", type="text/html")
    entry.content(item.html, type="html")  # RSS: the description
    entry.published(item.published)
    entry.updated(item.updated)
    return entry


def _rss_entry(item: Item) -> FeedEntry:
    entry = _entry(item)
    if item.is_named_by_url:
        entry.guid(item.url, permalink=True)
    return entry
