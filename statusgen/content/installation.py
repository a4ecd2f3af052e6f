"""Where this statusgen was installed from, as its installer has recorded it (PEP 610)."""

import json
from importlib.metadata import Distribution, PackageNotFoundError
from typing import Any

from statusgen.values.notation import find_control_character

_NAME = "statusgen"


def installed_from() -> str | None:
    """What another machine gives pip to install the same; None where it can't get at it."""
    try:
        found = Distribution.from_name(_NAME)
    except PackageNotFoundError:  # run from a folder of sources
        return None
    return requirement(found.version, found.read_text("direct_url.json"))


def requirement(version: str, direct_url: str | None) -> str | None:
    """The same of a record; without one it came from an index, by name."""
    if direct_url is None:
        return f"{_NAME}=={version}"
    try:
        told: dict[str, Any] = json.loads(direct_url)
        url, control = str(told["url"]), told.get("vcs_info")
        source = f"{control['vcs']}+{url}@{control['commit_id']}" if control else url
    except (ValueError, KeyError, TypeError):
        return None
    is_public = url.startswith(("https://", "ssh://")) and "@" not in url.removeprefix("ssh://git@")
    is_plain = find_control_character(source) is None and not set(source) & set("\"'`$\\ ")
    return f"{_NAME} @ {source}" if is_public and is_plain else None
