import pytest

from statusgen.prose.fenced_code import without_fenced_code


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("a\n```\nb\n```\nc", "a\n\n\n\nc", id="a block"),
        pytest.param("```python\nb\n```", "\n\n", id="with its language"),
        pytest.param("~~~\n```\n~~~", "\n\n", id="only the same signs end one"),
        pytest.param("````\n```\n````", "\n\n", id="as many"),
        pytest.param("```\na", "```\na", id="without an end it is text"),
        pytest.param("  ```\n  a\n  ```", "  ```\n  a\n  ```", id="indented it is none"),
    ],
)
def test_lines_of_fenced_code_are_left_blank(body, expected):
    assert without_fenced_code(body.split("\n")) == expected.split("\n")


def test_something_else_may_stand_for_them():
    assert without_fenced_code(["a", "```", "b", "```"], "`") == ["a", "`", "`", "`"]
