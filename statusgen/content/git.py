"""The git program, as far as a new status repository needs it."""

import shutil
import subprocess
from pathlib import Path

_PATIENCE_S = 30


def can_begin(folder: Path) -> bool:
    """Whether git is installed, and the folder is not part of a repository already."""
    if shutil.which("git") is None:
        return False
    return not any((one / ".git").exists() for one in (folder, *folder.parents))


def begin(folder: Path) -> bool:
    """Make a git repository of the folder; False where git can't."""
    command = ["git", "init", "--quiet", str(folder)]
    try:
        done = subprocess.run(command, check=False, capture_output=True, timeout=_PATIENCE_S)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
