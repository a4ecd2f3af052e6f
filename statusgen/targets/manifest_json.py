"""The manifest as it lies on a target: JSON, equal bytes for equal manifests."""

import re
from datetime import datetime
from typing import Annotated

import msgspec

from statusgen.page.artifacts import FINGERPRINT_LENGTH, check_key
from statusgen.targets.manifest import Conditions, Intent, KeptRelease, Manifest, Record
from statusgen.targets.stamp import is_stamp

FORMAT = 3
"""Format 1 had objects only, 2 neither the updates that are shown nor the page; both are read."""


class NewerFormatError(ValueError):
    """The manifest is sound, but of a later statusgen than this."""


_FINGERPRINT = re.compile(rf"(?:[0-9a-f]{{{FINGERPRINT_LENGTH}}})?")
_RELEASE = re.compile(r"[0-9a-f]*")
_INCIDENT = re.compile(r"[a-z0-9-]{1,80}")
_UPDATE = re.compile(rf"{_INCIDENT.pattern}(?:/[A-Za-z0-9._-]{{1,80}})?")


class _Document(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    format: int
    objects: dict[str, Record]
    sequence: int = 0
    token: str = ""
    conditions: Conditions = Conditions.UNKNOWN
    intent: Intent | None = None
    kept: tuple[KeptRelease, ...] = ()
    packs: dict[int, int] = {}
    shown: dict[str, str] | None = None
    let_go: dict[str, Annotated[datetime, msgspec.Meta(tz=True)]] = {}
    page: str = ""


class _Format(msgspec.Struct):
    format: Annotated[int, msgspec.Meta(ge=1)]


_FORMAT = msgspec.json.Decoder(_Format)
_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(_Document)


def format_manifest(manifest: Manifest) -> bytes:
    """Return the manifest as JSON; equal manifests give equal bytes."""
    document = _Document(
        FORMAT,
        dict(sorted(manifest.records.items())),
        manifest.sequence,
        manifest.token,
        manifest.conditions,
        manifest.intent,
        manifest.kept,
        dict(sorted(manifest.packs.items())),
        None if manifest.shown is None else dict(sorted(manifest.shown.items())),
        dict(sorted(manifest.let_go.items())),
        manifest.page,
    )
    return _ENCODER.encode(document) + b"\n"


def parse_manifest(data: bytes) -> Manifest:
    """Return the manifest in the bytes.

    Raises: NewerFormatError, and ValueError for anything else that `format_manifest` of this or
    an earlier version would not have written.
    """
    if _FORMAT.decode(data).format > FORMAT:
        raise NewerFormatError("it was written by a newer statusgen")
    document = _DECODER.decode(data)
    for key, record in document.objects.items():
        check_key(key)
        if min(record.size, record.sequence) < 0 or not _FINGERPRINT.fullmatch(record.fingerprint):
            raise ValueError(f"the entry of {key!r} is damaged")
    _check_names(document)
    _check_history(document)
    return Manifest(
        document.objects,
        document.sequence,
        document.token,
        document.intent,
        document.conditions,
        document.kept,
        document.packs,
        document.shown,
        document.let_go,
        document.page,
    )


def _check_names(document: _Document) -> None:
    """Let pass what incidents, updates and releases are called: people are shown these names."""
    incidents, releases = document.shown or {}, [one.id for one in document.kept]
    are_sound = all(map(_INCIDENT.fullmatch, incidents)) and all(map(_RELEASE.fullmatch, releases))
    if not are_sound or not all(map(_UPDATE.fullmatch, document.let_go)):
        raise ValueError("it names what nothing of a page is called")


def _check_history(document: _Document) -> None:
    """Let pass what could have come about: instants of our age, and numbers that only grow."""
    told = (*((document.intent,) if document.intent else ()), *document.kept)
    if not all(map(is_stamp, (*(one.at for one in told), *document.let_go.values()))):
        raise ValueError("it tells of a time that can't be")
    kept = [one.sequence for one in document.kept]
    if kept != sorted(set(kept), reverse=True) or any(one.objects < 0 for one in document.kept):
        raise ValueError("its releases are out of order")
    newest = document.sequence
    numbers = {newest, *kept, *document.packs, *(one for one in document.packs.values() if one)}
    if min(numbers) < 0 or max(numbers) > newest or 0 in document.packs:
        raise ValueError("it counts releases that never were")
