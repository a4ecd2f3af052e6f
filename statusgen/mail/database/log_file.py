"""SQLite's write-ahead log, compared with what its index says of it.

Who is killed leaves both behind. SQLite takes a log that was cut or altered for a shorter one
and goes on without a word; the index tells how much was committed. It is written after the log
reached the disk, so it never knows of more. Formats: https://www.sqlite.org/walformat.html
"""

import sys
from array import array
from pathlib import Path
from struct import Struct

from statusgen.values.value import Value

_INDEX = Struct("=3I 2B H 4I 8s 2I")  # in the order of this machine; there are two copies of it
_LOG = Struct(">4I 8s 2I")
_FRAME = Struct(">2I 8s 2I")
_IS_BIG_ENDIAN = 1
_WORD = 0xFFFFFFFF


class _Committed(Value, frozen=True):
    """What the index says was committed: so many frames that bear these salts."""

    frames: int
    salts: bytes


def is_cut_short(database: Path) -> bool:
    """Whether the log of a database file holds less than was committed to it."""
    committed = _read_index(database)
    while committed is not None and committed.frames:
        if _holds(database, committed):
            return False
        again = _read_index(database)
        if again == committed:
            return True
        committed = again  # somebody is writing, and has begun the log anew
    return False


def _read_index(database: Path) -> _Committed | None:
    """Return what the index says; None when there is none that can be believed."""
    try:
        with database.with_name(database.name + "-shm").open("rb") as file:
            header, copy = file.read(_INDEX.size), file.read(_INDEX.size)
    except FileNotFoundError:
        return None
    if len(copy) < _INDEX.size or header != copy:
        return None
    *_, is_ready, _, _, frames, _, _, _, salts, first, second = _INDEX.unpack(header)
    expected = _checksum(header[:40], (0, 0), is_foreign=False)
    return _Committed(frames, salts) if is_ready and expected == (first, second) else None


def _holds(database: Path, committed: _Committed) -> bool:
    try:
        with database.with_name(database.name + "-wal").open("rb") as file:
            header = file.read(_LOG.size)
            if len(header) < _LOG.size:
                return False
            magic, _, page_size, _, salts, first, second = _LOG.unpack(header)
            is_foreign = bool(magic & _IS_BIG_ENDIAN) != (sys.byteorder == "big")
            sums = _checksum(header[:24], (0, 0), is_foreign=is_foreign)
            if (salts, *sums) != (committed.salts, first, second):
                return False
            for _ in range(committed.frames):
                frame, page = file.read(_FRAME.size), file.read(page_size)
                if len(page) < page_size:
                    return False
                _, _, salts, first, second = _FRAME.unpack(frame)
                sums = _checksum(frame[:8] + page, sums, is_foreign=is_foreign)
                if (salts, *sums) != (committed.salts, first, second):
                    return False
    except FileNotFoundError:
        return False
    return True


def _checksum(content: bytes, sums: tuple[int, int], *, is_foreign: bool) -> tuple[int, int]:
    words = array("I", content)
    if is_foreign:
        words.byteswap()
    first, second = sums
    pairs = iter(words)
    for word in pairs:
        first = (first + word + second) & _WORD
        second = (second + next(pairs) + first) & _WORD
    return first, second
