"""Folders that a site may be written to: none of the repository's own, and no two in each other."""

from pathlib import Path

from statusgen.entries.tree import CONTENT_FOLDER
from statusgen.model.notation import BadValue, shown

TEMPLATES_FOLDER = "site_templates"
STATE_FOLDER = ".statusgen"
_OF_TOOLS = {".git", ".hg", ".jj", ".svn", ".bzr"}
_OF_CI = {".github", ".gitlab"}


def parse_place(text: str, base: Path, root: Path) -> Path:
    """The folder that `text` names from `base`; raises `BadValue` for the repository in `root`."""
    path = (base / text).resolve()
    own = [root / name for name in (CONTENT_FOLDER, TEMPLATES_FOLDER, STATE_FOLDER)]
    if any(path.is_relative_to(folder) for folder in own):
        raise BadValue(f"{shown(text)} is a folder of the repository itself", "name another folder")
    if is_of_tools(path, root):
        raise BadValue(f"{shown(text)} is a folder of git or the like", "name another folder")
    if root.is_relative_to(path):
        raise BadValue(f"{shown(text)} contains the repository", "name another folder")
    return path


def is_of_tools(path: Path, root: Path) -> bool:
    """Whether it is, or lies in, a folder of git, of its like or of CI: what is there may be run.

    Of a place in the repository only what is below `root` counts; CI's folders count only there.
    """
    inside = path.relative_to(root) if path.is_relative_to(root) else path
    own = _OF_CI if inside is not path else set()
    return not (_OF_TOOLS | own).isdisjoint(map(str.lower, inside.parts))


def overlap(one: Path, other: Path) -> bool:
    """Whether the folders are the same, or one lies in the other."""
    return one.is_relative_to(other) or other.is_relative_to(one)
