"""A small disk of its own under a folder, and what fills it. Needs the component `mounting`."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_BLOCK = 4096


@contextmanager
def small_disk(folder: Path, size: int, mode: int = 0o755) -> Iterator[Path]:
    """Mount a disk of so many bytes over the folder until the block ends."""
    options = f"size={size},mode={mode:o}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder: Path, room: int = 0) -> Path:
    """Leave so many bytes on the folder's disk; return the file to remove for more."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(_BLOCK))
        except OSError:
            pass
        file.truncate(max(0, file.tell() - room))
    return ballast
