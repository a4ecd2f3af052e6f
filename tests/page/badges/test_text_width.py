import pytest
from hypothesis import given
from hypothesis import strategies as st

from statusgen.page.badges.text_width import cut_to, text_width


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ("illi", "mmmm"),
        ("abc", "ABC"),
        ("Checkout", "Überweisung"),
        ("abcd", "\u7ed3\u8d26\u652f\u4ed8"),
        ("\u0627\u0644\u062f\u0641\u0639", "\u7ed3\u8d26\u652f\u4ed8\u94b1"),
    ],
)
def test_wider_letters_make_a_wider_text(narrow, wide):
    assert text_width(narrow) < text_width(wide)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("e\u0301", "e"),
        ("\u202aabc\u202c", "abc"),
        ("\U0001f469\u200d\U0001f469\u200d\U0001f467", "\U0001f469"),
        ("\U0001f44d\U0001f3fd", "\U0001f44d"),
    ],
    ids=["a mark", "directions", "a family", "a skin colour"],
)
def test_what_takes_no_room_is_not_counted(text, same):
    assert text_width(text) == pytest.approx(text_width(same))


def test_a_text_that_fits_is_left_alone():
    assert cut_to("Checkout", 10) == "Checkout"


def test_a_long_text_ends_in_an_ellipsis_without_a_blank_before_it():
    assert cut_to("Checkout and payment", 6) == "Checkout…"


@given(st.text(max_size=80), st.floats(1, 40))
def test_a_cut_text_fits_and_is_a_beginning(text, ems):
    cut = cut_to(text, ems)

    assert text_width(cut) <= ems
    assert cut == text or text.startswith(cut.removesuffix("…"))
