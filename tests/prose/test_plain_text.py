import pytest

from statusgen.prose.plain_text import as_text


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
        pytest.param("<p>&lt;b&gt; &amp;</p>", "<b> &", id="characters, not entities"),
    ],
)
def test_markup_reads_as_text(html, expected):
    assert as_text(html) == expected
