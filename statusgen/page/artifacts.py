"""What one publish puts up: artifacts with their headers, and the order in which they go.

Knows nothing of targets. Keys are paths in a bucket: always `/`, never absolute.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from statusgen.values.value import Value

BOOKKEEPING = "_statusgen/"
"""The corner of a target that holds our own records; no artifact may lie in it."""

FINGERPRINT_LENGTH = 32
ID_LENGTH = 12

FOR_A_MOMENT = "public, max-age=15, stale-while-revalidate=60, stale-if-error=86400"
FOR_EVER = "public, max-age=31536000, immutable"

_HASHED_ASSET = re.compile(r"assets/[^/]+\.[0-9a-f]{6,64}\.[a-z0-9]+")

_PLAIN_KEY = re.compile(r"(?:[A-Za-z0-9-][A-Za-z0-9._-]*/)*[A-Za-z0-9-][A-Za-z0-9._-]*")
"""What nearly every key looks like: nothing in it that `check_key` would refuse."""

_TYPES_BY_KEY = {
    "feed.xml": "application/rss+xml; charset=utf-8",
    "atom.xml": "application/atom+xml; charset=utf-8",
    "feed.json": "application/feed+json; charset=utf-8",
}
_ATOM, _RSS = _TYPES_BY_KEY["atom.xml"], _TYPES_BY_KEY["feed.xml"]
_TYPES_BY_ENDING = {
    "atom": _ATOM,
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "ico": "image/x-icon",
    "ics": "text/calendar; charset=utf-8",
    "jpg": "image/jpeg",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "png": "image/png",
    "rss": _RSS,
    "svg": "image/svg+xml; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "webmanifest": "application/manifest+json; charset=utf-8",
    "webp": "image/webp",
    "woff2": "font/woff2",
    "xml": "application/xml; charset=utf-8",
}


class UploadStage(IntEnum):
    """When a key goes up: a stage is finished before the next begins."""

    ASSETS = 1
    INCIDENTS = 2
    REST = 3
    INDEX = 4


class Headers(Value, frozen=True):
    """How a key is served."""

    content_type: str
    cache_control: str


_OF_A_PAGE = Headers(_TYPES_BY_ENDING["html"], FOR_A_MOMENT)


class Artifact(Value, frozen=True, eq=False):
    """One object of a release; its body is loaded only when it has to be sent."""

    key: str
    digest: str
    """sha256 of the body, in hex."""
    size: int
    content_type: str
    cache_control: str
    fingerprint: str
    """One value for body and headers: equal fingerprints need no upload."""
    load: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Release:
    """All artifacts of one publish; keys are unique and lie within the target."""

    artifacts: tuple[Artifact, ...]
    sources: Callable[[Iterable[str]], bytes] = lambda _keys: b""
    """Returns what the artifacts with these keys were made of, to be kept beside their bodies."""
    shown: Callable[[], Mapping[str, str] | None] = dict
    """Returns what readers will see of each incident; see `Manifest.shown`."""

    def __post_init__(self) -> None:
        check_keys(artifact.key for artifact in self.artifacts)


def release_id(release: Release) -> str:
    """Return the name of a release, equal for equal content and headers."""
    told = "\n".join(sorted(f"{one.key} {one.fingerprint}" for one in release.artifacts))
    return hashlib.sha256(told.encode()).hexdigest()[:ID_LENGTH]


def artifact_from_bytes(key: str, body: bytes) -> Artifact:
    """Return the artifact for a body at hand, with the headers that its key calls for."""
    return make_artifact(key, hashlib.sha256(body).hexdigest(), len(body), lambda: body)


def make_artifact(key: str, digest: str, size: int, load: Callable[[], bytes]) -> Artifact:
    """Return the artifact whose body `load` returns, with the headers that its key calls for."""
    headers = headers_for(key)
    fingerprint = fingerprint_of(digest, headers)
    return Artifact(
        key, digest, size, headers.content_type, headers.cache_control, fingerprint, load
    )


def headers_for(key: str) -> Headers:
    """Return the headers of a key, which never depend on its body."""
    if key.endswith(".html"):  # nearly every key
        return _OF_A_PAGE
    is_hashed = key.startswith("assets/") and _HASHED_ASSET.fullmatch(key)
    cache_control = FOR_EVER if is_hashed else FOR_A_MOMENT
    return Headers(_content_type(key), cache_control)


def fingerprint_of(digest: str, headers: Headers) -> str:
    """Return what stands for a body (by its sha256) together with its headers."""
    text = f"{digest}\n{headers.content_type}\n{headers.cache_control}"
    return hashlib.sha256(text.encode()).hexdigest()[:FINGERPRINT_LENGTH]


def stage_of(key: str) -> UploadStage:
    """Return when the key goes up; the only place that decides it."""
    if key.startswith("assets/"):
        return UploadStage.ASSETS
    if key.startswith("incidents/"):
        return UploadStage.INCIDENTS
    return UploadStage.INDEX if key == "index.html" else UploadStage.REST


def page_of(incident_id: str) -> str:
    """Return the key of an incident's page."""
    return f"incidents/{incident_id}.html"


def incident_of(key: str) -> str:
    """Return the id of the incident whose page has this key; empty for any other key."""
    name = key.removeprefix("incidents/").removesuffix(".html")
    return name if key == page_of(name) else ""


def check_keys(keys: Iterable[str]) -> None:
    """Let pass keys that any folder and any bucket can hold together.

    Raises: ValueError for what `check_key` refuses, a key given twice, and `a` beside `a/b`.
    """
    seen: set[str] = set()
    folders: set[str] = set()
    for key in keys:
        check_key(key)
        if key in seen:
            raise ValueError(f"the key {key!r} is there twice")
        seen.add(key)
        folder = key.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    if both := seen & folders:
        raise ValueError(f"the key {min(both)!r} is also the folder of another key")


def check_key(key: str) -> None:
    """Let pass a key that lies within a target, whatever the target.

    Raises: ValueError for an empty or absolute key, an empty, `.` or `..` part, a backslash or
    control character, and our bookkeeping.
    """
    if _PLAIN_KEY.fullmatch(key):
        return
    if key.startswith(BOOKKEEPING) or key == BOOKKEEPING.rstrip("/"):
        raise ValueError(f"the key {key!r} lies in statusgen's own bookkeeping")
    if "\\" in key or not key.isprintable():
        raise ValueError(f"the key {key!r} holds a backslash or a control character")
    if any(part in ("", ".", "..") for part in key.split("/")):
        raise ValueError(f"the key {key!r} is empty, absolute, or has an empty, '.' or '..' part")


def _content_type(key: str) -> str:
    if key in _TYPES_BY_KEY:
        return _TYPES_BY_KEY[key]
    ending = key.rpartition(".")[2]
    if key.startswith("components/") and ending == "xml":
        return _ATOM if key.endswith(".atom.xml") else _RSS
    return _TYPES_BY_ENDING.get(ending, "application/octet-stream")
