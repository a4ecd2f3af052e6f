"""Our bookkeeping: what we put on a target, by whom, and what is being put there right now.

It decides what need not be sent again and, alone, what may be removed. It is the fence as well:
whoever replaces the manifest they read by one with their intent may write, and nobody else.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from statusgen.page.artifacts import BOOKKEEPING, Artifact
from statusgen.values.notation import printable
from statusgen.values.value import Value

MANIFEST_KEY = f"{BOOKKEEPING}manifest.json"
PACKS = f"{BOOKKEEPING}releases/"


class Conditions(StrEnum):
    """What a target does with writes on a condition."""

    HONOURED = "honoured"
    IGNORED = "ignored"
    """Refused, or not noticed: two publishers are kept apart by looking only."""
    UNKNOWN = "unknown"
    """Nothing was ever published there."""


class Record(Value, frozen=True, array_like=True):
    """What we know of one object of ours; in JSON, an array of the fields."""

    fingerprint: str
    """Of body and headers; empty: ours, but its content is unknown (an upload was under way)."""
    size: int
    """Of the body in bytes; 0 when the content is unknown."""
    tag: str = ""
    """What the target calls this body, its ETag; empty where there is none or it is unknown."""
    sequence: int = 0
    """Of the release that put it there; 0: before releases were counted."""


UNKNOWN = Record("", 0)


class Publisher(Value, frozen=True):
    """Who publishes, and by which process."""

    user: str
    host: str
    process: str
    """Tells processes of one host apart, also those that had the same number."""

    def __str__(self) -> str:
        return f"{printable(self.user)} on {printable(self.host)}"


class Intent(Value, frozen=True):
    """An upload that was begun and not yet ended."""

    token: str
    """Tells our own intent from anybody else's."""
    by: Publisher
    at: datetime
    puts: int


class KeptRelease(Value, frozen=True):
    """A release that can be gone back to."""

    sequence: int
    id: str
    at: datetime
    by: Publisher
    objects: int


class Manifest(Value, frozen=True):
    """Every object on a target that is ours, by key, and how it came to be there."""

    records: Mapping[str, Record]
    sequence: int = 0
    """Of the last release that was put there whole or given up half way; it only ever grows."""
    token: str = ""
    """Of whoever wrote this."""
    intent: Intent | None = None
    conditions: Conditions = Conditions.UNKNOWN
    kept: tuple[KeptRelease, ...] = ()
    """Newest first; the first is the one that is served, unless there is an intent."""
    packs: Mapping[int, int] = {}
    """Releases whose bodies are kept, each with the release that replaced the last of them, or 0
    while some are still served."""
    shown: Mapping[str, str] | None = None
    """What readers can see of each incident, by id; see `content.shown`. While an upload is under
    way: what they may. None: an earlier version wrote this, and only the packs can tell."""
    let_go: Mapping[str, datetime] = {}
    """Updates that were taken off the page on purpose, and when; another target may show them
    still."""
    page: str = ""
    """The URL of the page that is served from here; empty: not known, as before format 3."""


class Observed(Value, frozen=True):
    """What a look at a target's manifest found."""

    manifest: Manifest | None
    """None: nothing of ours is there, or nothing that can be read."""
    version: str = ""
    """Of the manifest; it can be replaced only by who knows it. Empty: there is none."""
    age_s: float = 0.0
    """Since it was last written, by the target's own clock."""
    damage: str = ""
    """Why what is there can't be read; empty: it can, or nothing is there."""


def is_another_page(manifest: Manifest, url: str) -> bool:
    """Whether the target serves another page than the one with this URL, as far as is known."""
    pages = {one.partition("://")[2].lower() for one in (manifest.page, url)}
    return len(pages - {""}) > 1


def pack_key(sequence: int) -> str:
    """Return where the bodies that a release put up are kept."""
    return f"{PACKS}{sequence:08d}.zip"


def pack_sequence(key: str) -> int:
    """Return the sequence in such a key; 0 for any other."""
    stem = key.removeprefix(PACKS).removesuffix(".zip")
    return int(stem) if key.startswith(PACKS) and stem.isdecimal() and stem.isascii() else 0


def record_of(artifact: Artifact, tag: str = "", sequence: int = 0) -> Record:
    """Return what the manifest says once the artifact is up."""
    return Record(artifact.fingerprint, artifact.size, tag, sequence)
