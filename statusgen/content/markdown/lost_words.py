"""Words that an author wrote and no reader sees, found by comparing a body with its HTML.

Markdown and HTML have places for what nobody is meant to read: comments, scripts, titles of
links, definitions that nothing uses, cells beyond a table's last column. Whoever gets there by
accident is told.
"""

import re
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from html import unescape
from urllib.parse import unquote

from statusgen.content.markdown.elements import HIDDEN, SILENT_ATTRIBUTES, SILENT_PREFIXES
from statusgen.content.markdown.fenced_code import without_fenced_code
from statusgen.content.markdown.html_tokens import Token, attributes_of, split
from statusgen.content.markdown.list_layout import miscounted
from statusgen.values.value import Value

_WORD = re.compile(r"[^\W_]+")
_LABEL = re.compile(r"^ {0,3}(\[[^]\n]*\]):|(?<=\])\[[^]\n]*\]", re.MULTILINE)
"""Of a link definition, and where it is used: for the author alone."""
_BRACKETS = re.compile(r"\[[^]\n]*\]")
_FENCE = r"(?:[ >]|[*+-] |[0-9]+\. )*(?:`{3,}|~{3,})"
_LANGUAGE = re.compile(rf"^({_FENCE}) *(?:\.?[\w#.+-]+(?=\s|$)|\{{.*\}}$)", re.MULTILINE)
"""What stands behind a fence for editors."""
_BOX = re.compile(r"^([ >]*(?:[*+-]|[0-9]+\.) +)\[[ xX]\] ", re.MULTILINE)
"""What an item begins with that is done or to be done; readers see a box."""
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_HIDDEN_ELEMENT = re.compile(rf"<({'|'.join(HIDDEN)})\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_LOOK_AHEAD = 300
"""How many words further on a word may be shown than it was written."""

_NOT_SHOWN = (
    (
        re.compile(r"<\w+\b[^>]*\b(?:src|href|data|value|title|action|placeholder)\s*="),
        "{words} stands in a tag and is not shown",
        "write it as text, or as a link: [words](address)",
    ),
    (
        re.compile(r"^ {0,3}\[[^]]*\]:"),
        "{words} is a link definition that nothing shows",
        "use it as [words][label], or write \\[ if it is no definition",
    ),
    (
        re.compile(rf"^{_FENCE}"),
        "{words} stands behind a code fence and is not shown",
        "begin the code on the next line",
    ),
    (
        re.compile(r"\|"),
        "{words} stands behind the last column of the table and is not shown",
        "give each row as many cells as the head",
    ),
    (
        re.compile(r"\]\(\s*data:", re.IGNORECASE),
        "{words} is a file in an address and is not shown",
        "put it where it has an address of its own, and link to that",
    ),
    (
        re.compile(r"\[!\["),
        "{words} is the address of an image in a link and is not shown",
        "link to the image beside it",
    ),
    (
        re.compile(r"\]\("),
        "{words} is the title of a link and is not shown",
        "write it into the words of the link",
    ),
    (
        re.compile(""),
        "{words} is not shown",
        "put it between `backticks`, or write &lt; for <",
    ),
)
"""Why, by what the line holds; the first that fits."""


class LostWords(Value, frozen=True):
    """What readers of a body don't see as it was written; `line` counts from 0 in the body."""

    line: int
    what: str
    remedy: str


def find_losses(body: str, html: str) -> list[LostWords]:
    """All that is in `body` and not in its `html`, by line."""
    lines = body.split("\n")
    counts = {loss.line: loss for loss in _wrong_numbers(lines)}
    hidden = {line: loss for place, loss in _hidden_places(body) for line in place}
    found = set(counts.values())
    lost: dict[int, list[str]] = {}
    for line, word in _lost(list(_written(body)), list(_shown(html)), hidden):
        if line in hidden:
            found.add(hidden[line])
        elif line not in counts or not word.isdigit():
            lost.setdefault(line, []).append(word)
    found |= {_loss(line, lines[line], words) for line, words in lost.items()}
    return sorted(found, key=lambda loss: (loss.line, loss.what))


def _loss(line: int, text: str, words: Sequence[str]) -> LostWords:
    what, remedy = next((what, remedy) for sign, what, remedy in _NOT_SHOWN if sign.search(text))
    shown = " ".join(words)
    cut = shown if len(shown) <= 40 else shown[:39] + "…"  # noqa: PLR2004  a message is a line
    return LostWords(line, what.format(words=f"'{cut}'"), remedy)


def _wrong_numbers(lines: Sequence[str]) -> Iterator[LostWords]:
    expanded = [line.expandtabs(4) for line in without_fenced_code(lines, stand_in="`")]
    for line, written, shown in miscounted(expanded):
        yield LostWords(
            line,
            f"readers see {shown}. where {written}. is written, as lists count on",
            f"number the items in order, or write {written}\\. if it begins no item",
        )


def _hidden_places(body: str) -> Iterator[tuple[range, LostWords]]:
    """The lines of comments and of elements that go with their content."""
    for found in _COMMENT.finditer(body):
        place = _lines_of(body, found)
        remedy = "leave it out, or write it as text"
        yield place, LostWords(place.start, "a comment is not shown", remedy)
    for found in _HIDDEN_ELEMENT.finditer(body):
        place = _lines_of(body, found)
        what = f"<{found[1].lower()}> is not shown, and nothing that is in it"
        yield place, LostWords(place.start, what, "leave it out, or put it between `backticks`")


def _lines_of(body: str, found: re.Match[str]) -> range:
    first = body.count("\n", 0, found.start())
    return range(first, first + found[0].count("\n") + 1)


def _lost(
    written: Sequence[tuple[int, str]], shown: Sequence[str], hidden: Container[int]
) -> Iterator[tuple[int, str]]:
    """The words of `written` that `shown` lacks; of those written several times, which is a guess.

    First those on `hidden` lines, then those that don't come next among what is shown.
    """
    missing = Counter(word for _, word in written) - Counter(shown)
    left = missing.total()
    for line, word in written:
        if missing[word] > 0 and line in hidden:
            missing[word] -= 1
            left -= 1
            yield line, word
    place = 0
    for line, word in written:
        if not left:
            return
        ahead = shown[place : place + _LOOK_AHEAD]
        if word in ahead and not (missing[word] > 0 and ahead[0] != word):
            place += ahead.index(word) + 1
        elif missing[word] > 0 and line not in hidden:
            missing[word] -= 1
            left -= 1
            yield line, word


def _written(body: str) -> Iterator[tuple[int, str]]:
    """The words that are for readers, with their lines."""
    text = _BOX.sub(r"\1", _without_labels(_LANGUAGE.sub(r"\1", body))).replace("<!--", "    ")
    line = 0
    for token in split(text):
        told = _told_by(token) if token.name else unescape(token.text)
        for number, words in enumerate(told.split("\n")):
            for word in _WORD.findall(words):
                yield line + number, word
        line += token.text.count("\n")


def _without_labels(body: str) -> str:
    """`body` without the labels of links; that of a definition stays where nothing uses it."""
    used = Counter(_BRACKETS.findall(body.lower()))

    def without(found: re.Match[str]) -> str:
        is_used = not found[1] or used[found[1].lower()] > 1
        return "" if is_used else found[0]

    return _LABEL.sub(without, body)


def _told_by(tag: Token) -> str:
    """What the attributes of a tag say to readers."""
    return " ".join(
        value
        for name, value in attributes_of(tag).items()
        if name not in SILENT_ATTRIBUTES and not name.startswith(SILENT_PREFIXES)
    )


def _shown(html: str) -> Iterator[str]:
    """The words of sanitised HTML, of its addresses and of the numbers of items."""
    numbers: list[int | None] = []
    for token in split(html):
        if not token.name:
            yield from _WORD.findall(unescape(token.text))
            continue
        attributes = attributes_of(token)
        if token.name in {"ol", "ul"} and token.is_end:
            numbers.pop()
        elif token.name in {"ol", "ul"}:
            numbers.append(int(attributes.get("start", 1)) if token.name == "ol" else None)
        elif token.name == "li" and not token.is_end and (number := numbers[-1]) is not None:
            yield str(number)
            numbers[-1] = number + 1
        href = attributes.get("href", "")
        yield from _WORD.findall(f"{attributes.get('title', '')} {href} {unquote(href)}")
