import pytest

from statusgen.content.markdown.text_table import table_lines
from statusgen.words.columns import COLUMNS, columns

HEADER = ["Region", "State", ""]


def test_a_table_that_fits_keeps_its_columns():
    rows = [HEADER, ["eu-west-1", "restored", "x"], ["日本", "down", ""]]

    assert table_lines(rows, has_header=True) == [
        "Region     State",
        "eu-west-1  restored  x",
        "日本       down",
    ]


def test_cells_stand_where_their_column_has_them():
    rows = [["Region", "Errors", "State"], ["eu", "1200", "up"], ["us", "3", "down"]]

    assert table_lines(rows, ["", "right", "center"], has_header=True) == [
        "Region  Errors  State",
        "eu        1200   up",
        "us           3  down",
    ]


def test_a_wide_table_tells_each_cell_with_its_header():
    rows = [HEADER, ["eu-west-1", "restored " * 9, "x"], ["us-east-1", "", "y"]]

    assert table_lines(rows, has_header=True) == [
        "- Region: eu-west-1",
        f"  State: {'restored ' * 9}",
        "  x",
        "- Region: us-east-1",
        "  y",
    ]


def test_a_wide_table_without_headers_is_a_list_of_its_rows():
    assert table_lines([["a" * 80, "b"]], has_header=False) == ["- " + "a" * 80, "  b"]


def test_a_row_may_have_more_cells_than_there_are_headers():
    assert table_lines([["H"], ["a" * 80, "b"]], has_header=True) == ["- H: " + "a" * 80, "  b"]


def test_a_long_header_is_told_shortly():
    [line] = table_lines([["long " * 40], ["a"]], has_header=True)

    assert line == "- long long long long long long long long…: a"


@pytest.mark.parametrize("rows", [[], [[]], [[""], [""]]])
def test_a_table_without_words_has_no_lines(rows):
    assert table_lines(rows, has_header=True) == []


@pytest.mark.parametrize("width", [COLUMNS - 3, COLUMNS - 2])
def test_columns_are_kept_up_to_the_last_that_fits(width):
    lines = table_lines([["A", "B"], ["a" * (width - 1), "b"]], has_header=True)

    assert len(lines) == 2
    assert max(map(columns, lines)) <= COLUMNS
