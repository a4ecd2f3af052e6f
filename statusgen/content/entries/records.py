"""Checked entries as bytes and back, for caches and for packs; what can't be read is None."""

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from statusgen.content.entries.folder import IncidentSource
from statusgen.content.outline import Outline
from statusgen.errors import Problem

Value = TypeVar("Value")


class FolderRecord(msgspec.Struct, frozen=True, array_like=True):
    """What a cache keeps of a folder that had no error."""

    stamp: str
    read_ns: int
    """When it was read, by the clock that stamps files."""
    digest: str
    """Of all its texts."""
    outline: Outline | None
    """None when every update is a draft."""
    latest: float
    """See `IncidentSource.latest_instant`; as a POSIX time stamp."""
    warnings: tuple[Problem, ...]


_ENCODER = msgspec.msgpack.Encoder()
_RECORD = msgspec.msgpack.Decoder(FolderRecord)
_SOURCE = msgspec.msgpack.Decoder(IncidentSource)
_SOURCES = msgspec.msgpack.Decoder(tuple[IncidentSource, ...])


def encode(value: FolderRecord | IncidentSource) -> bytes:
    """The bytes of a value."""
    return _ENCODER.encode(value)


def decode_record(raw: bytes) -> FolderRecord | None:
    """The record in `raw`, or None for anything else."""
    return _decode(_RECORD, raw)


def decode_source(raw: bytes) -> IncidentSource | None:
    """The source in `raw`, or None for anything else."""
    return _decode(_SOURCE, raw)


def encode_sources(sources: Iterable[IncidentSource]) -> bytes:
    """The bytes of many sources."""
    return _ENCODER.encode(tuple(sources))


def decode_sources(raw: bytes) -> dict[str, IncidentSource]:
    """The sources in `raw` by id; none for anything else."""
    return {one.id: one for one in _decode(_SOURCES, raw) or ()}


def _decode(decoder: "msgspec.msgpack.Decoder[Value]", raw: bytes) -> Value | None:
    try:
        return decoder.decode(raw)
    except (msgspec.MsgspecError, ValueError):
        return None
