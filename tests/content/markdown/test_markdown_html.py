import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.values.notation import find_control_character

PROSE = BodyRenderer("https://status.example.com/here")
HERE = "https://status.example.com/here"


def link(address):
    return f'<a href="{address}">{address}</a>'


HTML = [
    ("Some *words* and **more**", "<p>Some <em>words</em> and <strong>more</strong></p>"),
    ("# One\n\n#### Two", "<h4>One</h4>\n<h4>Two</h4>"),
    ("a < b & c", "<p>a &lt; b &amp; c</p>"),
    ("<b>x</b> <i>y</i>", "<p><strong>x</strong> <em>y</em></p>"),
    ("<script>alert(1)</script>Text", "<p>Text</p>"),
    ("<style>p{}</style>Text", "<p>Text</p>"),
    ('<p onclick="x" style="y" class="z" id="a">Text</p>', "<p>Text</p>"),
    ("<iframe src=x>inside</iframe>", "<p>inside</p>"),
    ("<div><span>Text</span></div>", "<p>Text</p>"),
    ("`<script>`", "<p><code>&lt;script&gt;</code></p>"),
    (r"\<b>x\</b> `\<`", r"<p>&lt;b&gt;x&lt;/b&gt; <code>\&lt;</code></p>"),
    ("The <table> and <s> folder", "<p>The &lt;table&gt; and &lt;s&gt; folder</p>"),
    (
        "[a](https://example.com/x?y=1&z=2)",
        '<p><a href="https://example.com/x?y=1&amp;z=2">a</a></p>',
    ),
    (
        "[a](https://m.example/#/#room:x)",
        '<p><a href="https://m.example/#/%23room:x">a</a></p>',
    ),
    ("[a](incidents/b.html)", f'<p><a href="{HERE}/incidents/b.html">a</a></p>'),
    ("[a](/b)", '<p><a href="https://status.example.com/b">a</a></p>'),
    ("[a](mailto:help@example.com)", '<p><a href="mailto:help@example.com">a</a></p>'),
    ("[a](tel:+49 30 1234)", '<p><a href="tel:+49301234">a</a></p>'),
    ("[a](javascript:alert(1))", "<p>a (javascript:alert(1))</p>"),
    ("[a](JaVaScRiPt:alert(1))", "<p>a (JaVaScRiPt:alert(1))</p>"),
    ("[a](sip:help@example.com)", "<p>a (sip:help@example.com)</p>"),
    ("[a](data:text/html,x)", "<p>a</p>"),
    ("[a](https://[bad)", "<p>a (https://[bad)</p>"),
    (
        "![A graph](https://example.com/g.png)",
        '<p><a href="https://example.com/g.png">A graph</a></p>',
    ),
    ("![](https://example.com/g.png)", '<p><a href="https://example.com/g.png">g.png</a></p>'),
    ("a &#1; b &#xFFFE;", "<p>a  b </p>"),
    ("[<script>x</script>](https://example.com/x)", f"<p>{link('https://example.com/x')}</p>"),
    ("[](b)", f"<p>{link(f'{HERE}/b')}</p>"),
    ("## <script>x</script>\n\na", "<p>a</p>"),
    ("a\n\n# &#1;\n\nb\n\n# &#1;&nbsp;", "<p>a</p>\n<p>b</p>"),
    ("#1234 is broken", "<p>#1234 is broken</p>"),
    ("Two lines\nof text", "<p>Two lines<br>\nof text</p>"),
    ("Two lines  \nof text", "<p>Two lines<br>\nof text</p>"),
    ("Two lines\\\nof text", "<p>Two lines<br>\nof text</p>"),
    ("Two lines<br>\nof text", "<p>Two lines<br>\nof text</p>"),
    ("Two lines<br><br>\nof text", "<p>Two lines<br><br>\nof text</p>"),
    ("snake_case_name and 2 * 3 * 4", "<p>snake_case_name and 2 * 3 * 4</p>"),
    ("~~On Monday~~ ~5 minutes", "<p><del>On Monday</del> ~5 minutes</p>"),
    ("see https://example.com/x.", f"<p>see {link('https://example.com/x')}.</p>"),
    ("(https://example.com/x)", f"<p>({link('https://example.com/x')})</p>"),
    ("[a b](https://example.com) c", '<p><a href="https://example.com">a b</a> c</p>'),
    ("www.example.com", '<p><a href="http://www.example.com">www.example.com</a></p>'),
    ("help@example.com", '<p><a href="mailto:help@example.com">help@example.com</a></p>'),
    ("`https://example.com`", "<p><code>https://example.com</code></p>"),
]


