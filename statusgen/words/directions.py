"""From which side a text is read: what `dir="auto"` says, for programs that don't know it.

Outlook's Word engine and many feed readers take the direction of a block from its own `dir` only.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from unicodedata import bidirectional

LTR, RTL = "ltr", "rtl"
_STRONG = {"L": LTR, "R": RTL, "AL": RTL}
_SIDES = {LTR: "left", RTL: "right"}

_FROM_RIGHT = re.compile(
    "[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
"""Where every script that is written from right to left has its letters."""
_TAG = re.compile(r"(<[^>]*>)")
_NAME = re.compile(r"</?([a-z0-9]+)")
_ALIGNED = frozenset({"p", "h4", "th", "td"})
"""Of the blocks, those that HTML has ever had an attribute `align` for that moves their text."""
_BLOCKS = _ALIGNED | {"ul", "ol", "li", "blockquote", "pre", "table"}


def direction_of(text: str) -> str | None:
    """`ltr` or `rtl` by the first letter that has a direction (UAX #9, rule P2); None without."""
    return next(_directions(text), None)


def with_directions(html: str, base: str, *, aligned: bool = False) -> str:
    """Sanitised `html` with `dir` on each block that is not read in the direction around it.

    `base` is the direction around all of it. `aligned`: with `align` too, where HTML has it and
    no column of a table says otherwise.
    """
    if base == LTR and not _FROM_RIGHT.search(html):
        return html
    pieces = _TAG.split(html)
    for block in _blocks(pieces):
        around = block.outer.direction if block.outer else base
        block.direction = block.direction or around
        if (block.direction, around) != (base, base):
            tag = pieces[block.at]
            is_aligned = aligned and tag == f"<{block.name}>" and block.name in _ALIGNED
            side = f' align="{_SIDES[block.direction]}"' if is_aligned else ""
            pieces[block.at] = f'{tag[:-1]} dir="{block.direction}"{side}>'
    return "".join(pieces)


@dataclass(slots=True)
class _Block:
    """A block of a text; `at` is the place of its tag among the pieces."""

    name: str
    at: int
    outer: "_Block | None"
    direction: str = ""
    """Empty until a letter has told it."""


def _blocks(pieces: list[str]) -> list[_Block]:
    """All blocks, outer ones before those in them."""
    found: list[_Block] = []
    now: _Block | None = None
    for at, piece in enumerate(pieces):
        if at % 2 == 0:
            _tell(now, piece)
            continue
        name = _NAME.match(piece)
        if name is None or name[1] not in _BLOCKS:
            continue
        if now is not None and piece.startswith("</"):
            now = now.outer
        else:
            now = _Block(name[1], at, now)
            found.append(now)
    return found


def _tell(block: _Block | None, text: str) -> None:
    """Let the blocks that are still without a direction have that of `text`.

    Around a block that has one all have one.
    """
    if block is None or block.direction:
        return
    direction = direction_of(unescape(text))
    while direction and block is not None and not block.direction:
        block.direction = direction
        block = block.outer


def _directions(text: str) -> Iterator[str]:
    for character in text:
        direction = _STRONG.get(bidirectional(character))
        if direction:
            yield direction
