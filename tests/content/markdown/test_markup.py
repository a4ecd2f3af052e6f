"""The full way; what it lets through is asserted in test_markdown_html.py."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.content.markdown.markup import Markup

MARKUP = Markup("https://status.example.com/")


@pytest.mark.parametrize(
    "body",
    [
        "Checkout works again.",
        "Two lines\nof one paragraph.",
        "One paragraph.\n\nAnother, with a number: 42.",
        "Ärger, 結帳失敗, مشكلة",
    ],
)
def test_the_short_way_of_a_plain_body_leads_to_the_same_place(body):
    assert MARKUP.html(body) == BodyRenderer("https://status.example.com").html(body)


def test_one_instance_renders_many_bodies():
    first = MARKUP.html("[a]: https://example.com\n\n[a]")

    assert first == '<p><a href="https://example.com">a</a></p>'
    assert MARKUP.html("[a]") == "<p>[a]</p>"


LINKS = st.lists(
    st.sampled_from(
        [
            *("https://example.com", "https://example.com/a/b.html?c=d&e=f", "http://a.b/../c"),
            *("[a](https://example.com/a_b)", "[](https://example.com)", "[ ](b)", "[a](b 'c')"),
            *("**[a](https://example.com/#/#b)**", "www.example.com", "a@example.com", "`a`"),
            *("![a](https://example.com/b.png)", "| a |\n|--:|\n| b |", "ftp://example.com"),
            *(" ", "\n", "\n\n", "- ", "*", "a", "~~", "&amp;"),
        ]
    ),
    max_size=8,
).map("".join)


@given(LINKS)
def test_what_needs_no_second_look_is_the_same_with_one(body):
    looked_at = MARKUP.html(f"{body}\n\n<wbr>")

    assert MARKUP.html(body) == looked_at
