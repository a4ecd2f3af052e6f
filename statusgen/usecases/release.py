"""Content becomes a release: every artifact of the site, rendered or known from the cache."""

import hashlib
import threading
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from heapq import nlargest

from statusgen.config.settings import Settings
from statusgen.entries.records import FolderRecord
from statusgen.errors import Unavailable
from statusgen.model.incident import Incident
from statusgen.model.outline import Outline
from statusgen.model.page import Month, Page, current, make_page, months
from statusgen.model.release import Artifact, Release, artifact_from_bytes, headers_for
from statusgen.ports.cache import Cache
from statusgen.prose.markdown_html import BodyRenderer
from statusgen.site.pages import Site
from statusgen.templates import Templates
from statusgen.usecases.archive import (
    PAGES,
    PROSE,
    Archive,
    FolderReader,
    Rendered,
)

_KEY_BYTES = 16
_DIGEST_BYTES = 32


class PageReader(FolderReader):
    """Reads folders, and renders the pages of incidents that are over on the way."""

    def __init__(self, settings: Settings, templates: Templates, now: datetime) -> None:
        super().__init__(settings)
        self._now = now
        self._templates = templates
        self._site: Site | None = None

    def warm_up(self) -> None:
        """Compile the templates once, before there are processes that would each do it."""
        self._templates.warm_up("page/")

    def render(self, incident: Incident, record: FolderRecord) -> Rendered | None:
        """The page of an incident that is over; None for any other."""
        if record.outline is None or not record.outline.is_settled(self._now):
            return None
        if self._site is None:
            prose = BodyRenderer(self.settings.page.url)
            self._site = Site(self.settings, self._templates, prose)
        body = self._site.incident(incident, self._now)
        key = _page_key(self._site.fingerprint, [record.digest])
        return Rendered(_stored_page(key, body), body)

    def __getstate__(self) -> tuple[Settings, datetime]:
        return (self.settings, self._now)

    def __setstate__(self, state: tuple[Settings, datetime]) -> None:
        settings, now = state
        self.__init__(settings, Templates(settings.root), now)  # type: ignore[misc]


class KeptBodies(BodyRenderer):
    """Renders each body once and for all: what the cache has of it is not rendered again."""

    def __init__(self, base_url: str, cache: Cache) -> None:
        super().__init__(base_url)
        self._cache = cache
        self._made: dict[str, str] = {}

    def html(self, body: str) -> str:
        """See `BodyRenderer.html`."""
        key = hashlib.sha256(body.encode()).hexdigest()[:32]
        if key not in self._made:
            kept = self._cache.get(PROSE, key)
            if kept is None:
                kept = super().html(body).encode()
                self._cache.put(PROSE, [(key, kept)])
            self._made[key] = kept.decode()
        return self._made[key]


def current_page(archive: Archive, now: datetime) -> Page:
    """The status page at `now`."""
    settings = archive.settings
    zone = settings.page.zone
    days = settings.page.history_days
    needed = current(archive.outlines, now, zone, days)
    incidents = archive.incidents(one.id for one in needed)
    return make_page(settings.components, incidents, now, zone, days)


def make_release(archive: Archive, templates: Templates, cache: Cache, now: datetime) -> Release:
    """All artifacts of the page at `now`; a body that is not at hand is made when asked for."""
    settings = archive.settings
    prose = KeptBodies(settings.page.url, cache)
    site = Site(settings, templates, prose)
    page = current_page(archive, now)
    press = _Press(archive, site, cache, now)
    artifacts = [artifact_from_bytes(key, body) for key, body in site.assets().items()]
    artifacts += press.incidents()
    by_month = months(archive.outlines, settings.page.zone)
    artifacts += press.history(by_month)
    artifacts += feeds(archive, prose)
    artifacts += [
        artifact_from_bytes("sitemap.xml", site.sitemap(archive.outlines, by_month)),
        artifact_from_bytes("robots.txt", site.robots()),
        artifact_from_bytes("404.html", site.not_found()),
        artifact_from_bytes("index.html", site.index(page)),
    ]
    press.remember()
    return Release(tuple(artifacts))


