import pytest

from statusgen.content.entries.front_matter import parse_document
from statusgen.content.entries.yaml_faults import explain, quoted

LINES = [
    ("cause: A: b", "the value of 'cause' contains a colon, so it needs quotes", '"A: b"'),
    (
        "title: Affected:",
        "the value of 'title' contains a colon, so it needs quotes",
        '"Affected:"',
    ),
    ("title: @all", "the value of 'title' begins with '@', so it needs quotes", '"@all"'),
    ("title: *a* b", "the value of 'title' begins with '*', so it needs quotes", '"*a* b"'),
    ("title: - a", "the value of 'title' begins with '-', so it needs quotes", '"- a"'),
    ("title: 'a", "the value of 'title' goes on behind its closing quote, or has none", '"a"'),
    (
        'title: "a" b',
        "the value of 'title' goes on behind its closing quote, or has none",
        "'\"a\" b'",
    ),
    (
        "title: 'It's'",
        "the value of 'title' goes on behind its closing quote, or has none",
        '"It\'s"',
    ),
    (
        'title: "C:\\q"',
        "the value of 'title' has a backslash between double quotes, where it means something else",
        "'C:\\q'",
    ),
]


@pytest.mark.parametrize(("line", "what", "value"), LINES)
def test_a_value_that_needs_quotes_is_shown_in_quotes(line, what, value):
    key = line.partition(":")[0]

    assert explain(line) == (what, f"write {key}: {value}")


@pytest.mark.parametrize(("line", "value"), [(line, value) for line, _, value in LINES])
def test_with_these_quotes_it_is_read(line, value):
    key = line.partition(":")[0]
    document, problems = parse_document(f"---\n{key}: {value}\n---\nBody".encode(), "a.md")

    assert problems == []
    assert document.headers[key].value.text in line.replace("''", "'")


@pytest.mark.parametrize("value", ["C:\\temp", "C:\\audio"])
def test_what_a_backslash_makes_between_double_quotes_is_told(value):
    document, [problem] = parse_document(f'---\ntitle: "{value}"\n---\nBody'.encode(), "a.md")

    assert document is None
    assert (problem.line, problem.remedy) == (2, f"write title: '{value}'")
    assert "has a backslash between double quotes" in problem.what


def test_a_tab_is_told_on_its_line():
    header = "---\nseverity: SEV1\ntitle: a\n\tcause: b\n---\nBody"

    document, [problem] = parse_document(header.encode(), "a.md")

    assert document is None
    assert (problem.line, problem.what) == (4, "a tab stands in front of the key")


def test_a_list_that_a_comment_cuts_off_is_not_said_to_lack_its_end():
    what, remedy = explain("tags: [near-miss #1, security]")

    assert what == "the list of 'tags' is cut off at a #, which begins a comment"
    assert remedy == "put what holds the # between quotes"


def test_a_list_that_is_not_closed_may_be_meant_as_one():
    what, remedy = explain("components: [a, b")

    assert (
        what == "the value of 'components' begins with '[' like a list, and does not end like one"
    )
    assert remedy == "end the list with ']', or write components: \"[a, b\""


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("\ttitle: a", "a tab stands in front of the key"),
        ("title", "'title' is not key: value"),
        ("  api: operational", "'api' can't be read where it stands"),
    ],
)
def test_a_line_in_a_wrong_form_is_told(line, what):
    assert explain(line)[0] == what


def test_quotes_within_a_value_are_kept():
    assert quoted("'a' and 'b'") == "\"'a' and 'b'\""
    assert quoted("a \"b\" and 'c'") == "'a \"b\" and ''c'''"
    assert quoted("a" * 100) == '"…" with the whole value between the quotes'


@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("status: update\ntitle: A: b", 3),
        ("status: update\ntitle: 'a\nat: x", 3),
        ("components: [a, b\nstatus: update", 2),
        ("status: update\ntitle\nat: x", 3),
    ],
)
def test_the_line_is_named_on_which_it_begins(header, line):
    document, [problem] = parse_document(f"---\n{header}\n---\nBody".encode(), "a.md")

    assert document is None
    assert problem.line == line
    assert "YAML" not in problem.what
