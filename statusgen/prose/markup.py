"""Bodies with markup, through Python-Markdown and nh3; `nesting` has the last word."""

import re
from xml.etree.ElementTree import Element

import markdown
import nh3
from markdown.extensions import Extension
from markdown.extensions.fenced_code import FencedCodeExtension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.treeprocessors import Treeprocessor

from statusgen.model.notation import remove_control_characters
from statusgen.prose.nesting import (
    ALIASES,
    BODY_HEADING,
    SCHEMES,
    TAGS,
    nested_rightly,
    without_empty_titles,
)
from statusgen.prose.reach import ShortReach


class Markup:
    """The full way from Markdown to sanitised HTML; reuse one."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._markdown = markdown.Markdown(
            extensions=[
                TableExtension(),
                FencedCodeExtension(),
                SaneListExtension(),
                ShortReach(),
                _Headings(),
            ],
            output_format="html",
        )
        self._cleaner = nh3.Cleaner(
            tags=TAGS | set(ALIASES) | {"img"},
            clean_content_tags={"script", "style"},
            attributes={"a": {"href"}, "img": {"src", "alt"}, "abbr": {"title"}},
            url_schemes=SCHEMES,
            link_rel=None,
        )

    def html(self, body: str) -> str:
        """The body as HTML with every element in its place and every link absolute."""
        cleaned = self._cleaner.clean(self._markdown.reset().convert(body))
        rendered = remove_control_characters(cleaned)  # a body may spell them as &#1;
        if "<" in body or "<a" in rendered or "<img" in rendered:  # else all is in its place
            rendered = nested_rightly(rendered, self._base_url)
        return without_empty_titles(rendered).strip()


class _Headings(Extension):
    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802  Markdown's name
        md.treeprocessors.register(_HeadingLevel(md), "statusgen-headings", 5)


class _HeadingLevel(Treeprocessor):
    def run(self, root: Element) -> None:
        for element in root.iter():
            if re.fullmatch("h[1-6]", str(element.tag)):
                element.tag = BODY_HEADING
