import pytest

from statusgen.content.markdown.raw_html import reduced

BASE = "https://status.example.com/page/"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        pytest.param("a &lt; b &amp;copy; <v>", "a &lt; b &amp;copy; &lt;v&gt;", id="text"),
        pytest.param('<p class="x" onclick="y">a</p>', "<p>a</p>", id="attributes go"),
        pytest.param('<ol start="003">', '<ol start="3">', id="but where a list begins"),
        pytest.param('<ol start="1"><ol start="x">', "<ol><ol>", id="if that says something"),
        pytest.param('<td align="Right">', '<td class="right">', id="where a column stands"),
        pytest.param(
            '<th align="left"><td align="x">', "<th><td>", id="if that is not at the left"
        ),
        pytest.param(
            '<abbr title="b&quot;">', '<abbr title="b&quot;">', id="what a word stands for"
        ),
        pytest.param(
            '<a href="more.html" target="x">a</a>',
            '<a href="https://status.example.com/page/more.html">a</a>',
            id="links are absolute",
        ),
        pytest.param('<a href="sip:b">a</a>', "a (sip:b)", id="what is no link has its address"),
        pytest.param('<a href="sip:b">a', "a (sip:b)", id="also where it has no end"),
        pytest.param('<a href="ftp://b">ftp://b</a>', "ftp://b", id="but not twice"),
        pytest.param('<a href="data:,b">a</a>', "a", id="and not where it is a file"),
        pytest.param('<a name="b">a</a>', "a", id="an anchor is no link"),
        pytest.param(
            '<img src="x.png" alt="A graph">',
            '<a href="https://status.example.com/page/x.png">A graph</a>',
            id="an image is a link",
        ),
        pytest.param(
            '<img src="x.png">',
            '<a href="https://status.example.com/page/x.png">x.png</a>',
            id="an image without words is called by its file",
        ),
        pytest.param('<img src="cid:1" alt="A">', "A (cid:1)", id="an image that is no link"),
        pytest.param('<img src="data:," alt="A">', "A", id="an image that is in the address"),
        pytest.param(
            '<a href="https://example.com"><img src="x.png" alt="A"></a>',
            '<a href="https://example.com">A</a>',
            id="an image in a link is its words",
        ),
    ],
)
def test_only_the_markup_of_bodies_is_left(html, expected):
    assert reduced(html, BASE) == expected
