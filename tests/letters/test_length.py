import pytest

from statusgen.letters.length import MAX_HTML_BYTES, MAX_NAME, clipped, shorter

TWICE = 2 * MAX_HTML_BYTES


@pytest.mark.parametrize(
    ("body", "end"),
    [
        ("one two\nthree\n\nfour five " * 50, "three"),
        ("one two\nthree " * 50, "two"),
        ("word " * 100, "word"),
        ("x" * 500, "x"),
    ],
    ids=["paragraph", "line", "word", "anywhere"],
)
def test_a_text_is_cut_where_a_reader_would_pause(body, end):
    cut = shorter(body, TWICE)

    assert body.startswith(cut)
    assert cut.endswith(end)
    assert len(body) / 4 < len(cut) < len(body) / 2


@pytest.mark.parametrize("fence", ["```", "~~~"])
def test_a_fenced_block_that_is_cut_is_closed(fence):
    body = f"Before\n\n{fence}\n" + "code\n" * 1_000 + f"{fence}\n"

    cut = shorter(body, TWICE)

    assert cut.endswith(f"code\n{fence}")
    assert cut.count(fence) == 2


@pytest.mark.parametrize("body", ["word " * 9, "```\n" * 9, "x", ""])
def test_cutting_comes_to_an_end(body):
    for _ in range(100):
        body = shorter(body, TWICE)

    assert body == ""


def test_a_long_name_ends_in_an_ellipsis():
    assert clipped("Checkout") == "Checkout"
    assert clipped("x" * 500) == "x" * (MAX_NAME - 1) + "…"
