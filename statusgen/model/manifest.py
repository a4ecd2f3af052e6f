"""Our bookkeeping: what we put on a target, key by key, and its stable JSON form.

It decides what need not be sent again and, alone, what may be removed.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from statusgen.model.release import BOOKKEEPING, FINGERPRINT_LENGTH, Artifact, check_key
from statusgen.model.value import Value

MANIFEST_KEY = f"{BOOKKEEPING}manifest.json"
FORMAT = 1

_FINGERPRINT = re.compile(rf"[0-9a-f]{{{FINGERPRINT_LENGTH}}}|")


class Record(Value, frozen=True):
    """What we know of one object of ours."""

    fingerprint: str
    """Of body and headers; empty: ours, but its content is unknown (an upload was under way)."""
    size: int
    """Of the body in bytes; 0 when the content is unknown."""


UNKNOWN = Record("", 0)


@dataclass(frozen=True, slots=True)
class Manifest:
    """Every object on a target that is ours, by key."""

    records: Mapping[str, Record]

    def __post_init__(self) -> None:
        for key in self.records:
            check_key(key)
        object.__setattr__(self, "records", MappingProxyType(dict(self.records)))


def record_of(artifact: Artifact) -> Record:
    """Return what the manifest says once the artifact is up."""
    return Record(artifact.fingerprint, artifact.size)


def format_manifest(manifest: Manifest) -> bytes:
    """Return the manifest as JSON; equal manifests give equal bytes."""
    objects = {
        key: [record.fingerprint, record.size] for key, record in sorted(manifest.records.items())
    }
    document = {"format": FORMAT, "objects": objects}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def parse_manifest(data: bytes) -> Manifest:
    """Return the manifest in the bytes.

    Raises: ValueError for anything that `format_manifest` would not have written.
    """
    document = json.loads(data.decode())
    if not isinstance(document, dict) or set(document) != {"format", "objects"}:
        raise ValueError("it has no 'format' and 'objects'")
    if document["format"] != FORMAT or not isinstance(document["objects"], dict):
        raise ValueError(f"its format is not {FORMAT}")
    return Manifest({key: _parse_record(key, raw) for key, raw in document["objects"].items()})


def _parse_record(key: str, raw: object) -> Record:
    match raw:
        case [str(fingerprint), int(size)] if _FINGERPRINT.fullmatch(fingerprint) and size >= 0:
            return Record(fingerprint, size)
        case _:
            raise ValueError(f"the entry of {key!r} is damaged")
