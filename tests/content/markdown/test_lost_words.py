"""No word of an author is lost without a word from us."""

import re
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statusgen.content.entries.word_check import MAY_LOSE
from statusgen.content.markdown.lost_words import find_losses
from statusgen.content.markdown.markdown_html import BodyRenderer
from tests.components.soak import part

RENDERERS = [BodyRenderer("https://status.example.com", keeps_lines=one) for one in (True, False)]


def losses(body):
    return find_losses(body, RENDERERS[0].html(body))


LOST = [
    ("a\n<!-- b\nc --> d", 1, "a comment is not shown"),
    ("a\n<script>\nb\n</script>", 1, "<script> is not shown, and nothing that is in it"),
    ("<STYLE>b</STYLE> a", 0, "<style> is not shown, and nothing that is in it"),
    ("a\n\n[Update]: done", 2, "'Update done' is a link definition that nothing shows"),
    ("[a]: b 'c d'\n\n[a]", 0, "'c d' is a link definition that nothing shows"),
    ('a [b](c "d e")', 0, "'d e' is the title of a link and is not shown"),
    ("![b](c 'd')", 0, "'d' is the title of a link and is not shown"),
    ("[![a](https://b.c)](d.e)", 0, "'b c' is the address of an image in a link and is not shown"),
    ("a ![b](data:c,d)", 0, "'data c d' is a file in an address and is not shown"),
    ("a\n```Error: b\nc\n```", 1, "'Error b' stands behind a code fence and is not shown"),
    ("- a\n  ~~~ sh b\n  c\n  ~~~", 1, "'b' stands behind a code fence and is not shown"),
    ("01. a", 0, "readers see 1. where 01. is written"),
    ("|a|b|\n|---|---|\n|1|2|3|", 2, "'3' stands behind the last column of the table and is not"),
    ("a <iframe src='b'></iframe>", 0, "'b' stands in a tag and is not shown"),
    ("a <input value=b>", 0, "'b' stands in a tag and is not shown"),
    ("1. a\n2. b\n4. c", 2, "readers see 3. where 4. is written, as lists count on"),
    ("a\n1. b\n1. c", 2, "readers see 2. where 1. is written, as lists count on"),
]


@pytest.mark.parametrize(("body", "line", "what"), LOST)
def test_what_nobody_sees_is_found_with_its_line(body, line, what):
    [loss] = losses(body)

    assert MAY_LOSE.search(body)
    assert loss.line == line
    assert loss.what.startswith(what)


SHOWN = [
    "a **b**c, d_e_f and *g*",
    "[a](https://example.com/b?c=d#e) <https://example.com/%20f> [g][h]\n\n[h]: i",
    "[a]\n\n[a]: https://example.com/b",
    "![a](b.png) <img src=c.png alt=d>",
    "<b class=x>a</b> <font color=red>b</font><abbr title='c d'>e</abbr>",
    "```python\na\n```\n\n- b\n  ~~~ js\n  c\n  ~~~",
    "```{.sh a=b}\nc\n```\n\n> ``` c++\n> d\n> ```\n\n```a` b\n\n~~~not closed",
    "21. a\n22. b\n    1. c\n    2. d",
    "|a|b|\n|---|---|\n|1|2|\n|3",
    "&copy; &#x41;&#66; a &lt;b&gt;",
    "<eta> <template> <v1.2> `<script>` <!-- a",
    "The <table> and the <s> folder, </code>, <img> and <td>\n\n- the <ul>",
    "a\nb  \nc\\\nd<br>e",
    "1. [x] a\n2. [ ] b\n    - [X] c",
]


@pytest.mark.parametrize("body", SHOWN)
def test_what_is_shown_is_no_loss(body):
    assert losses(body) == []


def test_words_that_are_there_twice_are_lost_where_they_are_not_shown():
    [loss] = losses("fixed\n\nfixed <!-- fixed -->\n\nfixed\n\nfixed")

    assert loss.line == 2


def test_the_work_grows_with_what_is_lost():
    rows = "\n".join(f"|1|w{number}|" for number in range(20_000))

    assert len(losses(f"|a|\n|-|\n{rows}")) == 20_000


def test_many_lost_words_make_a_short_message():
    [loss] = losses(f"a\n\n[b]: {'word' * 100}")

    assert len(loss.what) < 100


WORD = object()
SYNTAX = st.sampled_from(
    [
        *("\n", "\n\n", " ", "  ", "    ", "- ", "* ", "1. ", "2. ", "> ", "# ", "## ", "[x] "),
        *("**", "*", "_", "~~", "`", "``", "```\n", "\n```\n", "~~~\n", "|", "\n|---|---|\n"),
        *("\n---\n", "===\n", "[", "]", "](", "](/x ", ")", "![", '"', "'", "(", "]: ", "[a]: "),
        *("<", ">", "</", "<b>", "</b>", "<div>", "</div>", "<script>", "</script>", "<!--", "-->"),
        *("<template>", "</template>", "<eta>", "<p>", "</p>", "<ul>", "<li>", "<ol start=3>"),
        *("<table>", "<tr>", "<td>", "</td>", "</table>", "<br>", "<a href=/x>", "</a>", "<?"),
        *("<img src=x alt=", "<input value=", "<iframe src=", "<title>", "<textarea>", "<svg>"),
        *("<select>", "<option>", "<plaintext>", "<frameset>", "<caption>", "<pre>", "</pre>"),
        *("<![CDATA[", "]]>", "?>", "&amp;", "&#", ";", "\\", "\\\n", "http://", "www.", "@"),
        *("https://x.example/", "x@y.example", "#", "é", "中", "\u2028", "🔥", "<sup>", "<del>"),
    ]
)


def written(parts):
    """The parts as one body, in which each word is another."""
    numbers = count(1)
    return "".join(f"w{next(numbers):02}x" if one is WORD else one for one in parts).strip("\n")


@settings(max_examples=part(400, 40_000))
@given(st.lists(st.one_of(st.just(WORD), SYNTAX), max_size=25).map(written))
def test_every_word_is_shown_or_its_line_is_named(body):
    words = re.findall(r"w\d\dx", body)
    for renderer in RENDERERS:
        html, text = renderer.html(body), renderer.text(body)
        named = find_losses(body, html) if MAY_LOSE.search(body) else []
        lines = {loss.line for loss in named}
        hidden = " ".join(loss.what for loss in named)

        for word in words:
            is_named = body.count("\n", 0, body.index(word)) in lines or "<s" in hidden
            assert word in html or is_named or "comment" in hidden, (word, html)
            if word in re.sub("<[^>]*>", "", html):
                assert word in text, (word, text)
