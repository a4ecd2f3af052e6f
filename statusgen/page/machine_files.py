"""What programs read of the page: feeds, calendars, the public API, badges and the banner."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING

from statusgen.config.component import Component
from statusgen.content.archive import Archive
from statusgen.content.incident import Incident
from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.content.outline import Outline
from statusgen.page.api.content import Content, most_recent
from statusgen.page.api.own import KEY as OWN_KEY
from statusgen.page.api.own import own_file
from statusgen.page.api.statuspage import statuspage_files
from statusgen.page.api.uptimes import KEY as UPTIME_KEY
from statusgen.page.api.uptimes import uptime_file
from statusgen.page.artifacts import Artifact, artifact_from_bytes
from statusgen.page.badges.badge import badges
from statusgen.page.badges.banner import banner_script
from statusgen.page.feeds import choosing
from statusgen.page.feeds.items import ItemMaker
from statusgen.page.feeds.json_feed import json_feed
from statusgen.page.feeds.statuspage_history import history_items
from statusgen.page.page import Page
from statusgen.page.rendered_cache import Press
from statusgen.page.site.pages import Site
from statusgen.words.language import Language

if TYPE_CHECKING:
    from statusgen.page.feeds.calendar import CalendarMaker
    from statusgen.page.feeds.syndication import Syndicator

_PAGE_FEEDS = ("feed.xml", "atom.xml", "feed.json")
_HISTORY_FEEDS = ("history.rss", "history.atom")
COMPONENT_FEED_LENGTH = 30
"""Of the newest updates of a component; a page's feeds tell `FEED_LENGTH`."""


def live_files(page: Page, archive: Archive, site: Site, prose: BodyRenderer) -> list[Artifact]:
    """What the clock may change: the API, the badges and the banner."""
    templates, language = site.templates, site.language
    settings, content = archive.settings, _content(page, archive)
    files = {
        **statuspage_files(content, settings, prose),
        OWN_KEY: own_file(content, settings, prose),
        UPTIME_KEY: uptime_file(page, settings),
        **badges(page, settings, templates, language),
        **banner_script(page, settings, templates, language),
    }
    return [artifact_from_bytes(key, body) for key, body in files.items()]


class Subscriptions:
    """What readers subscribe to, which content alone decides: feeds and calendars.

    Libraries are loaded and incidents read only for what the press does not know yet.
    """

    def __init__(
        self,
        archive: Archive,
        press: Press,
        prose: BodyRenderer,
        language: Language,
        now: datetime,
    ) -> None:
        self._archive, self._press, self._now = archive, press, now
        self._today = now.astimezone(archive.settings.page.zone).date()
        self._settings, self._prose, self._language = archive.settings, prose, language
        self._items = ItemMaker(self._settings, prose, language)

    def files(self) -> list[Artifact]:
        """Of the page, and of each component that is not retired."""
        shown = [one for one in self._settings.components if not one.is_retired(self._today)]
        return [*self._feeds(shown), *self._calendars(shown)]

    def _feeds(self, shown: Iterable[Component]) -> Iterator[Artifact]:
        outlines, group = self._archive.outlines, self._feed_group
        newest = choosing.told_in_feed(outlines)
        yield from group(_PAGE_FEEDS, newest, partial(self._page_feeds, newest))
        past = choosing.told_in_history(outlines)
        yield from group(_HISTORY_FEEDS, past, partial(self._history_feeds, past))
        told = choosing.told_by_component(outlines, COMPONENT_FEED_LENGTH)
        for one in shown:
            ids = told.get(one.id, ())
            keys = (f"components/{one.id}.xml", f"components/{one.id}.atom.xml")
            yield from group(keys, ids, partial(self._component_feeds, one, ids))

    def _feed_group(
        self, keys: Iterable[str], ids: Sequence[str], render: Callable[[], dict[str, bytes]]
    ) -> list[Artifact]:
        """A feed without items may be dated by the day."""
        day = () if ids else (self._today.isoformat(),)
        return self._press.group(keys, ids, render, *day)

    def _page_feeds(self, ids: Iterable[str]) -> dict[str, bytes]:
        newest = self._items.newest(self._archive.incidents(ids))
        as_json = json_feed(newest, self._settings, self._language)
        return {**self._syndicator.page(newest), "feed.json": as_json}

    def _history_feeds(self, ids: Iterable[str]) -> dict[str, bytes]:
        items = history_items(self._archive.incidents(ids), self._settings, self._prose)
        return self._syndicator.history(items)

    def _component_feeds(self, component: Component, ids: Iterable[str]) -> dict[str, bytes]:
        newest = self._items.newest(self._archive.incidents(ids), COMPONENT_FEED_LENGTH)
        return self._syndicator.component(component, newest)

    def _calendars(self, shown: Iterable[Component]) -> Iterator[Artifact]:
        outlines, group = self._archive.outlines, self._press.group
        ids = choosing.kept_in_calendar(outlines, self._now, self._settings.page.zone)
        affected = {one.id: one.affected for one in outlines if one.window is not None}
        yield from group(("calendar.ics",), ids, partial(self._page_calendar, ids))
        for one in shown:
            own = [name for name in ids if one.id in affected[name]]
            key = f"components/{one.id}.ics"
            yield from group((key,), own, partial(self._component_calendar, one, own))

    def _page_calendar(self, ids: Iterable[str]) -> dict[str, bytes]:
        return self._planner.page(self._archive.incidents(ids))

    def _component_calendar(self, component: Component, ids: Iterable[str]) -> dict[str, bytes]:
        return self._planner.component(component, self._archive.incidents(ids))

    @cached_property
    def _syndicator(self) -> "Syndicator":
        from statusgen.page.feeds.syndication import Syndicator  # noqa: PLC0415  feedgen is heavy

        return Syndicator(self._settings, self._today, self._language)

    @cached_property
    def _planner(self) -> "CalendarMaker":
        from statusgen.page.feeds.calendar import CalendarMaker  # noqa: PLC0415  icalendar is heavy

        return CalendarMaker(self._settings, self._prose, self._language)


def _content(page: Page, archive: Archive) -> Content:
    outlines = archive.outlines
    planned = [one for one in outlines if one.is_maintenance]
    notices = [one for one in outlines if one.is_notice]
    incidents = [one for one in outlines if not one.is_maintenance and not one.is_notice]
    return Content(
        page=page,
        incidents=_newest(incidents, archive),
        maintenances=_newest(planned, archive),
        outlines=outlines,
        notices=_newest(notices, archive),
    )


def _newest(outlines: Iterable[Outline], archive: Archive) -> tuple[Incident, ...]:
    return tuple(archive.incidents(one.id for one in most_recent(outlines)))