def feeds(archive: Archive, prose: BodyRenderer) -> list[Artifact]:
    """The feeds of the newest updates."""
    from statusgen.feeds import items, json_feed, syndication  # noqa: PLC0415  feedgen is heavy

    settings = archive.settings
    told_last = nlargest(items.FEED_LENGTH, archive.outlines, key=lambda one: (one.last_at, one.id))
    told = ((update.at, one.id, update.stem) for one in told_last for update in one.told)
    ids = {incident_id for _, incident_id, _ in nlargest(items.FEED_LENGTH, told)}
    newest = items.newest_items(archive.incidents(sorted(ids)), settings, prose)
    return [
        artifact_from_bytes("feed.xml", syndication.rss(newest, settings)),
        artifact_from_bytes("atom.xml", syndication.atom(newest, settings)),
        artifact_from_bytes("feed.json", json_feed.json_feed(newest, settings)),
    ]


class _Press:
    """Renders pages or takes them from the cache, and remembers what it rendered."""

    def __init__(self, archive: Archive, site: Site, cache: Cache, now: datetime) -> None:
        self._archive, self._site, self._cache, self._now = archive, site, cache, now
        self._plain_site = site.with_prose(BodyRenderer(archive.settings.page.url))
        self._stored = cache.all(PAGES)
        self._new: dict[str, bytes] = {}
        self._open = {one.id for one in archive.outlines if not one.is_settled(now)}
        self._lock = threading.Lock()

    def incidents(self) -> list[Artifact]:
        return [
            self._artifact(
                f"incidents/{one.id}.html",
                one.id,
                [one],
                partial(self._current if one.id in self._open else self._settled, one.id),
            )
            for one in self._archive.outlines
        ]

    def history(self, all_months: Sequence[Month]) -> list[Artifact]:
        around: list[Month | None] = [None, *all_months, None]
        artifacts = [
            self._artifact(
                f"history/{month.key}.html",
                f"history/{month.key}",
                month.outlines,
                partial(self._site.month, month, earlier, later, self._now),
                extra=(later.key if later else "", earlier.key if earlier else ""),
            )
            for later, month, earlier in zip(around, all_months, around[2:], strict=False)
        ]
        index = self._site.history(all_months, self._now)
        return [*artifacts, artifact_from_bytes("history/index.html", index)]

    def remember(self) -> None:
        self._cache.put(PAGES, self._new.items())

    def _current(self, incident_id: str) -> bytes:
        return self._site.incident(self._archive.incident(incident_id), self._now)

    def _settled(self, incident_id: str) -> bytes:
        """One of thousands: nothing of it is kept."""
        return self._plain_site.incident(self._archive.read_incident(incident_id), self._now)

    def _artifact(
        self,
        key: str,
        name: str,
        outlines: Iterable[Outline],
        render: "partial[bytes]",
        extra: tuple[str, ...] = (),
    ) -> Artifact:
        ids = [one.id for one in outlines]
        if not self._open.isdisjoint(ids):
            return artifact_from_bytes(key, render())
        digests = [self._archive.digests[one] for one in ids]
        page_key = _page_key(self._site.fingerprint, [*digests, *extra])
        stored = self._stored.get(name)
        if stored is None or not stored.startswith(page_key):
            body = render()
            stored = self._new[name] = _stored_page(page_key, body)
            self._archive.bodies.put(name, body)
        digest, size = _read_stored(stored)
        headers = headers_for(key)
        return Artifact(
            key,
            digest,
            size,
            headers.content_type,
            headers.cache_control,
            partial(self._load, name, digest, render),
        )

    def _load(self, name: str, digest: str, render: "partial[bytes]") -> bytes:
        """Uploads ask from several threads, and renderers serve one at a time."""
        body = self._archive.bodies.get(name)
        if body is None:
            with self._lock:
                body = render()
        if hashlib.sha256(body).hexdigest() != digest:
            self._cache.remove(PAGES, [name])
            self._cache.save()
            raise Unavailable(
                f"the cache held an outdated page ({name}), which is forgotten now; "
                "run the command again"
            )
        return body


def _page_key(fingerprint: str, digests: Iterable[str]) -> bytes:
    text = "\n".join([fingerprint, *digests])
    return hashlib.sha256(text.encode()).digest()[:_KEY_BYTES]


def _stored_page(key: bytes, body: bytes) -> bytes:
    return key + hashlib.sha256(body).digest() + len(body).to_bytes(8, "big")


def _read_stored(stored: bytes) -> tuple[str, int]:
    digest = stored[_KEY_BYTES : _KEY_BYTES + _DIGEST_BYTES]
    return digest.hex(), int.from_bytes(stored[_KEY_BYTES + _DIGEST_BYTES :], "big")
