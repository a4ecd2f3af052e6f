"""The HTML of a body in tokens: tags that are markup, and text.

A tag is markup where it can do something: `<eta>` is no element of HTML, `<a new version>` has no
attributes, and `<template>` or `<table>` without an end is a word in a sentence. All of them are
text, as typed.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from html import unescape
from typing import NamedTuple

from statusgen.content.markdown.elements import (
    BARE_ATTRIBUTES,
    BLOCK_TAGS,
    ELEMENTS,
    HIDDEN,
    IN_ELEMENT,
    SHOWN,
    VOID,
)

_VALUE = r"""\s*=\s*("[^"]*"|'[^']*'|[^\s"'=<>`]+)"""
_ATTRIBUTE = re.compile(rf"""([^\s"'<>/=]+)(?:{_VALUE})?""")
_ATTRIBUTES = re.compile(
    rf"""(?:[\s/]|[^\s"'<>/=]+{_VALUE}|(?:{"|".join(BARE_ATTRIBUTES)})(?=[\s/]|$))*""",
    re.IGNORECASE,
)
_MARK = re.compile(r"<(?:(/?)([A-Za-z][^\s<>/]*)([^<>]*)>|!--)")
_COMMENT_END = "-->"
_ALONE = {"br", "hr", "p", "wbr"}
"""Elements that do something without attributes and without an end."""


class Token(NamedTuple):
    """A tag, or text where there is no `name`."""

    text: str
    """As written, with character references."""
    name: str = ""
    """Of an element of HTML, in lower case."""
    is_end: bool = False
    attributes: str = ""
    """Of a start tag, as written."""


def read_tokens(html: str) -> Iterator[Token]:
    """The text of `html` and the tags in it that a body may hold, in order.

    Left out are comments, scripts and styles with their content, and tags of all other elements.
    """
    tokens = tuple(split(html))
    pairs = _pairs(tokens)
    names = {tokens[place].name for place in pairs}
    shown_from = 0
    for place, token in enumerate(tokens):
        if place < shown_from:
            continue
        if token.name in HIDDEN and place in pairs:
            shown_from = pairs[place] + 1
        elif not token.name or place in pairs or _does_something(token, names):
            if not token.name or token.name in SHOWN:
                yield token
        else:
            yield Token(token.text)


def split(html: str) -> Iterator[Token]:
    """All text and every tag of an element of HTML, without comments."""
    done = 0
    last_comment_end = html.rfind(_COMMENT_END)
    for found in _MARK.finditer(html):
        start, end = found.span()
        if found[2]:
            token = Token(found[0], found[2].lower(), bool(found[1]), found[3])
            if start < done or not _is_tag(token):
                continue
        elif start < done or start > last_comment_end:
            continue
        else:
            token = Token("")
            end = html.find(_COMMENT_END, start + 2) + len(_COMMENT_END)
        if text := html[done:start]:
            yield Token(text)
        if token.name:
            yield token
        done = end
    if text := html[done:]:
        yield Token(text)


def attributes_of(token: Token) -> dict[str, str]:
    """The attributes of a start tag by name, the first where a name is there twice."""
    found: dict[str, str] = {}
    for name, value in _ATTRIBUTE.findall(token.attributes):
        is_quoted = value[:1] in {"'", '"'}
        found.setdefault(name.lower(), unescape(value[1:-1] if is_quoted else value))
    return found


def _is_tag(token: Token) -> bool:
    """Whether an element of HTML is called so, and what stands behind its name are attributes."""
    if token.name not in ELEMENTS:
        return False
    if not token.attributes:
        return True
    return not token.is_end and _ATTRIBUTES.fullmatch(token.attributes) is not None


def _pairs(tokens: Sequence[Token]) -> dict[int, int]:
    """The places of tags that have a partner, to the places of these.

    The end of a block ends all blocks in it, so that `- The <ul> element` stays one item.
    """
    begun: dict[str, list[int]] = defaultdict(list)
    pairs: dict[int, int] = {}
    for place, token in enumerate(tokens):
        if not token.name:
            continue
        if not token.is_end:
            begun[token.name].append(place)
        elif begun[token.name]:
            start = begun[token.name].pop()
            pairs |= {start: place, place: start}
            if token.name in BLOCK_TAGS:
                _forget(begun, start)
    return pairs


def _forget(begun: dict[str, list[int]], start: int) -> None:
    """Drop the blocks that began behind `start`."""
    for name in BLOCK_TAGS & begun.keys():
        while begun[name] and begun[name][-1] > start:
            begun[name].pop()


def _does_something(token: Token, names: set[str]) -> bool:
    """Whether a tag does so without a partner, where `names` are those of elements with an end."""
    if token.name in _ALONE or not names.isdisjoint(IN_ELEMENT.get(token.name, ())):
        return True
    has_attributes = bool(token.attributes.strip("/ \n"))
    return has_attributes and token.name in SHOWN | VOID
