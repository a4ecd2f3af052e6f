"""How wide a text is, without a font: an estimate that a badge's `textLength` makes true.

Latin letters come in a few widths, as in the usual sans-serif fonts; a wide East Asian character
or an emoji takes an em or more, a joined letter of Arabic half an em, a mark that sits on another
character nothing, and everything else a little more than a lower-case letter. A renderer then
stretches or squeezes the text by what the estimate is off, mostly less than a tenth.
"""

import unicodedata
from itertools import pairwise

_NARROW = frozenset("ijlI.,:;'|!`· ")
_SLIM = frozenset("frt()[]{}/\\-*") | {'"'}
_BROAD = frozenset("mwMW@%—…")
_WIDTHS = ((_NARROW, 0.29), (_SLIM, 0.37), (_BROAD, 0.88))
_UPPER, _LOWER, _OTHER = 0.68, 0.56, 0.64
_ARABIC = 0.46
_WIDE = 1.0
_EMOJI = 1.25
_UNSEEN = ("Mn", "Me", "Cf", "Cc")
_JOINER = "\u200d"
"""Draws the emoji after it into the one before it."""
_CUT = "…"


def text_width(text: str) -> float:
    """The width of `text` in ems."""
    return sum(_widths(text))


def cut_to(text: str, ems: float) -> str:
    """`text`, or as much of its beginning as fits into `ems` with an ellipsis after it."""
    widths = _widths(text)
    if sum(widths) <= ems:
        return text
    used, end = _width(_CUT), 0
    for width in widths:
        used += width
        if used > ems:
            break
        end += 1
    kept = text[:end]
    while kept and (kept[-1].isspace() or unicodedata.category(kept[-1]) in _UNSEEN):
        kept = kept[:-1]
    return kept + _CUT


def _widths(text: str) -> list[float]:
    return [0 if before == _JOINER else _width(one) for before, one in pairwise(" " + text)]


def _width(character: str) -> float:
    for group, width in _WIDTHS:
        if character in group:
            return width
    category = unicodedata.category(character)
    if category in _UNSEEN:
        return 0
    if unicodedata.east_asian_width(character) in "WF":
        return {"So": _EMOJI, "Sk": 0}.get(category, _WIDE)  # Sk: the colour of a skin
    if character.isascii():
        return _UPPER if category == "Lu" else _LOWER
    if unicodedata.bidirectional(character) == "AL":
        return _ARABIC
    return _EMOJI if category == "So" else _OTHER
