import pytest

from statusgen.prose.nesting import nested_rightly

BASE = "https://status.example.com/page/"


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
            '<p><a href="more.html">a</a></p>',
            '<p><a href="https://status.example.com/page/more.html">a</a></p>',
            id="a relative link is made absolute",
        ),
        pytest.param('<p><a href="tel:1">a</a></p>', "<p>a</p>", id="other schemes are no links"),
        pytest.param(
            '<p><img src="x.png" alt="A graph"></p>',
            '<p><a href="https://status.example.com/page/x.png">A graph</a></p>',
            id="an image becomes a link",
        ),
        pytest.param(
            '<p><a href="https://example.com"><img src="x.png" alt="A"></a></p>',
            '<p><a href="https://example.com">A</a></p>',
            id="an image in a link becomes its words",
        ),
    ],
)
def test_markup_is_written_so_that_it_fits(given, expected):
    assert nested_rightly(given, BASE) == expected


def test_elements_within_elements_are_kept_however_deep_they_lie():
    deep = "<sup>" * 3000 + "a" + "</sup>" * 3000

    assert nested_rightly(f"<p>{deep}</p>", BASE) == f"<p>{deep}</p>"


def test_an_element_that_lost_its_tags_still_ends_what_is_in_it():
    given = "<p>a</p><li><em>b</li>c"

    assert nested_rightly(given, BASE) == "<p>a</p><p><em>b</em></p><p>c</p>"
