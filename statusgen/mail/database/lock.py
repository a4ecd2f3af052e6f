"""One run at a time over one ledger file, by a lock that dies with its process."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from statusgen.errors import DatabaseError, Refused


@contextmanager
def locked(
    path: Path, whoever: str = "is sending letters from this address book"
) -> Iterator[None]:
    """Hold the lock file `path`; `whoever` says what another does who holds it.

    Raises:
        Refused: another process holds it.
        DatabaseError: the file can't be made.

    """
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise DatabaseError(
            f"{path.name} can't be made beside the database ({error.strerror}); "
            "check the rights of the folder and the room on the disk"
        ) from error
    try:
        _lock(descriptor, whoever)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, whoever: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise Refused(f"another statusgen {whoever}; wait for it to end") from error
