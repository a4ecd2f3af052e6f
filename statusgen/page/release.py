"""Content becomes a release: every artifact of the site, rendered or known from the cache."""

import hashlib
import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cached_property, partial

from statusgen.config.settings import Settings
from statusgen.content.archive import Archive
from statusgen.content.cache import Cache
from statusgen.content.entries.records import FolderRecord, decode_source, encode, encode_sources
from statusgen.content.folder_reader import FolderReader, Rendered, fold_source
from statusgen.content.incident import Incident
from statusgen.content.listing import PROSE
from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.content.workforce import WORTH_A_PROCESS, run_in_parallel
from statusgen.page.artifacts import Release, artifact_from_bytes, incident_of
from statusgen.page.machine_files import Subscriptions, live_files
from statusgen.page.page import Page, current, make_page, months
from statusgen.page.rendered_cache import Press, page_key, stored_page
from statusgen.page.site import release_mark
from statusgen.page.site.pages import Site
from statusgen.words.templates import Templates


class PageReader(FolderReader):
    """Reads folders, and renders the pages of incidents that are over on the way."""

    def __init__(self, settings: Settings, templates: Templates, now: datetime) -> None:
        super().__init__(settings)
        self._now = now
        self._templates = templates

    @cached_property
    def site(self) -> Site:
        """What renders the pages."""
        return Site(
            self.settings,
            self._templates,
            BodyRenderer(self.settings.page.url, keeps_lines=self.settings.page.keeps_lines),
        )

    @property
    def fingerprint(self) -> str:
        """See `FolderReader.fingerprint`."""
        return self.site.fingerprint

    def warm_up(self) -> None:
        """Compile the templates once, before there are processes that would each do it."""
        self._templates.warm_up("page/")

    def meanwhile(self) -> None:
        """Load the libraries that a release of much that is new needs."""
        from statusgen.page.feeds import calendar, syndication  # noqa: F401, PLC0415  both are heavy

    def render(self, incident: Incident, record: FolderRecord) -> Rendered | None:
        """The page of an incident that is over; None for any other."""
        if record.outline is None or not record.outline.is_settled(self._now):
            return None
        body = self.site.incident(incident, self._now)
        key = page_key(self.site.fingerprint, [record.digest])
        return Rendered(stored_page(key, body), body)

    def page(self, encoded: bytes) -> tuple[str, bytes]:
        """The id and the page of an incident that is over, from its encoded source."""
        source = decode_source(encoded)
        assert source is not None  # noqa: S101  it was encoded by this very program
        incident = fold_source(source, self.settings, with_drafts=self.with_drafts)
        assert incident is not None  # noqa: S101  or it would have no page
        return source.id, self.site.incident(incident, self._now)

    def __getstate__(self) -> tuple[Settings, datetime]:
        return (self.settings, self._now)

    def __setstate__(self, state: tuple[Settings, datetime]) -> None:
        settings, now = state
        self.__init__(settings, Templates(settings.root), now)  # type: ignore[misc]


class KeptBodies(BodyRenderer):
    """Renders each body once and for all: what the cache has of it is not rendered again."""

    def __init__(self, base_url: str, cache: Cache, *, keeps_lines: bool = True) -> None:
        super().__init__(base_url, keeps_lines=keeps_lines)
        self._cache = cache
        self._made: dict[str, str] = {}

    def html(self, body: str) -> str:
        """See `BodyRenderer.html`."""
        return self._kept("html", body, super().html)

    def text(self, body: str) -> str:
        """See `BodyRenderer.text`."""
        return self._kept("text", body, super().text)

    def _kept(self, form: str, body: str, make: Callable[[str], str]) -> str:
        key = f"{form} {hashlib.sha256(body.encode()).hexdigest()[:32]}"
        if key not in self._made:
            kept = self._cache.get(PROSE, key)
            if kept is None:
                kept = make(body).encode()
                self._cache.put(PROSE, [(key, kept)])
            self._made[key] = kept.decode()
        return self._made[key]


def render_ahead(archive: Archive, reader: PageReader, keys: Iterable[str], now: datetime) -> None:
    """Make the pages at `keys` on all cores, where many of them are known but not at hand.

    So it is when a new target wants what an earlier build rendered.
    """
    wanted = set(map(incident_of, keys))
    absent = [
        one.id
        for one in archive.outlines
        if one.id in wanted and one.is_settled(now) and one.id not in archive.bodies
    ]
    if len(absent) < WORTH_A_PROCESS:
        return
    reader.warm_up()
    sources = [encode(archive.source(one)) for one in absent]
    for batch in run_in_parallel(reader.page, sources):
        for incident_id, body in batch:
            archive.bodies.put(incident_id, body)


def current_page(archive: Archive, now: datetime) -> Page:
    """The status page at `now`."""
    settings = archive.settings
    zone = settings.page.zone
    days = settings.page.history_days
    needed = current(archive.outlines, now, zone, days)
    incidents = archive.incidents(one.id for one in needed)
    return make_page(settings.components, incidents, now, zone, days)


def make_release(archive: Archive, site: Site, cache: Cache, now: datetime) -> Release:
    """All artifacts of the page at `now`; a body that is not at hand is made when asked for."""
    settings = archive.settings
    prose = KeptBodies(settings.page.url, cache, keeps_lines=settings.page.keeps_lines)
    site = site.with_prose(prose)
    page = current_page(archive, now)
    press = Press(archive, site, cache, now)
    by_month = months(archive.outlines, now, settings.page.zone)
    artifacts = [
        *(artifact_from_bytes(key, body) for key, body in site.assets().items()),
        *press.incidents(),
        *press.history(by_month),
        *Subscriptions(archive, press, prose, site.language, now).files(),
        *live_files(page, archive, site, prose),
        artifact_from_bytes("sitemap.xml", site.sitemap(archive.outlines, by_month)),
        artifact_from_bytes("robots.txt", site.robots()),
        artifact_from_bytes("404.html", site.not_found()),
        artifact_from_bytes("index.html", site.index(page)),
    ]
    press.remember()
    mark = artifact_from_bytes(release_mark.KEY, release_mark.release_mark(artifacts))
    return Release(
        (*artifacts, mark),
        sources=partial(published_sources, archive, threading.Lock()),
        shown=lambda: {one.id: one.shown for one in archive.outlines},
    )


def published_sources(archive: Archive, lock: threading.Lock, keys: Iterable[str]) -> bytes:
    """What readers may know of the incidents whose pages have these keys; see `Release.sources`.

    Targets ask from several threads; an archive serves one at a time.
    """
    with lock:
        return encode_sources(
            archive.source(one).without_drafts() for one in map(incident_of, keys) if one
        )
