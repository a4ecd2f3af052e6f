"""The full way; what it lets through is asserted in test_markdown_html.py."""

import pytest

from statusgen.prose.markdown_html import BodyRenderer
from statusgen.prose.markup import Markup

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
