"""The short way makes what the full way makes, or nothing."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from statusgen.content.markdown.markup import Markup
from statusgen.content.markdown.simple_html import simple_html
from tests.components.soak import part

MARKUPS = {
    keeps_lines: Markup("https://status.example.com/", keeps_lines=keeps_lines)
    for keeps_lines in (True, False)
}


def link(address):
    return f'<a href="{address}">{address}</a>'


SIMPLE = [
    ("Checkout works again.", "<p>Checkout works again.</p>"),
    ("One\ntwo\n\nThree", "<p>One<br>\ntwo</p>\n<p>Three</p>"),
    ("One \ntwo  \n\nThree ", "<p>One<br>\ntwo</p>\n<p>Three</p>"),
    ("14:05 UTC: it works.", "<p>14:05 UTC: it works.</p>"),
    ("**Card** payments work.", "<p><strong>Card</strong> payments work.</p>"),
    ("- **a**: one\n- two", "<ul>\n<li><strong>a</strong>: one</li>\n<li>two</li>\n</ul>"),
    (
        "See https://example.com/a-b, (http://example.com/c.html).",
        f"<p>See {link('https://example.com/a-b')}, ({link('http://example.com/c.html')}).</p>",
    ),
    (
        "See [the details](https://example.com/a-b).",
        '<p>See <a href="https://example.com/a-b">the details</a>.</p>',
    ),
]
OTHERS = [
    "# A heading",
    "#",
    "| | b |\n|---|---|\n| 1 | 2 |",
    "[](https://example.com)",
    "1. one",
    "- one\n\n- two",
    "- one\n  more of it",
    "*soft*",
    "**not closed",
    "a**b**c",
    "**a** **",
    "[a](/relative)",
    "[a](javascript:alert)",
    "[a](https://example.com/?q=1)",
    "[a][b]",
    "`code`",
    "a & b",
    "a < b",
    "https://example.com?q=1",
    "https://example.com/a_b",
    "www.example.com",
    "help@example.com",
    "[see https://example.com/a now](https://example.com/b)",
    "**https://example.com/a**",
    "https://localhost:8080/",
    "12. March",
    "a\n- b",
    "",
    "    indented",
]

WORDS = st.sampled_from(
    ["Payments", "fail", "at 02:04", "(most of them)", "Ärger", "結帳", "don't"]
)
PLAIN = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
BOLD = PLAIN.map(lambda words: f"**{words}**")
ADDRESS = st.sampled_from(
    ["https://example.com", "http://a-b.example.com/c/d/", "https://www.example.com/a.html"]
)
LINK = st.tuples(PLAIN, ADDRESS).map(lambda one: f"[{one[0]}]({one[1]})")
ODD = st.sampled_from(
    [
        *("*", "**", "_", "[", "](", ")", "`", "<b>", "&", "\\", "!", "- ", "1. ", "  ", "12 "),
        *("www.", "WWW.a.de", "ftp://", "://", "//", "@", "~~"),
    ]
)
INLINE = st.lists(st.one_of(PLAIN, BOLD, LINK, ADDRESS, ODD), min_size=1, max_size=5)
LINE = st.tuples(st.sampled_from([" ", "", ", ", ": "]), INLINE).map(
    lambda one: one[0].join(one[1])
)
ITEM = LINE.map("- {}".format)
BLOCK = st.lists(st.one_of(LINE, ITEM), min_size=1, max_size=3).map("\n".join)
BODY = st.lists(BLOCK, min_size=1, max_size=4).map("\n\n".join)


@pytest.mark.parametrize(("body", "html"), SIMPLE)
def test_what_is_simple_is_made_here(body, html):
    assert simple_html(body) == html


@pytest.mark.parametrize("body", OTHERS)
def test_anything_else_is_left_to_the_library(body):
    assert simple_html(body) is None


@pytest.mark.parametrize("keeps_lines", [True, False])
@settings(max_examples=part(300, 30_000), deadline=None)
@given(body=BODY)
@example(body="- a\n\n- b")
@example(body="a\n- b")
@example(body="- a\nb")
@example(body="**a**b")
@example(body="**a****b**")
@example(body="[a](https://example.com)[b](https://example.com)")
@example(body="- https://example.com/ \n- b ")
@example(body="[a](https://example.com)WWW.b.de")
def test_both_ways_lead_to_the_same_place(body, keeps_lines):
    simple = simple_html(body, keeps_lines=keeps_lines)

    assert simple is None or simple == MARKUPS[keeps_lines].html(body)


def test_where_lines_are_joined_a_space_at_the_end_of_one_is_left_to_the_library():
    assert simple_html("a\nb", keeps_lines=False) == "<p>a\nb</p>"
    assert simple_html("a  \nb", keeps_lines=False) is None
