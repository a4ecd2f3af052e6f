"""Folders that a site may be written to: none of the repository's own, and no two in each other.

What is kept or built is not written through a link of the repository: whoever proposes a change
may have put it there. Who wants it to be elsewhere names the place itself. A target's folder may
be a link.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from statusgen.values.notation import BadValue, shown
from statusgen.words.template_files import FOLDER as TEMPLATES_FOLDER

CONTENT_FOLDER = "incidents"
STATE_FOLDER = ".statusgen"
CACHE_FOLDER = "cache"
"""In that."""
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


def refuse_link(text: str, base: Path, root: Path) -> None:
    """Raises `BadValue` where a part of the way from `base` is a link of the repository in `root`.

    What stands above the repository is the machine's, and may be a link.
    """
    link = _link_on_the_way(base / text, root)
    if link is not None:
        raise BadValue(
            f"{shown(text)} is reached by a symbolic link of the repository, {shown(link)}",
            "name the place itself, or remove the link",
        )


def links_of_state(root: Path) -> Iterator[str]:
    """Yield what is a link where ledger, locks and caches are kept."""
    if (root / STATE_FOLDER).is_symlink():
        yield STATE_FOLDER
        return
    for name in (STATE_FOLDER, f"{STATE_FOLDER}/{CACHE_FOLDER}"):
        with suppress(OSError), os.scandir(root / name) as entries:
            yield from sorted(f"{name}/{one.name}" for one in entries if one.is_symlink())


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


def _link_on_the_way(path: Path, root: Path) -> str | None:
    for one in reversed((path, *path.parents)):
        if one.is_symlink():
            where = one.parent.resolve()
            if where.is_relative_to(root):
                return (where.relative_to(root) / one.name).as_posix()
    return None
