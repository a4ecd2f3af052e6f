"""The content folder listed, beside what the cache knows of it."""

from functools import partial

from statusgen.config.settings import Settings
from statusgen.content.cache import Cache
from statusgen.content.entries.records import FolderRecord, decode_record
from statusgen.content.entries.tree import Folder, scan_content
from statusgen.content.workforce import alongside
from statusgen.errors import Problem

RECORDS, SOURCES, PAGES, PROSE, MAKER = "records", "sources", "pages", "prose", "maker"
"""The shelves of the cache; the last holds what the pages were made by."""

RACY_NS = 50_000_000
"""A file touched this shortly before it was read may change again under the same stamp."""

WORTH_A_SCOUT = 2_000
"""Folders from which on listing them is worth a second process."""
OWN_PART = 0.35
"""What this process lists itself: the lesser part, for it has more to do meanwhile."""


class Listing:
    """Begun when made: a large folder is listed by a second process until `result` is called."""

    def __init__(self, settings: Settings, cache: Cache) -> None:
        self._root, self._cache = settings.root, cache
        self._kept = cache.all(RECORDS)
        ids = sorted(self._kept)
        self._middle = ids[int(len(ids) * OWN_PART)] if len(ids) >= WORTH_A_SCOUT else None
        scan = partial(scan_content, self._root)
        self._others = alongside(scan, self._middle) if self._middle else None

    def result(self) -> tuple[list[Folder], list[Problem], dict[str, FolderRecord]]:
        """The folders, what is wrong with them, and the records of those that have not changed."""
        decoded = {name: decode_record(one) for name, one in self._kept.items()}
        folders, problems = scan_content(self._root, end=self._middle)
        if self._others:
            more_folders, more_problems = self._others()
            folders += more_folders
            problems += [one for one in more_problems if one not in problems]
        known = {}
        for folder in folders:
            record = decoded.pop(folder.id, None)
            if (
                record is not None
                and record.stamp == folder.stamp
                and folder.changed_ns < record.read_ns - RACY_NS
            ):
                known[folder.id] = record
        if decoded:
            for shelf in (RECORDS, SOURCES, PAGES):
                self._cache.remove(shelf, tuple(decoded))
        return folders, problems, known
