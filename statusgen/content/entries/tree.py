"""The content folder as a listing: which files there are, without opening any.

Symbolic links, devices and names outside the grammar are problems; dotfiles and other endings
are left alone.
"""

import os
import re
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import NamedTuple

from statusgen.config.places import CONTENT_FOLDER
from statusgen.errors import Problem
from statusgen.values.notation import BadValue, parse_id, parse_stem, printable
from statusgen.words.repository_files import LINK, odd_kind, opened_folder, read_from

POSTMORTEM_STEM = "postmortem"
_ENDING = ".md"
FILE_LIMIT = 1_000_000
"""Bytes; more than front matter and body may have together."""
_LEFTOVER = re.compile(
    r"[._](?:LOCAL|REMOTE|BASE|BACKUP)[._][0-9]+$"  # git mergetool
    r"|\.(?:orig|rej|bak)$|~$"  # patch, merge tools and editors
    r"|\.sync-conflict|conflicted copy|_conflict-[0-9]"  # Syncthing, Dropbox, ownCloud
    r"|[ (](?:copy|Copy|Kopie)(?:\)| ?[0-9)]+\)?)?$|\([0-9]+\)$"  # file managers, browsers
)
"""What is added to the name of a file by programs that keep another version of it beside it."""


class Folder(NamedTuple):
    """One incident's folder as far as a listing tells it."""

    id: str
    stems: tuple[str, ...]
    """Of its Markdown files, sorted."""
    stamp: str
    """Equal for equal files, without a look into them; what a cache compares."""
    changed_ns: int
    """When anything in it may last have changed."""


def scan_content(
    root: Path, first: str = "", end: str | None = None
) -> tuple[list[Folder], list[Problem]]:
    """All incident folders below `root`, sorted by id, and what is wrong with names and kinds.

    With `first` and `end` only the names from the one on and before the other.
    """
    content = root / CONTENT_FOLDER
    problems: list[Problem] = []
    try:
        if content.is_symlink():
            return [], [_link(CONTENT_FOLDER)]
        with os.scandir(content) as listing:
            among = (one for one in listing if first <= one.name and (not end or one.name < end))
            entries = sorted(among, key=lambda entry: entry.name)
    except FileNotFoundError:
        return [], []
    except OSError as error:
        return [], [_unreadable(CONTENT_FOLDER, error)]
    folders = []
    for entry in entries:
        folder = _scan_entry(entry, problems)
        if folder is not None and folder.stems:
            folders.append(folder)
    return folders, problems


def opened(root: Path, folder_id: str) -> AbstractContextManager[int]:
    """A descriptor of an incident's folder, for `read_file`."""
    return opened_folder(root, CONTENT_FOLDER, folder_id)


def read_file(folder: int, stem: str) -> bytes:
    """The bytes of one file that a listing named; raises `NotOurs` or `OSError`."""
    return read_from(folder, f"{stem}{_ENDING}", FILE_LIMIT)


def shown_path(folder_id: str, stem: str = "") -> str:
    """The path of a folder or an update's file as problems name it."""
    return printable(f"{CONTENT_FOLDER}/{folder_id}" + (f"/{stem}{_ENDING}" if stem else ""))


def _scan_entry(entry: os.DirEntry[str], problems: list[Problem]) -> Folder | None:
    name = entry.name
    if name.startswith("."):
        return None
    if entry.is_symlink():
        problems.append(_link(shown_path(name)))
        return None
    if not entry.is_dir(follow_symlinks=False):
        if name.endswith(_ENDING):
            problems.append(
                Problem(
                    shown_path(name),
                    0,
                    "an update outside an incident's folder",
                    f"move it into a folder of its own below {CONTENT_FOLDER}/",
                )
            )
        return None
    folder = _scan_folder(entry, problems)
    if folder.stems:
        try:
            parse_id(name, "folder name")
        except BadValue as bad:
            problems.append(Problem(shown_path(name), 0, bad.what, bad.remedy))
            return None
    return folder


def _scan_folder(entry: os.DirEntry[str], problems: list[Problem]) -> Folder:
    """One listing. Runs for tens of thousands of files at every start, so it makes few objects."""
    stamps: dict[str, str] = {}
    changed_ns = 0
    try:
        with os.scandir(entry.path) as listing:
            for file in listing:
                name = file.name
                if not name.endswith(_ENDING) or name[0] == ".":
                    continue
                info = file.stat(follow_symlinks=False)
                stem = name[: -len(_ENDING)]
                if problem := _problem_of(entry.name, stem, info):
                    problems.append(problem)
                    continue
                modified, changed = info.st_mtime_ns, info.st_ctime_ns
                stamps[stem] = f"{stem}:{info.st_size}:{modified}:{changed}:{info.st_ino}"
                changed_ns = max(changed_ns, modified, changed)
    except OSError as error:
        problems.append(_unreadable(shown_path(entry.name), error))
    stems = tuple(sorted(stamps))
    return Folder(entry.name, stems, ";".join([stamps[one] for one in stems]), changed_ns)


def _problem_of(folder_id: str, stem: str, facts: os.stat_result) -> Problem | None:
    bad = odd_kind(facts) or _bad_stem(stem)
    return Problem(shown_path(folder_id, stem), 0, bad.what, bad.remedy) if bad else None


@cache
def _bad_stem(stem: str) -> BadValue | None:
    """What is wrong with the name; the same few names are in every folder."""
    if _LEFTOVER.search(stem):
        return BadValue(
            "git, an editor or a synchroniser left this copy behind",
            "take over what you want from it into the update itself, and delete it",
        )
    try:
        parse_stem(stem)
    except BadValue as bad:
        return bad
    return None


def _link(path: str) -> Problem:
    return Problem(path, 0, *LINK)


def _unreadable(path: str, error: OSError) -> Problem:
    return Problem(path, 0, f"can't be read ({error.strerror})", "make it readable")
