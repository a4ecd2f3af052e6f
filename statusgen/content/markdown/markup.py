"""Bodies with markup, through Python-Markdown and nh3; `nesting` has the last word."""

import re
from collections import Counter
from xml.etree.ElementTree import Element

import markdown
import nh3
from markdown.extensions import Extension
from markdown.extensions.fenced_code import FencedCodeExtension
from markdown.extensions.nl2br import Nl2BrExtension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.inlinepatterns import SubstituteTagInlineProcessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from pymdownx.betterem import BetterEmExtension
from pymdownx.magiclink import MagiclinkExtension
from pymdownx.saneheaders import SaneHeadersExtension
from pymdownx.tilde import DeleteSubExtension

from statusgen.content.markdown.elements import ALIASES, BLOCK_TAGS, BODY_HEADING, TAGS
from statusgen.content.markdown.fenced_code import with_plain_fences
from statusgen.content.markdown.links import SCHEMES
from statusgen.content.markdown.list_layout import GitHubLists
from statusgen.content.markdown.nesting import nested_rightly, without_empty_elements
from statusgen.content.markdown.raw_html import ALIGNMENTS, reduced
from statusgen.content.markdown.reach import ShortReach
from statusgen.values.notation import remove_control_characters

_BLOCK_LEVEL = markdown.Markdown().block_level_elements
"""Elements that Python-Markdown writes on lines of their own."""
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)\b")
_TASKS = {"[ ] ": "☐ ", "[x] ": "☑ ", "[X] ": "☑ "}
_PLAIN_LINK = re.compile(
    r'<a href="https?://[A-Za-z0-9.-]+(?:/(?!\.)[A-Za-z0-9._~-]*)*(?:\?(?:[A-Za-z0-9._~=-]|&amp;)*)?">'
    r"(?=[^<]*\w)"
)
"""A link with words to an address that needs nothing done to it."""
_TWO_BREAKS = re.compile(r"(<br[ /]*>) *<br>(?=\n)")
"""A line break that the author wrote at the end of a line, and the one that the line's end is."""


class Markup:
    """The full way from Markdown to sanitised HTML; reuse one."""

    def __init__(self, base_url: str, *, keeps_lines: bool = True) -> None:
        self._base_url = base_url
        self._markdown = markdown.Markdown(
            extensions=[
                TableExtension(use_align_attribute=True),
                FencedCodeExtension(),
                SaneListExtension(),
                SaneHeadersExtension(),
                BetterEmExtension(),
                DeleteSubExtension(subscript=False),
                MagiclinkExtension(),
                *([Nl2BrExtension()] if keeps_lines else []),
                GitHubLists(keeps_lines=keeps_lines),
                ShortReach(),
                _Bodies(),
            ],
            output_format="html",
        )
        self._cleaner = nh3.Cleaner(
            tags=TAGS | set(ALIASES),
            attributes={"a": {"href"}, "abbr": {"title"}, "ol": {"start"}},
            allowed_classes={"th": ALIGNMENTS, "td": ALIGNMENTS},
            url_schemes=SCHEMES,
            link_rel=None,
        )

    def html(self, body: str) -> str:
        """The body as HTML with every element in its place and every link absolute."""
        made = _TWO_BREAKS.sub(r"\1", self._markdown.reset().convert(body))
        is_ours = "<" not in body and _is_plain(made)
        cleaned = self._cleaner.clean(made if is_ours else reduced(made, self._base_url))
        rendered = remove_control_characters(cleaned)  # a body may spell them as &#1;
        if not is_ours:
            rendered = nested_rightly(rendered)
        return without_empty_elements(rendered).strip()


def _is_plain(html: str) -> bool:
    """Whether HTML that the library made of Markdown alone is right as it is."""
    if "<img" in html or "align=" in html:
        return False
    return html.count("<a ") == sum(1 for _ in _PLAIN_LINK.finditer(html))


class _Bodies(Extension):
    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802  Markdown's name
        md.preprocessors.register(_Fences(md), "statusgen-fences", 26)
        md.preprocessors.register(_RawBlocks(md), "statusgen-raw-blocks", 21)
        md.treeprocessors.register(_HeadingsAndTasks(md), "statusgen-bodies", 25)
        md.ESCAPED_CHARS = [*md.ESCAPED_CHARS, "<"]
        line_break = SubstituteTagInlineProcessor(r"\\\n", "br")
        md.inlinePatterns.register(line_break, "statusgen-line-break", 185)


class _Fences(Preprocessor):
    """Shows the library fenced code where it overlooks some."""

    def run(self, lines: list[str]) -> list[str]:
        return with_plain_fences(lines)


class _RawBlocks(Preprocessor):
    """Lets only elements that a body may hold, and that are closed, keep Markdown out."""

    def run(self, lines: list[str]) -> list[str]:
        names = Counter((end, name.lower()) for line in lines for end, name in _TAG.findall(line))
        self.md.block_level_elements = [
            one for one in sorted(BLOCK_TAGS) if names["", one] == names["/", one] or one == "hr"
        ]
        return lines


class _HeadingsAndTasks(Treeprocessor):
    def run(self, root: Element) -> None:
        self.md.block_level_elements = _BLOCK_LEVEL
        for element in root.iter():
            if re.fullmatch("h[1-6]", str(element.tag)):
                element.tag = BODY_HEADING
            elif element.tag == "li":
                _tick(element)


def _tick(item: Element) -> None:
    """An item that begins with `[x]` or `[ ]` with a box in its place."""
    if not (item.text or "").strip() and len(item) and item[0].tag == "p":
        item = item[0]
    text = item.text or ""
    if text[:4] in _TASKS:
        item.text = _TASKS[text[:4]] + text[4:]
