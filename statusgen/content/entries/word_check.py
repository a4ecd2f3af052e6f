"""What is wrong with an author's words: some are left to be written, some nobody will see.

How large and how tangled a body may be is in `body_limits`, what it may cost in `body_budget`.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from functools import cache
from html import unescape
from typing import TYPE_CHECKING

from statusgen.content.entries.body_budget import OverBudget, budget, may_cost, refuse_too_much
from statusgen.content.entries.front_matter import Document, Scalar
from statusgen.content.entries.wording import find_placeholder
from statusgen.content.entries.yaml_faults import quoted
from statusgen.content.markdown.elements import ELEMENTS
from statusgen.content.markdown.fenced_code import without_fenced_code
from statusgen.values.notation import shown, shows_nothing
from statusgen.values.value import Value, replace

if TYPE_CHECKING:
    from statusgen.content.markdown.markdown_html import BodyRenderer

TEXT_KEYS = ("title", "impact", "cause")
"""What readers get of the front matter as it is written."""

MAY_LOSE = re.compile(
    r"<[A-Za-z/!?]"
    r"|\]:"
    r"|\]\([^)\n]*[\"'(]"
    r"|\[!\["
    r"|\]\(\s*[dD][aA][tT][aA]:"
    r"|\|"
    r"|(?:```|~~~)[^`\n]*[^`\s]"
    r"|^(?:[ >]|[*+-] )*[0-9]{1,9}\. ",
    re.MULTILINE,
)
"""What a body holds that may lose words: tags, definitions, titles of links, images in links, files
in addresses, tables, words behind fences, numbers."""

_TEMPLATE = re.compile(r"\{\{.*?\}\}|<([A-Z][A-Z0-9]*)(?:[ _-][A-Z0-9]+)*>")
"""What a template leaves where something was to be filled in."""
_CODE_SPAN = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_WORD = re.compile(r"\w")


class Fault(Value, frozen=True):
    """Something wrong with words on a line."""

    line: int
    what: str
    remedy: str
    is_warning: bool = False
    may_stay_in_draft: bool = False


def check_words(document: Document, placeholders: Sequence[str]) -> Iterator[Fault]:
    """All that is wrong with what readers get of a file, each on its line.

    `placeholders` are the words of ours that authors replace.
    """
    for key in TEXT_KEYS:
        header = document.headers.get(key)
        if header is not None and isinstance(header.value, Scalar):
            yield from _check_text(key, header.value, placeholders)
    for fault in _check_body(document.body, placeholders):
        yield replace(fault, line=document.body_line + fault.line)


def _check_text(key: str, text: Scalar, placeholders: Sequence[str]) -> Iterator[Fault]:
    yield from _left_in(text.text, text.line, placeholders)
    if text.lost:
        yield Fault(
            text.line,
            f"{shown(text.lost)} is lost: in front matter a # begins a comment",
            f"write {key}: {quoted(f'{text.text} {text.lost}'.strip())}",
        )


def _check_body(body: str, placeholders: Sequence[str]) -> list[Fault]:
    """What is wrong, on lines that count from 0 in the body."""
    if not body.strip():
        return [Fault(0, "the body is blank", "write what readers should know")]
    try:
        with budget() if may_cost(body) else nullcontext():
            return [*_unfilled(body, placeholders), *_unseen(body)]
    except OverBudget as over:
        _renderer.cache_clear()  # it was interrupted in its work
        return [Fault(0, over.what, over.remedy)]


def _left_in(text: str, line: int, placeholders: Sequence[str]) -> Iterator[Fault]:
    """What stands in place of words; a warning where it may be meant so."""
    remedy = "write what only you know, or remove it"
    if placeholder := find_placeholder(text, placeholders):
        what = f"the placeholder {placeholder} is still there"
        yield Fault(line, what, remedy, may_stay_in_draft=True)
    for found in _TEMPLATE.finditer(text):
        if (found[1] or "").lower() not in ELEMENTS:
            yield Fault(line, f"{found[0]} looks like a placeholder", remedy, is_warning=True)


def _unfilled(body: str, placeholders: Sequence[str]) -> Iterator[Fault]:
    """What an author has to replace, outside code."""
    if not any(_left_in(body, 0, placeholders)):
        return
    for number, line in enumerate(without_fenced_code(body.split("\n"))):
        yield from _left_in(_CODE_SPAN.sub("", line), number, placeholders)


def _unseen(body: str) -> Iterator[Fault]:
    """What readers will not see."""
    if _WORD.search(unescape(body)) and not MAY_LOSE.search(body) and not may_cost(body):
        return
    from statusgen.content.markdown.lost_words import find_losses  # noqa: PLC0415  few bodies need them
    from statusgen.content.markdown.plain_text import as_text  # noqa: PLC0415

    html = _renderer().html(body)
    text = as_text(html)
    refuse_too_much(body, html, text)
    if shows_nothing(text):
        remedy = "write what readers should know, as text"
        yield Fault(0, "readers see nothing of this body", remedy)
        return
    for loss in find_losses(body, html):
        yield Fault(loss.line, loss.what, loss.remedy, is_warning=True)


@cache
def _renderer() -> "BodyRenderer":
    """What is not shown does not depend on the page."""
    from statusgen.content.markdown.markdown_html import BodyRenderer  # noqa: PLC0415

    return BodyRenderer("https://status.example.com")
