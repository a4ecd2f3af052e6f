import pytest

from statusgen.content.entries.wording import (
    PLACEHOLDERS,
    fill_placeholders,
    find_placeholder,
    placeholders,
    starting_words,
)
from statusgen.values.vocabulary import SAME_PHASE, Phase
from statusgen.words.language import make_language
from statusgen.words.template_files import TemplateFiles


@pytest.mark.parametrize("status", [*Phase, SAME_PHASE])
def test_every_status_has_words_to_start_with(status):
    words = starting_words(status, ["Checkout {and} %s"])

    assert "Checkout {and} %s" in words
    assert "%(" not in words


def test_the_first_placeholder_is_found():
    assert [find_placeholder(f"a {one} b") for one in PLACEHOLDERS] == list(PLACEHOLDERS)
    assert find_placeholder("[some other words]") is None


@pytest.mark.parametrize("status", [*Phase, SAME_PHASE])
def test_words_with_every_placeholder_filled_in_have_none(status):
    words = starting_words(status, ["Checkout"])

    filled = fill_placeholders(words)

    assert find_placeholder(filled) is None
    assert filled.count("\n") == words.count("\n")


@pytest.mark.parametrize("status", ["investigating", "update", "scheduled"])
def test_what_only_the_author_knows_is_a_placeholder(status):
    assert find_placeholder(starting_words(status, ["Checkout"])) is not None


@pytest.mark.parametrize("status", ["resolved", "completed"])
def test_the_end_can_go_out_as_it_is(status):
    assert find_placeholder(starting_words(status, ["Checkout"])) is None


GERMAN = TemplateFiles().language("de")


@pytest.mark.parametrize("status", [*Phase, SAME_PHASE])
def test_words_start_in_the_language_of_the_page(status):
    english = starting_words(status, ["Checkout", "API"])
    german = starting_words(status, ["Checkout", "API"], GERMAN)

    assert "Checkout and API" in english
    assert "Checkout und API" in german
    assert german.count("\n\n") == english.count("\n\n")
    assert (find_placeholder(german, placeholders(GERMAN)) is None) is (
        find_placeholder(english) is None
    )


def test_many_names_make_a_list():
    names = ["Website", "Checkout", "API"]

    assert "Website, Checkout und API" in starting_words("resolved", names, GERMAN)


def test_placeholders_are_found_and_filled_in_english_and_in_the_language_of_the_page():
    known = placeholders(GERMAN)

    assert known[: len(PLACEHOLDERS)] == PLACEHOLDERS
    assert len(known) == 2 * len(PLACEHOLDERS)
    for one in known:
        assert find_placeholder(f"a {one} b", known) == one
        assert fill_placeholders(f"a {one} b", known) == f"a {one[1:-1]} b"
    assert placeholders() == PLACEHOLDERS


def test_words_without_brackets_are_no_placeholder():
    careless = b'msgid "[what customers may see]"\nmsgstr "was ist"\n'

    language = make_language("fr", careless)

    assert placeholders(language) == PLACEHOLDERS
    assert PLACEHOLDERS[0] in starting_words("investigating", ["API"], language)
