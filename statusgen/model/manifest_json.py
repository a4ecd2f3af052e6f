"""The manifest as it lies on a target: JSON, equal bytes for equal manifests."""

import re
from datetime import datetime
from typing import Annotated

import msgspec

from statusgen.model.manifest import Conditions, Intent, KeptRelease, Manifest, Record
from statusgen.model.release import FINGERPRINT_LENGTH, check_key

FORMAT = 3
"""Format 1 had objects only, format 2 did not say which updates are shown; both are read still."""


class NewerFormatError(ValueError):
    """The manifest is sound, but of a later statusgen than this."""


_FINGERPRINT = re.compile(rf"(?:[0-9a-f]{{{FINGERPRINT_LENGTH}}})?")


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
        if record.size < 0 or not _FINGERPRINT.fullmatch(record.fingerprint):
            raise ValueError(f"the entry of {key!r} is damaged")
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
    )
