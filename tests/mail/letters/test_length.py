import pytest

from statusgen.mail.letters.length import MAX_BYTES, MAX_NAME, clipped, sent_bytes, shorter

TWICE = 2 * MAX_BYTES


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


@pytest.mark.parametrize("fence", ["```", "~~~", "````", "~~~~~~"])
@pytest.mark.parametrize("language", ["", "sh", "{.sh}"])
def test_a_fenced_block_that_is_cut_is_closed_as_it_was_opened(fence, language):
    inner = f"{fence[:-1]}\n" if len(fence) > 3 else ""
    body = f"Before\n\n{fence}{language}\n{inner}" + "code\n" * 1_000

    cut = shorter(f"{body}{fence}\n", TWICE)

    assert cut.endswith(f"code\n{fence}")


@pytest.mark.parametrize(
    "block",
    ["````\n```\ncode\n````\n", "~~~\n```\n~~~\n", "```\na\n```  \n", "```a b c\n"],
    ids=["shorter inside", "other signs inside", "spaces behind", "no block"],
)
def test_what_is_closed_is_not_closed_again(block):
    cut = shorter(block + "word " * 1_000, TWICE)

    assert cut.endswith("word")


@pytest.mark.parametrize("body", ["word " * 9, "```\n" * 999, "`" * 9_999, "x", ""])
def test_cutting_comes_to_an_end(body):
    for _ in range(100):
        body = shorter(body, TWICE)

    assert body == ""


def test_a_line_end_is_two_bytes_on_the_way():
    assert sent_bytes("a\né\n") == 7


def test_a_long_name_ends_in_an_ellipsis():
    assert clipped("Checkout") == "Checkout"
    assert clipped("x" * 500) == "x" * (MAX_NAME - 1) + "…"
