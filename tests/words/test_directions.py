import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.words.directions import direction_of, with_directions

HEBREW = "\u05e9\u05dc\u05d5\u05dd"
ARABIC = "\u0645\u0631\u062d\u0628\u0627"
render = BodyRenderer("https://status.example.com").html


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("Hello", "ltr"),
        (HEBREW, "rtl"),
        (ARABIC, "rtl"),
        (f"503: {HEBREW} api", "rtl"),
        (f"(API) {HEBREW}", "ltr"),
        ("\u05f3 1", "rtl"),
        ("\U0001e900", "rtl"),
        ("\u65e5\u672c", "ltr"),
        ("12:04 - 13:04", None),
        ("\u0661\u0662", None),
        ("", None),
    ],
)
def test_the_first_letter_that_has_a_direction_tells_it(text, direction):
    assert direction_of(text) == direction


def test_a_text_in_one_direction_needs_no_mark():
    html = "<p>Payments fail.</p>\n<ul>\n<li>one</li>\n</ul>"

    assert with_directions(html, "ltr") is html
    assert with_directions(f"<p>{HEBREW}</p>", "rtl") == f"<p>{HEBREW}</p>"


def test_a_paragraph_from_the_other_side_stands_on_its_side():
    html = f"<p>Payments fail.</p>\n<p>{HEBREW} checkout.</p>\n<p>Over.</p>"

    assert with_directions(html, "ltr") == (
        f'<p>Payments fail.</p>\n<p dir="rtl">{HEBREW} checkout.</p>\n<p>Over.</p>'
    )
    assert with_directions(html, "rtl", aligned=True) == (
        f'<p dir="ltr" align="left">Payments fail.</p>\n<p>{HEBREW} checkout.</p>\n'
        '<p dir="ltr" align="left">Over.</p>'
    )


def test_lists_quotations_and_tables_are_told_each_by_its_first_letter_and_their_parts_too():
    body = f"- {HEBREW}\n- two\n\n> {ARABIC}\n\n| {HEBREW} | b |\n|---|---|\n| 1 | {ARABIC} |\n"

    html = with_directions(render(body), "ltr", aligned=True)

    tags = re.findall(r"<(?!/)(\w+)([^>]*)>", html)
    assert tags == [
        ("ul", ' dir="rtl"'),
        ("li", ' dir="rtl"'),
        ("li", ' dir="ltr"'),
        ("blockquote", ' dir="rtl"'),
        ("p", ' dir="rtl" align="right"'),
        ("table", ' dir="rtl"'),
        ("thead", ""),
        ("tr", ""),
        ("th", ' dir="rtl" align="right"'),
        ("th", ' dir="ltr" align="left"'),
        ("tbody", ""),
        ("tr", ""),
        ("td", ' dir="rtl" align="right"'),
        ("td", ' dir="rtl" align="right"'),
    ]


def test_a_word_within_a_line_or_an_entity_does_not_turn_it():
    html = f"<p>&lt;1&gt; <b>{HEBREW}</b> &amp; more</p>\n<p>See <code>{ARABIC}</code></p>"

    told = with_directions(html, "ltr")

    assert told.startswith('<p dir="rtl">&lt;1&gt;')
    assert f"<p>See <code>{ARABIC}</code></p>" in told


def test_what_is_aligned_by_its_author_is_not_aligned_twice():
    html = render(f"| a |\n|:-:|\n| {HEBREW} |\n")

    assert '<td class="center" dir="rtl">' in with_directions(html, "ltr", aligned=True)


WORDS = st.lists(
    st.sampled_from(
        ["word", HEBREW, ARABIC, "12", "&", "**bold**", "`code`", "<", "\n- ", "\n\n", "> "]
    )
)


@given(WORDS, st.sampled_from(["ltr", "rtl"]))
def test_nothing_but_attributes_is_added_to_any_text(words, base):
    html = render(" ".join(words))

    told = with_directions(html, base, aligned=True)

    assert re.sub(r' (?:dir|align)="\w+"', "", told) == html
    assert told.count(" dir=") <= html.count("<")
