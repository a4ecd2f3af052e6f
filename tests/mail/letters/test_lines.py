from hypothesis import given
from hypothesis import strategies as st

from statusgen.content.markdown.plain_text import VERBATIM
from statusgen.mail.letters.lines import one_line, paragraphs, wrapped
from statusgen.words.columns import COLUMNS, columns


def test_control_characters_vanish_and_breaks_become_spaces():
    assert one_line("a\x00\x1b[1mb\r\nBcc: c\u2028d\x85e\x9b") == "a[1mb Bcc: c d e"


def test_every_kind_of_line_break_becomes_one():
    assert paragraphs("a\r\nb\rc\u2028d") == "a\nb\nc\nd"


def test_list_items_hang_and_links_stay_whole():
    link = "https://example.com/" + "x" * 80

    text = wrapped("- " + "word " * 20 + link)

    assert link in text
    assert text.startswith("- word")
    assert all(line.startswith("  ") for line in text.splitlines()[1:])


@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Z"]), max_size=400))
def test_lines_are_short_where_words_are(text):
    words = max((len(word) for word in text.split()), default=0)

    lines = wrapped(text).splitlines()

    assert all(len(line) <= max(COLUMNS, words + 5) for line in lines)


def test_east_asian_text_is_wrapped_by_its_width_and_never_before_a_full_stop():
    text = wrapped("決済の三件に一件が失敗しています。" * 20)

    assert all(columns(line) <= COLUMNS for line in text.splitlines())
    assert not any(line.startswith("。") for line in text.splitlines())
    assert text.replace("\n", "") == "決済の三件に一件が失敗しています。" * 20


def test_a_line_that_is_marked_stays_as_it_is():
    command = "    curl  " + "--header x " * 20

    assert wrapped(f"Run\n{VERBATIM}{command}\nand " + "wait " * 20) == (
        f"Run\n{command.rstrip()}\nand {'wait ' * 13}".rstrip()
        + "\n"
        + ("wait " * 7).rstrip()
        + "\n"
    )
