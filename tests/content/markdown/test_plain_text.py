import pytest

from statusgen.content.markdown.plain_text import VERBATIM, as_text


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        pytest.param("<p>a</p><p>b</p>", "a\n\nb", id="paragraphs"),
        pytest.param("<p>a<br>b</p>", "a\nb", id="line breaks"),
        pytest.param("<ul><li>a</li><li>b</li></ul>", "- a\n- b", id="a list"),
        pytest.param("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b", id="a numbered list"),
        pytest.param("<ul><li>a<ul><li>b</li></ul></li></ul>", "- a\n  - b", id="a list in a list"),
        pytest.param(
            '<p><a href="https://example.com/x">here</a></p>',
            "here (https://example.com/x)",
            id="a link with its address",
        ),
        pytest.param(
            '<p><a href="https://example.com">https://example.com</a></p>',
            "https://example.com",
            id="an address once",
        ),
        pytest.param("<pre><code>a\n  b</code></pre>", "a\n  b", id="code as it is"),
        pytest.param(
            "<ul><li>Run<pre><code>a\n  b</code></pre></li><li><pre><code>c</code></pre></li></ul>",
            "- Run\n  a\n    b\n- c",
            id="code in a list",
        ),
        pytest.param('<ol start="21"><li>a</li><li>b</li></ol>', "21. a\n22. b", id="its number"),
        pytest.param(
            "<ol><li><p>a</p>\n<p>b</p>\n<ul><li>c</li></ul></li></ol>",
            "1. a\n   b\n   - c",
            id="all of an item stands below its beginning",
        ),
        pytest.param(
            "<blockquote>\n<p>a<br>\nb</p>\n<p>c</p>\n</blockquote>\n<p>d</p>",
            "> a\n> b\n>\n> c\n\nd",
            id="a quotation",
        ),
        pytest.param(
            "<blockquote><ul><li>a<pre><code>b</code></pre></li></ul></blockquote>",
            "> - a\n>   b",
            id="a list in a quotation",
        ),
        pytest.param("<p>a</p><hr><p>b</p>", "a\n\n---\n\nb", id="a rule"),
        pytest.param("<p>10<sup>6</sup>, e<sup>-x</sup></p>", "10^6, e^(-x)", id="powers"),
        pytest.param("<p>1<sup>st</sup>, <sup>a<br>b</sup></p>", "1st, a\nb", id="no powers"),
        pytest.param("<p>H<sub>2</sub>O</p>", "H2O", id="what is lowered"),
        pytest.param("<p><del>Monday</del> <s>or</s> x</p>", "~~Monday~~ ~~or~~ x", id="struck"),
        pytest.param('<p><abbr title="b c">a</abbr></p>', "a (b c)", id="what a word stands for"),
        pytest.param(
            '<p><a href="tel:+49301">Call</a></p>', "Call (+49301)", id="a number to call"
        ),
        pytest.param(
            '<p><a href="https://example.com/%C3%BC">https://example.com/ü</a> '
            '<a href="http://www.example.com">www.example.com</a></p>',
            "https://example.com/ü www.example.com",
            id="an address once, however it is written",
        ),
        pytest.param("<p>&lt;b&gt; &amp;</p>", "<b> &", id="characters, not entities"),
        pytest.param(
            "<p>a</p><table><thead>\n<tr><th>A</th>\n<th>B</th></tr></thead>"
            '<tbody><tr><td><a href="https://a.test">a</a><br>b</td><td>c</td></tr></tbody>'
            "</table><p>d</p>",
            "a\n\nA                     B\na (https://a.test) b  c\n\nd",
            id="a table",
        ),
        pytest.param(
            "<table><tbody><tr><td>a<table><tbody><tr><td>b</td></tr></tbody></table></td>"
            "<td>c</td></tr></tbody></table>",
            "a b  c",
            id="a table in a table",
        ),
        pytest.param(
            "<ul><li>a<table><tbody><tr><td>b</td></tr></tbody></table></li><li>c</li></ul>",
            "- a\n  b\n- c",
            id="a table in a list",
        ),
    ],
)
def test_markup_reads_as_text(html, expected):
    assert as_text(html) == expected


def test_the_marks_of_code_stand_in_front_of_everything_else():
    html = "<blockquote><ul><li>a<pre><code>b</code></pre></li></ul></blockquote>"

    assert as_text(html, VERBATIM) == f"> - a\n{VERBATIM}>   b"


def test_lines_of_code_can_be_told_from_others():
    code = "<pre><code>b &lt;\n\n  c\n</code></pre>"
    html = f"<p>a</p>{code}<table><tr><td><pre>d</pre></td></tr></table>"

    assert as_text(html, VERBATIM) == f"a\n\n{VERBATIM}b <\n\n{VERBATIM}  c\n\nd"
