"""The mark on each object that we put, by which it is known as ours without the manifest."""

import re
from collections.abc import Collection, Iterable, Mapping

from statusgen.page.artifacts import BOOKKEEPING, FINGERPRINT_LENGTH
from statusgen.targets.manifest import Record
from statusgen.targets.s3.answers import Found
from statusgen.targets.s3.bucket import Bucket
from statusgen.targets.threads import in_threads

MARK = "statusgen"
"""The name of the metadata that says an object is ours; its value is the fingerprint."""
THREADS = 16

_BORDER = f"/{BOOKKEEPING}"
"""Where another page has its bookkeeping: all that lies beside it, or deeper, is that page's."""
_FINGERPRINT = re.compile(rf"[0-9a-f]{{{FINGERPRINT_LENGTH}}}")


def recover(bucket: Bucket, keys: Collection[str]) -> Mapping[str, Record]:
    """Return those of the keys that bear our mark, by a list of all that is there."""
    there = {one.key for one in bucket.list()}
    others = {before for before, border, _ in (one.partition(_BORDER) for one in there) if border}
    return _marked(bucket, there.intersection(keys), others)


def marked(bucket: Bucket, keys: Collection[str]) -> Collection[str]:
    """Return the same of a few keys, without a list of everything."""
    folders = {key[:at] for key in keys for at, letter in enumerate(key) if letter == "/"}
    others: list[str] = []

    def note(folder: str, first: Found | None) -> None:
        others.extend([folder] if first else [])

    def first_there(folder: str) -> Found | None:
        return next(bucket.list(f"{folder}{_BORDER}"), None)

    in_threads(first_there, sorted(folders), note, threads=THREADS)
    return _marked(bucket, keys, others).keys()


def _marked(bucket: Bucket, keys: Iterable[str], others: Iterable[str]) -> dict[str, Record]:
    """Return what the marks say, of objects that are not below one of the `others`."""
    borders = tuple(f"{folder}/" for folder in others)
    ours: dict[str, Record] = {}

    def note(key: str, found: Found | None) -> None:
        if found is not None and MARK in found.metadata:
            mark = found.metadata[MARK]
            is_sound = _FINGERPRINT.fullmatch(mark)
            ours[key] = Record(mark, found.size, found.tag) if is_sound else altered(found)

    on_our_side = sorted(key for key in keys if not key.startswith(borders))
    in_threads(bucket.head, on_our_side, note, threads=THREADS)
    return ours


def altered(found: Found) -> Record:
    """Return what we know of an object that is not as we put it: what to put over, no more."""
    return Record("", 0, found.tag)
