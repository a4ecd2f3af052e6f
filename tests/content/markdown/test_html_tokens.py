import pytest

from statusgen.content.markdown.html_tokens import Token, attributes_of, read_tokens


def told(html):
    """Return tags as `<name>`, and text as it is."""
    return [
        f"<{'/' * token.is_end}{token.name}>" if token.name else token.text
        for token in read_tokens(html)
    ]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        pytest.param("a <b>c</b> d", ["a ", "<b>", "c", "</b>", " d"], id="tags of a body"),
        pytest.param("<BR/>a<br />", ["<br>", "a", "<br>"], id="in any spelling"),
        pytest.param("<div>a</div>", ["a"], id="tags of other elements are left out"),
        pytest.param("<div>a", ["<div>", "a"], id="without an end they are text"),
        pytest.param("a</div>", ["a", "</div>"], id="and without a beginning"),
        pytest.param("<a new b>c", ["<a new b>", "c"], id="what is not made of attributes is text"),
        pytest.param("<td nowrap>", ["<td>"], id="some attributes have no value"),
        pytest.param("</b x>", ["</b x>"], id="an end has no attributes"),
        pytest.param("<eta>a</eta>", ["<eta>", "a", "</eta>"], id="names that are none are text"),
        pytest.param("<script>a<b></script>c", ["c"], id="a script goes with what is in it"),
        pytest.param("<script>a", ["<script>", "a"], id="a script without an end is text"),
        pytest.param("a<!-- b > c -->d", ["a", "d"], id="comments are left out"),
        pytest.param("a<!-- b", ["a<!-- b"], id="a comment without an end is text"),
        pytest.param("<!-->a", ["a"], id="an empty comment"),
        pytest.param("<input>", ["<input>"], id="an element that does nothing is text"),
        pytest.param("<input type=text>a", ["a"], id="one that does something is left out"),
        pytest.param("a <b> c", ["a ", "<b>", " c"], id="one of a body without an end is text"),
        pytest.param("a </code> c", ["a ", "</code>", " c"], id="or without a beginning"),
        pytest.param("<img> <img/>", ["<img>", " ", "<img/>"], id="an image of nothing is text"),
        pytest.param("<dl><dt>a<dd>b</dl>", ["a", "b"], id="elements that need no end"),
        pytest.param("<dt>a", ["<dt>", "a"], id="where they don't belong they are text"),
        pytest.param("a<wbr>b", ["a", "b"], id="where a word may be divided"),
        pytest.param("a < b > c <1", ["a < b > c <1"], id="no tag at all"),
    ],
)
def test_tags_that_are_markup_are_told_from_text(html, expected):
    assert "".join(told(html)) == "".join(expected)


@pytest.mark.parametrize(
    ("html", "as_markup", "as_text"),
    [
        pytest.param("<b>a<b>b</b>", 2, 1, id="each end has one beginning"),
        pytest.param("<b><i>a</b></i>", 4, 0, id="words may be marked crosswise"),
        pytest.param("<ul><li>a<li>b</ul>", 4, 0, id="items need no end in a list"),
        pytest.param("<li>a <td>b", 0, 2, id="and are text elsewhere"),
        pytest.param("<ul><li><ul></li></ul>", 4, 1, id="a block ends all blocks in it"),
        pytest.param('<a href="b">c', 1, 0, id="attributes make markup of a tag"),
        pytest.param("<p>a</p><p>b</p></p><br></br><hr>", 8, 0, id="paragraphs and lines"),
    ],
)
def test_a_tag_of_a_body_needs_a_partner(html, as_markup, as_text):
    marked = list(read_tokens(html))

    assert sum(bool(one.name) for one in marked) == as_markup
    assert sum(one.text[:1] == "<" and not one.name for one in marked) == as_text


def test_the_first_of_two_attributes_counts():
    token = Token("", "a", attributes=" HREF='a&amp;b' href=c x=\"d\" nowrap")

    assert attributes_of(token) == {"href": "a&b", "x": "d", "nowrap": ""}


@pytest.mark.parametrize(
    "unit", ["<!-- >", "<a '\">", "<b x=y ", "<div>", "<a a a a a=", "<", "<b>", "<ul><li></ul>"]
)
def test_the_work_grows_with_the_length(unit):
    html = unit * (200_000 // len(unit))

    assert sum(len(token.text) for token in read_tokens(html)) <= len(html)
