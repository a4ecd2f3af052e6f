import pytest

from statusgen.entries.wording import (
    PLACEHOLDERS,
    fill_placeholders,
    find_placeholder,
    starting_words,
)
from statusgen.model.vocabulary import SAME_PHASE, Phase


@pytest.mark.parametrize("status", [*Phase, SAME_PHASE])
def test_every_status_has_words_to_start_with(status):
    words = starting_words(status, "Checkout {and} %s")

    assert "Checkout {and} %s" in words
    assert "{what" not in words


def test_the_first_placeholder_is_found():
    assert [find_placeholder(f"a {one} b") for one in PLACEHOLDERS] == list(PLACEHOLDERS)
    assert find_placeholder("[some other words]") is None


@pytest.mark.parametrize("status", [*Phase, SAME_PHASE])
def test_words_with_every_placeholder_filled_in_have_none(status):
    words = starting_words(status, "Checkout")

    filled = fill_placeholders(words)

    assert find_placeholder(filled) is None
    assert filled.count("\n") == words.count("\n")


@pytest.mark.parametrize("status", ["investigating", "update", "scheduled"])
def test_what_only_the_author_knows_is_a_placeholder(status):
    assert find_placeholder(starting_words(status, "Checkout")) is not None


@pytest.mark.parametrize("status", ["resolved", "completed"])
def test_the_end_can_go_out_as_it_is(status):
    assert find_placeholder(starting_words(status, "Checkout")) is None
