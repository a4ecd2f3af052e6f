import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from statusgen.content.entries.body_limits import BODY_LIMIT
from statusgen.content.entries.front_matter import HEADER_LIMIT, Scalar, parse_document

FENCE = "---\n"


def document_of(text):
    document, problems = parse_document(text.encode(), "01.md")
    assert problems == []
    return document


def complaint_about(raw):
    raw = raw.encode() if isinstance(raw, str) else raw
    document, (problem,) = parse_document(raw, "01.md")
    assert document is None
    return problem


@pytest.mark.parametrize("value", ["no", "2026", "1.0", "null", "0x10", "2026-11-21", "~", "12:30"])
def test_every_scalar_is_the_text_that_it_looks_like(value):
    document = document_of(
        f"---\ntitle: {value}\nlist: [{value}]\nmap: {{{value}: {value}}}\n---\nText"
    )

    text = Scalar(value, 2).text
    assert document.headers["title"].value.text == text
    assert [one.text for one in document.headers["list"].value] == [text]
    assert [(k.text, v.text) for k, v in document.headers["map"].value] == [(text, text)]


def test_keys_and_values_know_their_lines():
    document = document_of("---\ntitle: x\ncomponents:\n  a: b\n\n  c: d\n---\n\nText\n")

    components = document.headers["components"]
    assert (document.headers["title"].line, components.line) == (2, 3)
    assert [key.line for key, _ in components.value] == [4, 6]
    assert (document.body, document.body_line) == ("Text", 9)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\ufeff---\ntitle: x\n---\nText\n", id="byte order mark"),
        pytest.param("---\r\ntitle: x\r\n---\r\nText\r\n", id="CRLF"),
        pytest.param("---\rtitle: x\r---\rText\r", id="CR"),
        pytest.param("\n  \n---\ntitle: x\n---\nText", id="blank first lines"),
        pytest.param("---  \ntitle: x\n---\t\nText", id="space after the hyphens"),
        pytest.param("--- \n# a comment\ntitle: x\n---\nText", id="a comment"),
    ],
)
def test_harmless_differences_are_fine(text):
    document = document_of(text)

    assert document.headers["title"].value.text == "x"
    assert document.body == "Text"


def test_a_body_may_hold_further_rules_of_hyphens():
    assert document_of("---\na: b\n---\nOne\n\n---\n\nTwo").body == "One\n\n---\n\nTwo"


def test_front_matter_may_be_empty():
    assert document_of("---\n---\nText").headers == {}


def test_text_of_any_language_is_kept():
    text = "\u05e9\u05dc\u05d5\u05dd \u65e5\u672c\u8a9e \U0001f525 \u200f"

    assert document_of(f"---\ntitle: {text}\n---\n{text}").body == text


def test_front_matter_has_a_limit():
    line = complaint_about(FENCE + "a: " + "x" * HEADER_LIMIT + "\n---\nText")

    assert (line.line, line.what) == (1, "front matter is over 64 KB")


def test_an_endless_header_is_too_long_rather_than_unclosed():
    assert "64 KB" in complaint_about(FENCE + "x\n" * HEADER_LIMIT).what


def test_a_body_has_a_limit():
    within = FENCE + "a: b\n" + FENCE + "x" * BODY_LIMIT
    assert len(document_of(within).body) == BODY_LIMIT

    problem = complaint_about(within + "x")

    assert (problem.line, problem.what) == (4, "the body is over 256 KB")


@pytest.mark.parametrize(
    "character", ["\x00", "\x0b", "\x0c", "\x1b", "\x7f", "\x85", "\ufffe", "\uffff"]
)
def test_a_control_character_is_named_with_its_line(character):
    problem = complaint_about(f"---\na: b\n---\nText\n{character}")

    assert (problem.line, problem.what) == (5, f"control character U+{ord(character):04X}")


def test_bytes_that_are_not_utf8_are_named_with_their_line():
    problem = complaint_about(b"---\na: b\n---\ncaf\xe9\n")

    assert str(problem) == "01.md:4: not UTF-8 text; save the file as UTF-8"


@pytest.mark.parametrize(
    "header",
    [
        "a: &x b\nc: *x",
        "a: &x [b]",
        "a: {b: &x c}",
        "&x a: b",
        "a: !!str b",
        "a: !x b",
        "!!map {a: b}",
    ],
)
def test_yaml_that_is_more_than_text_is_refused(header):
    assert "not allowed" in complaint_about(f"---\n{header}\n---\nText").what


@pytest.mark.parametrize("header", ["a: b\n...\nc: d", "a: b\n--- c\n", "a: b\n...\n--- {c: d}"])
def test_nothing_may_follow_the_front_matter(header):
    assert complaint_about(f"---\n{header}\n---\nText").line > 1


@pytest.mark.parametrize("header", ["? [a]\n: b", "{a: b}: c", "a: [[b]]", "a: {b: [c]}"])
def test_what_is_nested_deeper_is_refused(header):
    assert complaint_about(f"---\n{header}\n---\nText").what == "nested too deeply"


def test_a_deep_nest_is_no_stack_overflow():
    assert complaint_about("---\na: " + "[" * 30_000 + "\n---\nText").line == 2


def test_a_key_that_is_there_twice_comes_with_the_first_one():
    document, (problem,) = parse_document(b"---\na: one\na: two\n---\nText", "01.md")

    assert str(problem) == "01.md:3: key 'a' is there twice (first on line 2); keep one of them"
    assert document.headers["a"].value.text == "one"


@settings(deadline=None)
@given(st.binary(max_size=200))
@example(b"---\n%YAML 9.9\n---\n")
@example(b"---\n\xe2\x80\xa8: \xe2\x80\xa9\n---\n")
def test_any_bytes_are_a_document_or_a_problem(raw):
    document, problems = parse_document(raw, "01.md")

    assert document is not None or problems


YAML_PIECES = st.sampled_from(
    [
        *"abc:,[]{}#&*!|>'\"%@`?- \t\n",
        "---\n",
        "...\n",
        "<<: ",
        "\\x07",
        "\u2028",
        "\ud7ff",
        ": ",
        "- ",
    ]
)


@settings(deadline=None)
@given(st.lists(YAML_PIECES, max_size=30).map("".join))
@example("{a#")
def test_any_front_matter_is_a_document_or_a_problem(header):
    document, problems = parse_document(f"---\n{header}\n---\nText".encode(), "01.md")

    assert document is not None or problems
    assert all(1 <= problem.line <= header.count("\n") + 4 for problem in problems)