@pytest.mark.parametrize(("body", "html"), HTML)
def test_a_body_becomes_html(body, html):
    assert PROSE.html(body) == html


TEXT = [
    ("One\ntwo\n\nthree", "One\ntwo\n\nthree"),
    ("21. November 2026, 22 Uhr: Wartung", "21. November 2026, 22 Uhr: Wartung"),
    ("Affected:\n- Payments\n- Payouts", "Affected:\n\n- Payments\n- Payouts"),
    ("2. two\n   - a", "2. two\n   - a"),
    ("- x\n  - y", "- x\n  - y"),
    ("- [x] done\n- [ ] open", "- ☑ done\n- ☐ open"),
    ("> a\n> b", "> a\n> b"),
    ("10<sup>6</sup> ~~or more~~", "10^6 ~~or more~~"),
    ("see https://example.com/x", "see https://example.com/x"),
    ("- one\n- two", "- one\n- two"),
    ("1. one\n2. two", "1. one\n2. two"),
    ("[words](https://example.com/a)", "words (https://example.com/a)"),
    ("<https://example.com/a>", "https://example.com/a"),
    ("[help@example.com](mailto:help@example.com)", "help@example.com"),
    ("# Heading\n\nText", "Heading\n\nText"),
    ("    code\n      deeper", "code\n  deeper"),
    ("a &amp; b &lt;c&gt;", "a & b <c>"),
    ("**bold** and `code`", "bold and code"),
]


@pytest.mark.parametrize(("body", "text"), TEXT)
def test_a_body_becomes_text(body, text):
    assert PROSE.text(body) == text


def test_tables_fences_and_lists_are_understood():
    body = "| a | b |\n|---|---|\n| 1 | 2 |\n\n```\nx < y\n```\n\n- one\n- two"

    html = PROSE.html(body)

    assert re.findall("<(table|thead|tbody|tr|th|td|pre|code|ul|li)>", html) == [
        *("table", "thead", "tr", "th", "th", "tbody", "tr", "td", "td"),
        *("pre", "code", "ul", "li", "li"),
    ]
    assert "x &lt; y" in html


def test_the_empty_corner_of_a_table_heads_nothing():
    for corner in ("", "<script>x</script>"):
        html = PROSE.html(f"| {corner} | b |\n|---|---|\n| 1 | 2 |")

        assert re.findall(r"</?t[hd]>", html)[:4] == ["<td>", "</td>", "<th>", "</th>"], corner


def test_stars_that_cross_each_other_take_no_letter_along():
    words = re.sub(r"<[^>]*>|\*", " ", PROSE.html("*a**b*c"))

    assert words.split() == ["a", "b", "c"]


def test_columns_stand_as_their_rule_says():
    html = PROSE.html("| a | b | c |\n|:--|--:|:-:|\n| 1 | 2 | 3 |")

    assert re.findall("<t[hd](?: [^>]*)?>", html) == [
        *("<th>", '<th class="right">', '<th class="center">'),
        *("<td>", '<td class="right">', '<td class="center">'),
    ]


def test_a_table_may_follow_a_sentence():
    html = PROSE.html("Errors a minute:\n| a | b |\n|---|---|\n| 1 | 2 |")

    assert html.startswith("<p>Errors a minute:</p>\n<table>")


TYPED = [
    "Version <v1.2.3> is affected",
    "We expect a fix at <eta>",
    "Customers can't reach <domain> in Europe. Payments are safe.",
    "Our mirror <repo.example.org> is down.",
    "The <template> folder is broken.\n\nThe <title> is empty.\n\nPayments are safe.",
    "</div> and </template> alone",
    "Use <input> or <select your plan>",
    "Out with <a new version> and <s now>",
    "<script> without an end\n\nPayments are safe.",
    "<!-- without an end\n\nPayments are safe.",
    "<!DOCTYPE html>",
    "With <?php echo 1 ?>",
    "a < b, b > c and <c",
]


