"""No body within the limits takes long: what could is refused, and honest bodies never are."""

import base64

import pytest

from statusgen.content.entries.body_limits import (
    BODY_LIMIT,
    MOST_ADDRESSES,
    MOST_CELLS,
    MOST_MARKS,
    BodyTooTangled,
    check_limits,
)
from statusgen.content.entries.front_matter import parse_document

LOG = "[error] <a b=`c` #1 {x}: **_| retry\n"

HONEST = {
    "a long paragraph": "We are looking into it, as we said. " * 7000,
    "many paragraphs": "## Heading\nText\n\n---\n\n" * 10000,
    "a table": "| a | b |\n|---|---|\n" + "| `x` [y](https://example.com) | <br> z |\n" * 5000,
    "a log in a fence": f"```\n{LOG * 6000}```\n",
    "a log between tildes": f"~~~ text\n{LOG * 6000}~~~\n",
    "many fences": f"```sh\n{LOG * 10}```\n\n" * 500,
    "base64 in a fence": f"```\n{base64.encodebytes(bytes(180_000)).decode()}```\n",
    "comments of a script": "    # step\n    run\n" * MOST_MARKS,
    "a list": "- `host` [is](https://example.com) **back**\n" * 5000,
    "a quote": "> as we said\n" * 10000,
    "a table of HTML": "<table>\n" + "<tr><td>a</td><td><b>c</b></td></tr>\n" * 5000 + "</table>",
    "tags without end": "one<br>two<hr>\n" * 10000,
    "link definitions": "[a][1]\n\n" * 1000 + "[1]: https://example.com/a\n" * MOST_MARKS,
    "names that are no elements": "<ETA> <host-1> <ann@example.com> <b@example.com>\n" * 4000,
    "comparisons": "a < b, 3 <4, <- and <= c\n" * 5000,
}


@pytest.mark.parametrize("body", HONEST.values(), ids=HONEST.keys())
def test_an_honest_body_of_any_length_passes(body):
    check_limits(body.encode()[:BODY_LIMIT].decode())


def rows(text):
    return f"a|b\n-|-\n{text}"


LIMITS = {
    "headings": (lambda n: "# a\n" * n, MOST_MARKS, 200),
    "underlines": (lambda n: "a\n=\n" * n, MOST_MARKS, 401),
    "thin underlines": (lambda n: "a\n---\n" * n, MOST_MARKS, 401),
    "rules": (lambda n: "* * *\n" * n, MOST_MARKS, 200),
    "rules in a quote": (lambda n: "> ---\n" * n, MOST_MARKS, 200),
    "headings in a list": (lambda n: "- # a\n" * n, MOST_MARKS, 200),
    "definitions": (lambda n: "[a]:\nb\n" * n, MOST_MARKS, 400),
    "tags begun": (lambda n: "<a \n" * n, MOST_MARKS, 200),
    "tags begun in paragraphs": (lambda n: "<a b\n\n" * n, MOST_MARKS, 400),
    "links begun": (lambda n: "<http://\n" * n, MOST_MARKS, 200),
    "comments begun": (lambda n: "<!--\n" * n, MOST_MARKS, 200),
    "fences": (lambda n: "```a\n" * n, MOST_MARKS, 200),
    "backticks in a row": (lambda n: rows("`|" * n), MOST_MARKS, 2),
    "inline marks": (lambda n: "a\n\n" + "\\`[&\n" * (n // 4) + "`" * (n % 4), 20_000, 2),
    "open tags": (lambda n: "<div>\n" * n, MOST_MARKS, 200),
    "open tags in paragraphs": (lambda n: "<em>\n\n" * n, MOST_MARKS, 400),
}


@pytest.mark.parametrize(("make", "most", "line"), LIMITS.values(), ids=LIMITS.keys())
def test_as_many_marks_as_allowed_pass_and_one_more_is_told_at_its_line(make, most, line):
    check_limits(make(most) + "x" * 1000)

    with pytest.raises(BodyTooTangled) as caught:
        check_limits(make(most + 1) + "x" * 1000)

    assert caught.value.line == line
    assert caught.value.remedy


ATTACKS = {
    "a tag": "<a ",
    "a link": "<http://",
    "a value": '<a b="',
    "a comment": "<!--",
    "a declaration": "<![CDATA[",
    "an instruction": "<?",
    "an underline": "a\n=\n",
    "a heading": "# a\n",
    "a rule": "a\n***\n",
    "a definition": "[a]:\nb\n",
    "a fence": "~~~~a\n",
    "an element": "<div>",
    "an element with an end of another": "<sup></sub>",
    "an escape": "\\",
    "a code span": "`a",
    "a bracket": "[",
    "an entity": "&amp;",
    "a mixture": "# a\n<a <b>\n```x\n",
}


@pytest.mark.parametrize("unit", ATTACKS.values(), ids=ATTACKS.keys())
@pytest.mark.parametrize("behind", ["", "\n", "x", ">", "`"])
def test_whatever_makes_the_library_slow_is_refused_at_full_size(unit, behind):
    body = unit * (BODY_LIMIT // len(unit) - 1) + behind

    with pytest.raises(BodyTooTangled):
        check_limits(body)


def test_many_uses_of_a_long_definition_are_refused():
    address = "https://example.com/" + "a" * 2000
    uses = MOST_ADDRESSES // len(address)

    check_limits("[a] " * (uses - 50) + f"\n\n[a]: {address}\n")

    with pytest.raises(BodyTooTangled, match="too long to be used so often") as caught:
        check_limits("[a] " * uses + f"\n\n[a]: {address}\n")
    assert caught.value.line == 2


@pytest.mark.parametrize("rule", ["-" + "|-" * 98, "|" + ":-: | " * 99])
def test_a_table_of_too_many_cells_is_refused_at_its_rule(rule):
    head, most = "a" + "|a" * 98 + "\n", MOST_CELLS // 99

    check_limits(f"Text\n\n{head}{rule}\n" + "|\n" * (most - 1))

    with pytest.raises(BodyTooTangled) as caught:
        check_limits(f"Text\n\n{head}{rule}\n" + "|\n" * most)
    assert caught.value.line == 3


@pytest.mark.parametrize("before", ["", "Text\n\n", "<hr>", "<hr>\n", "> ", "</div>"])
@pytest.mark.parametrize("marker", ["- ", "1. ", "* ", "> ", "-   ", "- 1. "])
@pytest.mark.parametrize("text", ["a", "*a*", "-a", "<b>"])
def test_lists_too_deep_for_the_library_are_refused_wherever_they_begin(before, marker, text):
    check_limits(before + marker * 20 + text)

    with pytest.raises(BodyTooTangled, match="nested too deeply"):
        check_limits(before + marker * 200 + text)


def test_a_fence_that_the_library_does_not_see_protects_nothing():
    for opening, closing in (("``` a`b", "```"), (" ```", "```"), ("````", "```"), ("```", "~~~")):
        with pytest.raises(BodyTooTangled):
            check_limits(f"{opening}\n" + "# a\n" * 300 + f"{closing}\n")


def test_the_line_in_the_file_is_told():
    text = "---\ntitle: x\n---\n\nText\n" + "# a\n" * 300

    document, (problem,) = parse_document(text.encode(), "01.md")

    assert document is None
    assert (problem.line, problem.what) == (
        5 + MOST_MARKS + 1,
        "more than 200 headings, rules or link definitions in one paragraph",
    )
