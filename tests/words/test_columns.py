from statusgen.words.columns import columns


def test_east_asian_letters_are_two_columns_wide():
    assert columns("日本 a") == 6


def test_a_letter_with_a_mark_above_is_one_column():
    assert columns("e\u0301") == 1
