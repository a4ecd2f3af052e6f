"""The short way makes what the full way makes, or nothing."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from statusgen.prose.markup import Markup
from statusgen.prose.simple_html import simple_html

MARKUP = Markup("https://status.example.com/")

SIMPLE = [
    ("Checkout works again.", "<p>Checkout works again.</p>"),
    ("One\ntwo\n\nThree", "<p>One\ntwo</p>\n<p>Three</p>"),
    ("**Card** payments work.", "<p><strong>Card</strong> payments work.</p>"),
    ("- **a**: one\n- two", "<ul>\n<li><strong>a</strong>: one</li>\n<li>two</li>\n</ul>"),
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
    "ends in a space ",
    "",
    "    indented",
]

WORDS = st.sampled_from(
    ["Payments", "fail", "at 02:04", "(most of them)", "Ärger", "結帳", "don't"]
)
PLAIN = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
BOLD = PLAIN.map(lambda words: f"**{words}**")
LINK = st.tuples(
    PLAIN, st.sampled_from(["https://example.com", "http://a-b.example.com/c/d/"])
).map(lambda one: f"[{one[0]}]({one[1]})")
ODD = st.sampled_from(
    ["*", "**", "_", "[", "](", ")", "`", "<b>", "&", "\\", "!", "- ", "1. ", "  "]
)
INLINE = st.lists(st.one_of(PLAIN, BOLD, LINK, ODD), min_size=1, max_size=5)
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


@settings(max_examples=600, deadline=None)
@given(BODY)
@example("- a\n\n- b")
@example("a\n- b")
@example("- a\nb")
@example("**a**b")
@example("**a****b**")
@example("[a](https://example.com)[b](https://example.com)")
def test_both_ways_lead_to_the_same_place(body):
    simple = simple_html(body)

    assert simple is None or simple == MARKUP.html(body)
