"""Items as JSON Feed 1.1, https://www.jsonfeed.org/version/1.1/."""

import json
from collections.abc import Sequence
from typing import Any

from statusgen.config.settings import Settings
from statusgen.page.feeds.items import ABOUT, Item
from statusgen.values.notation import format_instant
from statusgen.words.language import ENGLISH, Language

KEY = "feed.json"


def json_feed(items: Sequence[Item], settings: Settings, language: Language = ENGLISH) -> bytes:
    """The feed as UTF-8 JSON, `items` in their order."""
    page = settings.page
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": page.name,
        "home_page_url": page.link(""),
        "feed_url": page.link(KEY),
        "description": language.text(ABOUT) % {"service": page.service},
        "language": page.language,
        "authors": [{"name": page.name, "url": page.link("")}],
        "items": [_item(item) for item in items],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode() + b"\n"


def _item(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "url": item.url,
        "title": item.title,
        "content_html": item.html,
        "date_published": format_instant(item.published),
        "date_modified": format_instant(item.updated),
    }
