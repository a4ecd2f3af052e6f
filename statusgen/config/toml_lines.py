"""Where each key of a TOML text stands, which the standard library's parser doesn't tell."""

import re

Place = tuple[str | int, ...]
"""A path into the parsed document: `("components", 0, "id")`."""

_TABLE = re.compile(r"\s*(\[\[|\[)\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"""\s*("[^"]*"|'[^']*'|[A-Za-z0-9_.-]+)\s*=""")


def find_lines(text: str) -> dict[Place, int]:
    """Place to 1-based line, for tables and for keys written one a line.

    A place inside an inline value is missing: ask for its key.
    """
    lines: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    table: Place = ()
    for number, line in enumerate(text.split("\n"), 1):
        if header := _TABLE.match(line):
            table = _names(header[2])
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            lines.setdefault((*table, *_names(key[1])), number)
    return lines


def line_of(lines: dict[Place, int], place: Place) -> int:
    """The line of `place` or of the nearest thing around it; 1 when nothing is known."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def _names(text: str) -> Place:
    return tuple(part.strip().strip("\"'") for part in text.split("."))
