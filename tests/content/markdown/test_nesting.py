import pytest

from statusgen.content.markdown.nesting import nested_rightly, without_empty_elements


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param("<p>a</p>", "<p>a</p>", id="what is right stays"),
        pytest.param("loose", "<p>loose</p>", id="loose text becomes a paragraph"),
        pytest.param("<li>a</li>", "<p>a</p>", id="an item without a list loses its tags"),
        pytest.param("<ul>a<li>b</li></ul>", "<ul><li>a</li><li>b</li></ul>", id="text in a list"),
        pytest.param("<td>a</td>", "<p>a</p>", id="a cell without a table loses its tags"),
        pytest.param("<p>a", "<p>a</p>", id="what is open is closed"),
        pytest.param("<b>a</b>", "<p><strong>a</strong></p>", id="old names get their new ones"),
        pytest.param(
            '<ol start="3"><li>a</li></ol>', '<ol start="3"><li>a</li></ol>', id="attributes stay"
        ),
        pytest.param(
            '<p><a href="https://example.com/?a&amp;b"></a></p>',
            '<p><a href="https://example.com/?a&amp;b">https://example.com/?a&amp;b</a></p>',
            id="a link without words shows its address",
        ),
        pytest.param(
            '<p><a href="mailto:help@example.com"><em> </em></a>, <a href="tel:+49">b</a></p>',
            '<p><a href="mailto:help@example.com"><em> </em>help@example.com</a>, '
            '<a href="tel:+49">b</a></p>',
            id="an empty element is no word, and an address of mail has no scheme",
        ),
        pytest.param(
            '<p><a href="mailto:"></a></p>',
            '<p><a href="mailto:">mailto:</a></p>',
            id="where the scheme is all there is, it is shown",
        ),
    ],
)
def test_markup_is_written_so_that_it_fits(given, expected):
    assert nested_rightly(given) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param("<h4>a</h4>", "<h4>a</h4>", id="a heading with words stays"),
        pytest.param("<p>a</p>\n<h4></h4>\n<p>b</p>", "<p>a</p>\n<p>b</p>", id="no words"),
        pytest.param("<h4> &nbsp;\u2003<em></em><br></h4><h4>a</h4>", "<h4>a</h4>", id="no letter"),
        pytest.param(
            "<tr><th></th><th><em> </em></th><th>a</th></tr>",
            "<tr><td></td><td><em> </em></td><th>a</th></tr>",
            id="empty header cells become cells",
        ),
        pytest.param(
            '<th class="right"></th>', "<td></td>", id="an empty header cell of an aligned column"
        ),
        pytest.param("<p>a</p>\n<p> <br>\n</p>", "<p>a</p>\n", id="an empty paragraph goes"),
        pytest.param("<p>a<br>\n<br>\n</p>", "<p>a</p>", id="and breaks at the end of one"),
        pytest.param(
            "<th><table><thead><tr><th></th></tr></thead></table></th>",
            "<th><table><thead><tr><td></td></tr></thead></table></th>",
            id="a cell that holds a table keeps both its tags",
        ),
        pytest.param(
            "<code>&lt;th&gt;&lt;/th&gt;</code>",
            "<code>&lt;th&gt;&lt;/th&gt;</code>",
            id="what only looks like one stays",
        ),
    ],
)
def test_nothing_stays_that_says_nothing(given, expected):
    assert without_empty_elements(given) == expected


def test_elements_within_elements_are_kept_however_deep_they_lie():
    deep = "<sup>" * 3000 + "a" + "</sup>" * 3000

    assert nested_rightly(f"<p>{deep}</p>") == f"<p>{deep}</p>"


def test_an_element_that_lost_its_tags_still_ends_what_is_in_it():
    given = "<p>a</p><li><em>b</li>c"

    assert nested_rightly(given) == "<p>a</p><p><em>b</em></p><p>c</p>"
