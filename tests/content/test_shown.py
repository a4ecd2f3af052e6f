"""What readers see of an incident, in a line and out of it."""

import pytest

from statusgen.content.shown import REVIEW, Shown, format_shown, parse_shown, with_shown
from tests.builders import instant

FIRST = Shown("01-investigating", instant("02:04"), "0123456789ab")
SECOND = Shown("02.b_c", instant("02:20"), "")
REVIEWED = Shown(REVIEW, None, "")


def test_a_line_comes_back_as_what_it_tells():
    assert parse_shown(format_shown([FIRST, SECOND, REVIEWED])) == (FIRST, SECOND, REVIEWED)


def test_what_either_line_shows_is_in_both_together():
    renewed = Shown("02.b_c", instant("02:21"), "ab")

    line = with_shown(format_shown([FIRST, SECOND]), format_shown([renewed, REVIEWED]))

    assert parse_shown(line) == (FIRST, renewed, REVIEWED)


@pytest.mark.parametrize(
    "word",
    [
        "",
        "01",
        "01,x,",
        "01,-1,",
        "../01,1,",
        "01,1,XYZ",
        "01,999999999999999999999,",
        "01\x1b[2J,1,",
        f"{'a' * 81},1,",
    ],
)
def test_what_no_statusgen_would_write_is_passed_over(word):
    assert parse_shown(f"{word} {format_shown([FIRST])}") == (FIRST,)


def test_any_instant_that_fits_is_one():
    assert parse_shown("01,99999999999,")[0].at.year == 5138