@pytest.mark.parametrize("body", TYPED)
def test_what_is_no_element_of_html_is_shown_as_typed(body):
    assert PROSE.text(body) == body


def test_words_in_elements_that_a_body_cannot_hold_are_kept():
    body = (
        "<details><summary>Why</summary>\n\n**Because** <font color='red'>of</font> it\n</details>"
    )

    assert PROSE.html(body) == "<p>Why</p>\n<p><strong>Because</strong> of it</p>"


def test_an_element_that_is_not_closed_keeps_no_markdown_out():
    html = PROSE.html("<p>One **bold** word\n\n- a\n- b")

    assert html == "<p>One <strong>bold</strong> word</p>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>"


def test_lines_may_be_joined():
    joined = BodyRenderer(HERE, keeps_lines=False)

    assert joined.html("Two lines\nof <b>text</b>") == "<p>Two lines\nof <strong>text</strong></p>"
    assert joined.text("Two lines\nof text") == "Two lines of text"
    assert joined.text("Two lines  \nof text") == "Two lines\nof text"


def test_one_renderer_keeps_nothing_of_an_earlier_body():
    PROSE.html("[a]: https://example.com/secret")

    assert PROSE.html("[a]") == "<p>[a]</p>"


ALLOWED = {
    "a",
    "abbr",
    "blockquote",
    "br",
    "code",
    "del",
    "em",
    "h4",
    "hr",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "s",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
}
VOID = {"br", "hr"}
CELLS = ("th", "td")


class Checker(HTMLParser):
    """Fails on a tag outside the allow-list, a wrong nesting, and a link elsewhere than http."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        assert tag in ALLOWED
        assert {name for name, _ in attrs} <= {"href", "title", "start", "class"}
        for name, value in attrs:
            if name == "href":
                assert re.match("(https?://|mailto:|tel:)", value)
            if name == "class":
                assert (tag, value) in {
                    (cell, way) for cell in CELLS for way in ("right", "center")
                }
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_comment(self, data):
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


PIECES = st.sampled_from(
    [
        "<script>",
        "</script>",
        "<p>",
        "</p>",
        "<ul>",
        "<li>",
        "</ul>",
        "<a href=javascript:x>",
        "</a>",
        "<a href='/x'>",
        "<table>",
        "<td>",
        "<tr>",
        "<img src=x onerror=y>",
        "<svg onload=x>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?x",
        "&#60;script&#62;",
        "&lt;",
        "&#1;",
        "**",
        "`",
        "```\n",
        "\n",
        "\n\n",
        "- ",
        "1. ",
        "> ",
        "| a |\n|---|\n",
        "[x](",
        ")",
        "![y](",
        "# ",
        "text",
        "    ",
        "<pre>",
        "<blockquote>",
        "<em>",
        "</em>",
        "<h1>",
        "<ol start=3>",
        "<td align=right>",
        "<eta>",
        "<template>",
        "</template>",
        "https://example.com/x",
        "[a](sip:x)",
        "- [x] ",
        "~~",
        "<math><style>",
        "\u202e",
        "\u2028",
        "🔥",
    ]
)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_whatever_is_written_only_allowed_and_nested_markup_comes_out(body):
    html = PROSE.html(body)

    checker = Checker()
    checker.feed(html)
    checker.close()
    assert checker.open == []
    assert find_control_character(html) is None
    assert isinstance(PROSE.text(body), str)


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_text_can_be_rendered(body):
    assert find_control_character(PROSE.text(body)) is None


PLAIN_PARTS = st.one_of(
    st.text(alphabet="abC dé.,:;!?-'\"()/%1234 \n中א@$*_`[<&|+=", max_size=20),
    st.sampled_from(["Hello world.", "Title: x", "a\n---", "x\n\ny", "x  ", "- a", "1. a", ": a"]),
)


@given(st.lists(PLAIN_PARTS, max_size=8).map("\n".join))
def test_plain_paragraphs_come_out_as_the_full_way_makes_them(body):
    renderer = BodyRenderer("https://status.example.com")
    plain = renderer.html(body.strip("\n"))

    full = renderer.html(body.strip("\n") + "\n\n[x]: https://example.com")

    assert plain == full
