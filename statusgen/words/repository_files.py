"""Files of the status repository, read and written without following any link.

Whoever may propose a change to a repository may put a link into it that leads to the secrets of
the machine which publishes. So every name is opened one folder after the other, none of them a
link, and what is opened is looked at itself: nobody can put another file in its place meanwhile.
A file with a second name (a hard link) is refused too: git makes none, and nobody can tell where
its other name is.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from statusgen.values.notation import BadValue

_FLAGS = os.O_NOFOLLOW | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | _FLAGS
_FILE = os.O_RDONLY | os.O_NONBLOCK | _FLAGS  # of a pipe nobody writes to it is not waited for
_MB = 1_000_000


class NotOurs(BadValue):
    """What stands at a name is not a plain file of the repository."""


LINK = ("a symbolic link", "replace it by the file or folder itself")
_NO_FILE = ("not a plain file", "replace it by a file")
_HARD_LINK = (
    "a file with a second name elsewhere (a hard link)",
    "make it a file of its own: copy it, and move the copy into its place",
)
_OUTSIDE = ("leads out of the repository", "put the file into the repository")


def read_file(root: Path, name: str, most: int) -> bytes:
    """The bytes of the file `name`, a path below `root` with slashes.

    Raises: `NotOurs` for a link, a device, a path that leads out or more than `most` bytes, which
    are not read; `OSError` where it is not there or can't be read.
    """
    *folders, last = _parts(name)
    with opened_folder(root, *folders) as folder:
        return read_from(folder, last, most)


@contextmanager
def opened_folder(root: Path, *names: str) -> Iterator[int]:
    """A descriptor of the folder below `root`, of which no part is a link; raises as above."""
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for name in names:
            inner = _opened(name, _FOLDER, descriptor)
            os.close(descriptor)
            descriptor = inner
        yield descriptor
    finally:
        os.close(descriptor)


def open_file(root: Path, name: str) -> BinaryIO:
    """The same file of any size, opened to be read in pieces; raises as `read_file` does."""
    *folders, last = _parts(name)
    with opened_folder(root, *folders) as folder:
        return os.fdopen(_open_plain(folder, last)[0], "rb")


def read_from(folder: int, name: str, most: int) -> bytes:
    """The bytes of a file in an opened folder; raises as `read_file` does."""
    descriptor, size = _open_plain(folder, name)
    try:
        if size > most:
            raise _too_large(size, most)
        body = os.read(descriptor, size + 1)
        while len(body) != size:  # cut short, or it grows while it is read
            more = os.read(descriptor, most + 1 - len(body))
            if not more:
                break
            body += more
            if len(body) > most:
                raise _too_large(len(body), most)
        return body
    finally:
        os.close(descriptor)


def odd_kind(facts: os.stat_result) -> NotOurs | None:
    """What is wrong with a link or a device, by what is known of it without opening it."""
    if not stat.S_ISREG(facts.st_mode):
        return NotOurs(*(LINK if stat.S_ISLNK(facts.st_mode) else _NO_FILE))
    return NotOurs(*_HARD_LINK) if facts.st_nlink > 1 else None


def write_new_file(root: Path, name: str, body: bytes) -> None:
    """A file that must not be there yet, whole or not at all; folders on its way are made.

    Raises: `NotOurs` where a part of the way is a link, `FileExistsError`, any other `OSError`
    such as a full disk; then nothing is left behind.
    """
    *folders, last = _parts(name)
    made: list[tuple[int, str]] = []
    with _all_open(root) as way:
        try:
            for folder in folders:
                with suppress(FileExistsError):
                    os.mkdir(folder, dir_fd=way[-1])
                    made.append((way[-1], folder))
                way.append(_opened(folder, _FOLDER, way[-1]))
            _write_aside(way[-1], last, body)
        except BaseException:
            for parent, folder in reversed(made):
                with suppress(OSError):
                    os.rmdir(folder, dir_fd=parent)
            raise


def replace_file(root: Path, name: str, body: bytes) -> None:
    """Other bytes for a file that is there, which keeps its rights; the whole of them or none.

    Raises: `NotOurs` for a link or a device, `OSError`; then the file is as it was.
    """
    *folders, last = _parts(name)
    with opened_folder(root, *folders) as folder:
        descriptor, _ = _open_plain(folder, last)
        rights = stat.S_IMODE(os.fstat(descriptor).st_mode)
        os.close(descriptor)
        aside = f".{last}.new"
        try:
            _write(folder, aside, body, rights)
            os.rename(aside, last, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with suppress(OSError):
                os.unlink(aside, dir_fd=folder)
            raise


def _parts(name: str) -> list[str]:
    parts = [one for one in name.split("/") if one not in ("", ".")]
    if name.startswith("/") or ".." in parts or "\0" in name:
        raise NotOurs(*_OUTSIDE)
    if not parts:
        raise NotOurs(*_NO_FILE)
    return parts


def _open_plain(folder: int, name: str) -> tuple[int, int]:
    """A descriptor of a plain file, and the size of that."""
    descriptor = _opened(name, _FILE, folder)
    facts = os.fstat(descriptor)
    odd = odd_kind(facts)
    if odd:
        os.close(descriptor)
        raise odd
    return descriptor, facts.st_size


@contextmanager
def _all_open(root: Path) -> Iterator[list[int]]:
    way = [os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)]
    try:
        yield way
    finally:
        for descriptor in way:
            os.close(descriptor)


def _opened(name: str, flags: int, folder: int) -> int:
    try:
        return os.open(name, flags, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EMLINK, errno.ENOTDIR, errno.ENXIO):
            _explain(name, folder)
        raise


def _explain(name: str, folder: int) -> None:
    """Raises `NotOurs` if what could not be opened is a link or the like."""
    with suppress(OSError):
        facts = os.stat(name, dir_fd=folder, follow_symlinks=False)
        odd = None if stat.S_ISDIR(facts.st_mode) else odd_kind(facts)
        if odd:
            raise odd


def _write_aside(folder: int, name: str, body: bytes) -> None:
    aside = f".{name}.new"
    try:
        _write(folder, aside, body, 0o666)
        try:
            os.link(aside, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            if _is_there(folder, name):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), name) from None
            os.rename(aside, name, src_dir_fd=folder, dst_dir_fd=folder)
    finally:
        with suppress(OSError):
            os.unlink(aside, dir_fd=folder)


def _write(folder: int, name: str, body: bytes, mode: int) -> None:
    """Write a file that must be new; what a killed run has left is removed first."""
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS
    descriptor = os.open(name, flags, mode, dir_fd=folder)
    try:
        rest = memoryview(body)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_there(folder: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _too_large(size: int, most: int) -> NotOurs:
    return NotOurs(f"has {_told(size)}", f"make it smaller: at most {_told(most)} are read")


def _told(size: int) -> str:
    return f"{size / _MB:,.1f} MB" if size >= _MB else f"{size // 1000} kB"
