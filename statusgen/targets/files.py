"""Files of a folder that others may change while we do: no link is followed."""

import errno
import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PATIENCE_S = 30.0
_PAUSE_S = 0.01


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep other processes waiting that come here too.

    Raises: OSError if one that is here does not go for long: it stands still.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        _lock(descriptor)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    end_s = time.monotonic() + _PATIENCE_S
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > end_s:
                raise OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT)) from error
            time.sleep(_PAUSE_S)


def is_plain_folder(path: Path) -> bool:
    """Whether it is there and neither a link nor a file."""
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def is_plain_file(path: Path) -> bool:
    """Whether it is there and neither a link nor a folder nor a device."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def write_new(path: str, body: bytes, *, is_durable: bool) -> None:
    """Write a file that must not exist yet, with the rights that the user's umask gives."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(path, flags, 0o666)
    try:
        rest = memoryview(body)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        if is_durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
