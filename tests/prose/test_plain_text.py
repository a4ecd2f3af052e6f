import pytest

from statusgen.prose.plain_text import VERBATIM, as_text


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
            "- Run\na\n  b\n- c",
            id="code in a list",
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
            "- a\nb\n- c",
            id="a table in a list",
        ),
    ],
)
def test_markup_reads_as_text(html, expected):
    assert as_text(html) == expected


def test_lines_of_code_can_be_told_from_others():
    code = "<pre><code>b &lt;\n\n  c\n</code></pre>"
    html = f"<p>a</p>{code}<table><tr><td><pre>d</pre></td></tr></table>"

    assert as_text(html, VERBATIM) == f"a\n\n{VERBATIM}b <\n\n{VERBATIM}  c\n\nd"
