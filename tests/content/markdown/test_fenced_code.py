import pytest

from statusgen.content.markdown.fenced_code import with_plain_fences, without_fenced_code


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("a\n```\nb\n```\nc", "a\n\n\n\nc", id="a block"),
        pytest.param("```python\nb\n```", "\n\n", id="with its language"),
        pytest.param("~~~\n```\n~~~", "\n\n", id="only the same signs end one"),
        pytest.param("````\n```\n````", "\n\n", id="as many"),
        pytest.param("```\n````\na", "\n\na", id="or more"),
        pytest.param("```sh {1,3} a\nb\n ``` \nc", "\n\n\nc", id="with words for an editor"),
        pytest.param("```a```\n```\nb\n```", "```a```\n\n\n", id="a span of code is none"),
        pytest.param("```\na", "```\na", id="without an end it is text"),
        pytest.param("  ```\n  a\n  ```", "  ```\n  a\n  ```", id="indented it is none"),
    ],
)
def test_lines_of_fenced_code_are_left_blank(body, expected):
    assert without_fenced_code(body.split("\n")) == expected.split("\n")


def test_something_else_may_stand_for_them():
    assert without_fenced_code(["a", "```", "b", "```"], "`") == ["a", "`", "`", "`"]


def test_a_block_is_shown_to_the_library_between_two_equal_fences():
    body = "```sh {1,3} a\n``\n  ````\n~~~ b\n```\n~~~~\n```"

    plain = with_plain_fences(body.split("\n"))

    assert "\n".join(plain) == "```\n``\n```\n~~~\n```\n~~~\n```"


@pytest.mark.parametrize("unit", ["```\n", "``` a\n", "````\n```\n", "~~~\n``` a\n"])
def test_the_work_grows_with_the_length(unit):
    lines = (unit * 20_000).split("\n")

    assert len(without_fenced_code(lines)) == len(lines)
