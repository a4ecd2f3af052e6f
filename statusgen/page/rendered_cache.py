"""Artifacts that are rendered once: what the cache knows is not rendered again.

The cache holds digests and sizes only; a body is made again when a target asks for it.
"""

import hashlib
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache, partial

from statusgen.content.archive import Archive
from statusgen.content.cache import Cache
from statusgen.content.listing import PAGES
from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.errors import Unavailable
from statusgen.page.artifacts import Artifact, artifact_from_bytes, make_artifact, page_of
from statusgen.page.page import Month
from statusgen.page.site.pages import Site

Render = Callable[[], bytes]

_KEY_BYTES = 16
_DIGEST_BYTES = 32


def page_key(fingerprint: str, digests: Iterable[str]) -> bytes:
    """What a body was made of: the site's `fingerprint` and the `digests` of its content."""
    text = "\n".join([fingerprint, *digests])
    return hashlib.sha256(text.encode()).digest()[:_KEY_BYTES]


def stored_page(key: bytes, body: bytes) -> bytes:
    """What the cache keeps of a body made of what `key` says."""
    return key + hashlib.sha256(body).digest() + len(body).to_bytes(8, "big")


class Press:
    """Renders artifacts or knows them from the cache, and remembers what it rendered."""

    def __init__(self, archive: Archive, site: Site, store: Cache, now: datetime) -> None:
        self._archive, self._site, self._cache, self._now = archive, site, store, now
        self._plain_site = site.with_prose(
            BodyRenderer(archive.settings.page.url, keeps_lines=archive.settings.page.keeps_lines)
        )
        self._stored = store.all(PAGES)
        self._new: dict[str, bytes] = {}
        self._open = {one.id for one in archive.outlines if not one.is_settled(now)}
        self._lock = threading.Lock()

    def incidents(self) -> list[Artifact]:
        """The page of every incident."""
        return [self._incident(one.id) for one in self._archive.outlines]

    def history(self, all_months: Sequence[Month]) -> list[Artifact]:
        """The page of every month, newest first, and the index of them."""
        around: list[Month | None] = [None, *all_months, None]
        artifacts = [
            self._month(month, earlier, later)
            for later, month, earlier in zip(around, all_months, around[2:], strict=False)
        ]
        index = self._site.history(all_months)
        return [*artifacts, artifact_from_bytes("history/index.html", index)]

    def group(
        self,
        keys: Iterable[str],
        ids: Iterable[str],
        render: Callable[[], Mapping[str, bytes]],
        *facts: str,
    ) -> list[Artifact]:
        """The artifacts at `keys`, which `render` makes together.

        It makes them of these incidents and `facts` alone.
        """
        digests = [self._archive.digests[one] for one in ids]
        made = page_key(self._site.fingerprint, [*digests, *facts])
        together = cache(render)
        return [self._kept(key, key, made, partial(_one_of, together, key)) for key in keys]

    def remember(self) -> None:
        """Put what was rendered into the cache."""
        self._cache.put(PAGES, self._new.items())

    def _current(self, incident_id: str) -> bytes:
        return self._site.incident(self._archive.incident(incident_id), self._now)

    def _settled(self, incident_id: str) -> bytes:
        """One of thousands: nothing of it is kept."""
        return self._plain_site.incident(self._archive.read_incident(incident_id), self._now)

    def _incident(self, incident_id: str) -> Artifact:
        """A page that changes with the clock while its incident is open."""
        key = page_of(incident_id)
        if incident_id in self._open:
            return artifact_from_bytes(key, self._current(incident_id))
        made = page_key(self._site.fingerprint, [self._archive.digests[incident_id]])
        return self._kept(key, incident_id, made, partial(self._settled, incident_id))

    def _month(self, month: Month, earlier: Month | None, later: Month | None) -> Artifact:
        """A page that changes with each day of its month, and with what windows bring."""
        now = self._now
        today = now.astimezone(self._archive.settings.page.zone).date()
        made_of = [
            *(self._archive.digests[one.id] for one in month.outlines),
            *(one.phase_at(now) for one in month.outlines if one.is_maintenance),
            min(today, month.last_day).isoformat(),
            *(one.key if one else "" for one in (earlier, later)),
        ]
        made = page_key(self._site.fingerprint, made_of)
        render = partial(self._site.month, month, earlier, later, now)
        return self._kept(f"history/{month.key}.html", f"history/{month.key}", made, render)

    def _kept(self, key: str, name: str, made: bytes, render: Render) -> Artifact:
        stored = self._stored.get(name)
        if stored is None or not stored.startswith(made):
            body = render()
            stored = self._new[name] = stored_page(made, body)
            self._archive.bodies.put(name, body)
        digest, size = _read_stored(stored)
        return make_artifact(key, digest, size, partial(self._load, name, digest, render))

    def _load(self, name: str, digest: str, render: Render) -> bytes:
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


def _one_of(render: Callable[[], Mapping[str, bytes]], key: str) -> bytes:
    return render()[key]


def _read_stored(stored: bytes) -> tuple[str, int]:
    digest = stored[_KEY_BYTES : _KEY_BYTES + _DIGEST_BYTES]
    return digest.hex(), int.from_bytes(stored[_KEY_BYTES + _DIGEST_BYTES :], "big")
