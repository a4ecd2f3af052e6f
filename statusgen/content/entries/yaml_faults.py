"""Why a line of front matter can't be read, for people who don't know that it is YAML."""

import re

from statusgen.values.notation import shown

_PAIR = re.compile(r"\s*(?:- +)?([^\s:#]+)\s*:(?:\s+(.*?))?\s*")
_COMMENT = re.compile(r"\s#")
_LISTS = {"[": "]", "{": "}"}
_QUOTES = ("'", '"')
_SPECIAL = frozenset("@`%*&!|>?,]}-")
"""What a value without quotes can't begin with."""
_LONGEST = 80
"""Characters of a value that a remedy repeats."""


def explain(line: str) -> tuple[str, str]:
    """What is wrong with `line`, at which the YAML parser gave up, and what to do."""
    if line.lstrip(" ").startswith("\t"):
        return "a tab stands in front of the key", "indent with spaces, or not at all"
    found = _PAIR.fullmatch(line)
    if found is None:
        return f"{shown(line.strip())} is not key: value", "write key: value, one a line"
    key, value = found[1], found[2] or ""
    what = _wrong_with(value)
    if what is None:
        return (
            f"'{key}' can't be read where it stands",
            "write each key on a line of its own, indented like those beside it",
        )
    ending = _LISTS.get(value[:1])
    if ending and _COMMENT.search(value):
        what = f"the list of '{key}' is cut off at a #, which begins a comment"
        return what, "put what holds the # between quotes"
    end_of_list = f"end the list with '{ending}', or " if ending else ""
    return f"the value of '{key}' {what}", f"{end_of_list}write {key}: {quoted(value)}"


def quoted(value: str) -> str:
    """`value` in quotes that keep it as it is; of a long one, how."""
    quote = value[:1]
    if quote in _QUOTES and not _is_quoted_in_part(value, quote):
        value = value.strip(quote)
    if len(value) > _LONGEST:
        return '"…" with the whole value between the quotes'
    if '"' not in value and "\\" not in value:
        return f'"{value}"'
    return "'" + value.replace("'", "''") + "'"


def _is_quoted_in_part(value: str, quote: str) -> bool:
    """Whether some of `value` is in quotes of its own, as in `"a" b` and `"a" and "b"`."""
    inside = value[1:-1].count(quote)
    return inside > 0 and (not value.endswith(quote) or inside % 2 == 0)


def _wrong_with(value: str) -> str | None:
    first = value[:1]
    if first == '"' and "\\" in value and value.endswith('"'):
        return "has a backslash between double quotes, where it means something else"
    if first in _QUOTES:
        return "goes on behind its closing quote, or has none"
    if first in _LISTS:
        return f"begins with '{first}' like a list, and does not end like one"
    if first in _SPECIAL:
        return f"begins with '{first}', so it needs quotes"
    if ": " in value or value.endswith(":"):
        return "contains a colon, so it needs quotes"
    return None
