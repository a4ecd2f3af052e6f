"""Lists as CommonMark has them, which another library shows; and where they differ on purpose."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from statusgen.content.markdown.list_layout import WrongNumber, laid_out, miscounted
from statusgen.content.markdown.markup import Markup

MARKUP = Markup("https://status.example.com/")
COMMONMARK = MarkdownIt("commonmark", {"breaks": True})


class Shape(HTMLParser):
    """The lists and the words of HTML, in order."""

    def __init__(self, html):
        super().__init__()
        self.parts = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag in ("ul", "ol", "li"):
            self.parts.append(tag + dict(attrs).get("start", ""))

    def handle_endtag(self, tag):
        if tag in ("ul", "ol", "li"):
            self.parts.append(f"/{tag}")

    def handle_data(self, data):
        self.parts += data.split()


def shape(html):
    return Shape(html).parts


LISTS = {
    "right after a sentence": "Affected:\n- a\n- b\n\nMore",
    "numbered, right after a sentence": "Steps:\n1. a\n2. b",
    "nested by two spaces": "- a\n  - b\n    - c\n- d",
    "nested by four spaces": "- a\n    - b\n        - c\n- d",
    "nested below a number": "1. a\n   - b\n   - c\n2. d",
    "begun with another number": "21. a\n22. b",
    "of another kind after it": "- a\n- b\n1. c\n2. d",
    "with lines that go on": "- a\n  more\n- b\nlazy",
    "with paragraphs in it": "- a\n\n  more\n\n  - b\n- c",
    "with a quotation in it": "- a\n\n  > more\n- b",
    "in a quotation": "> a\n> - b\n>   - c\n>\n> d",
    "after a quotation": "> a\n- b",
    "with gaps": "- a\n\n- b\n\n\n- c",
    "that goes back two levels": "- a\n  - b\n    - c\n\n      more\n- d",
    "a number in a sentence": "We begin on\n12. March and end in April",
    "a rule is no list": "a\n\n* * *\n\n- - -\n\nb",
}


@pytest.mark.parametrize("body", LISTS.values(), ids=LISTS)
def test_a_list_is_what_commonmark_makes_of_it(body):
    assert shape(MARKUP.html(body)) == shape(COMMONMARK.render(body))


LINES = st.tuples(
    st.sampled_from([0, 0, 0, 2, 3, 4, 6]), st.sampled_from(["- ", "- ", "1. ", "2. ", "", None])
)


@given(st.lists(LINES, min_size=1, max_size=8))
def test_any_lists_are_what_commonmark_makes_of_them(lines):
    """But for two spaces below a number, and for markers that are far to the right."""
    has_numbers = any(marker in ("1. ", "2. ") for _, marker in lines)
    written = []
    for number, (indent, marker) in enumerate(lines):
        column = 0 if marker in ("1. ", "2. ") else 4 if has_numbers and indent == 2 else indent
        written.append("" if marker is None else f"{' ' * column}{marker}w{number}")
    body = "\n".join(written).strip("\n")
    expected = COMMONMARK.render(body)
    assume(not body.startswith(" ") and not re.search(r"(-|\d\.) w|<pre>", expected))

    assert shape(MARKUP.html(body)) == shape(expected)


@pytest.mark.parametrize("body", ["1. a\n  - b", "10. a\n  - b", "- a\n        - b"])
def test_a_marker_two_columns_to_the_right_is_below_the_one_above(body):
    assert shape(MARKUP.html(body))[-5:] == [
        "b",
        "/li",
        "/ul",
        "/li",
        f"/{'ul' if body[0] == '-' else 'ol'}",
    ]


def test_a_fenced_block_may_stand_in_an_item():
    body = "- Run this:\n  ```sh\n  make\n    all\n  ```\n- b"

    html = MARKUP.html(body)

    assert "<pre><code>make\n  all\n</code></pre>" in html
    assert html.count("<li>") == 2


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("- a\n  ```\n  <div> <eta>\n  ```", id="in an item"),
        pytest.param("- a\n  - b\n ```\n <div> <eta>\n ```", id="below a list"),
        pytest.param("  ~~~\n  <div> <eta>\n  ~~~", id="a few columns in"),
        pytest.param("```html {1} a\n<div> <eta>\n````", id="with words behind the fence"),
        pytest.param("> ```\n> <div> <eta>\n> ```\n> a", id="in a quotation"),
        pytest.param("> - a\n> ```\n> <div> <eta>\n> ```", id="below a list in a quotation"),
    ],
)
def test_what_is_in_such_a_block_is_code(body):
    assert "<pre><code>&lt;div&gt; &lt;eta&gt;\n</code></pre>" in MARKUP.html(body)


def test_a_fence_that_nothing_closes_is_text():
    assert "```" in MARKUP.html("- a\n  ```\n  b")


@pytest.mark.parametrize(
    "body", ["1234567890. a <b>b</b>", "- a\n\n  1234567890. b", "1. `a`\n1234567890. b"]
)
def test_a_number_of_ten_digits_begins_no_item(body):
    html = MARKUP.html(body)

    assert "1234567890. " in html
    assert html.count("<li>") == (body[:2] in ("- ", "1."))


def test_such_a_number_in_code_stays():
    assert laid_out(["    1234567890. a"]) == ["    1234567890. a"]


def test_lines_without_lists_stay():
    lines = ["a", "  b", "", "    code", "      more", "", "c | d", "e"]

    assert laid_out(lines) == ["a", "b", *lines[2:]]


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        pytest.param("1. a\n2. b\n3. c", [], id="in order"),
        pytest.param("21. a\n22. b", [], id="in order from another"),
        pytest.param("1. a\n\n   b\n\n2. c", [], id="in order with gaps"),
        pytest.param("1. a\n\nb\n\n1. c", [], id="two lists"),
        pytest.param("1. a\n   1. b\n   2. c\n2. d", [], id="a list in a list"),
        pytest.param("1. a\n1. b", [(1, 1, 2)], id="the same number again"),
        pytest.param("1. a\n3. b\n2. c", [(1, 3, 2), (2, 2, 3)], id="out of order"),
        pytest.param("> 1. a\n> 3. b", [(1, 3, 2)], id="in a quotation"),
    ],
)
def test_items_whose_numbers_do_not_count_up_are_found(body, wrong):
    assert miscounted(body.split("\n")) == [
        WrongNumber(line, str(written), shown) for line, written, shown in wrong
    ]


def test_a_number_that_begins_with_zero_is_not_shown_as_written():
    assert miscounted(["01. December", "02. December"]) == [
        WrongNumber(0, "01", 1),
        WrongNumber(1, "02", 2),
    ]


@pytest.mark.parametrize("unit", ["- a\n  ```\n", "> ", "  - a\n", "1. a\n 2. b\n", "- a\n\n"])
def test_the_work_grows_with_the_length(unit):
    lines = (unit * 4000).split("\n")

    assert len(laid_out(lines)) < 3 * len(lines)
