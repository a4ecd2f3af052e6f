"""The content folder as a listing: which files there are, without opening any.

Symbolic links, devices and names outside the grammar are problems; dotfiles and other endings
are left alone.
"""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from statusgen.errors import Problem
from statusgen.model.notation import BadValue, parse_id, parse_stem, printable

CONTENT_FOLDER = "incidents"
POSTMORTEM_STEM = "postmortem"
_ENDING = ".md"
_READ_SIZE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileStamp:
    """A file without its content; equal stamps stand for equal content, see `is_fresh`."""

    stem: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int

    @property
    def changed_ns(self) -> int:
        """When the content may last have changed."""
        return max(self.mtime_ns, self.ctime_ns)


@dataclass(frozen=True, slots=True)
class Folder:
    """One incident's folder and its Markdown files, sorted by name."""

    id: str
    files: tuple[FileStamp, ...]

    @property
    def stamp(self) -> str:
        """Equal for equal files; what a cache compares."""
        return ";".join(
            f"{f.stem}:{f.size}:{f.mtime_ns}:{f.ctime_ns}:{f.inode}" for f in self.files
        )

    @property
    def changed_ns(self) -> int:
        """When anything in it may last have changed."""
        return max(file.changed_ns for file in self.files)


def scan_content(root: Path) -> tuple[list[Folder], list[Problem]]:
    """All incident folders below `root`, sorted by id, and what is wrong with names and kinds."""
    content = root / CONTENT_FOLDER
    problems: list[Problem] = []
    try:
        if content.is_symlink():
            return [], [_link(CONTENT_FOLDER)]
        with os.scandir(content) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except FileNotFoundError:
        return [], []
    except OSError as error:
        return [], [_unreadable(CONTENT_FOLDER, error)]
    folders = []
    for entry in entries:
        folder = _scan_entry(entry, problems)
        if folder is not None and folder.files:
            folders.append(folder)
    return folders, problems


def read_file(root: Path, folder_id: str, stem: str) -> bytes:
    """The bytes of one file that a listing named; raises OSError, also for a link."""
    path = f"{root}/{CONTENT_FOLDER}/{folder_id}/{stem}{_ENDING}"
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path, flags)
    try:
        parts = []
        while part := os.read(descriptor, _READ_SIZE):
            parts.append(part)
        return b"".join(parts)
    finally:
        os.close(descriptor)


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
    if folder.files:
        try:
            parse_id(name, "folder name")
        except BadValue as bad:
            problems.append(Problem(shown_path(name), 0, bad.what, bad.remedy))
            return None
    return folder


def _scan_folder(entry: os.DirEntry[str], problems: list[Problem]) -> Folder:
    stamps = []
    try:
        with os.scandir(entry.path) as listing:
            for file in listing:
                if file.name.endswith(_ENDING) and not file.name.startswith("."):
                    stamp = _stamp(file, entry.name, problems)
                    if stamp:
                        stamps.append(stamp)
    except OSError as error:
        problems.append(_unreadable(shown_path(entry.name), error))
    stamps.sort(key=lambda one: one.stem)
    return Folder(entry.name, tuple(stamps))


def _stamp(file: os.DirEntry[str], folder_id: str, problems: list[Problem]) -> FileStamp | None:
    stem = file.name[: -len(_ENDING)]
    info = file.stat(follow_symlinks=False)
    if stat.S_ISLNK(info.st_mode):
        problems.append(_link(shown_path(folder_id, stem)))
        return None
    if not stat.S_ISREG(info.st_mode):
        path = shown_path(folder_id, stem)
        problems.append(Problem(path, 0, "not a plain file", "replace it by a text file"))
        return None
    try:
        parse_stem(stem)
    except BadValue as bad:
        problems.append(Problem(shown_path(folder_id, stem), 0, bad.what, bad.remedy))
        return None
    return FileStamp(stem, info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino)


def _link(path: str) -> Problem:
    return Problem(path, 0, "a symbolic link", "replace it by the file or folder itself")


def _unreadable(path: str, error: OSError) -> Problem:
    return Problem(path, 0, f"can't be read ({error.strerror})", "make it readable")
