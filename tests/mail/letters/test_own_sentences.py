import pytest

from statusgen.content.entries.wording import starting_words
from statusgen.mail.letters.own_sentences import Own, unsaid
from statusgen.values.vocabulary import SAME_PHASE, Phase
from statusgen.words.language import ENGLISH
from statusgen.words.templates import Templates

GERMAN = Templates().language("de")


def said(text, language=ENGLISH, phase=Phase.INVESTIGATING):
    return set(Own) - unsaid(text, phase, language)


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("About one in three payments fails.", set()),
        ("Our engineers are\nworking on it.", {Own.WORK}),
        (
            "We\N{RIGHT SINGLE QUOTATION MARK}re working on a fix and will keep you posted.",
            {Own.WORK, Own.NEWS},
        ),
        ("WE ARE WORKING to restore service.", {Own.WORK}),
        ("We apologise for the inconvenience.", {Own.APOLOGY}),
        ("We are sorry. A postmortem follows.", {Own.APOLOGY, Own.REVIEW}),
        ("Thank you for bearing with us.", {Own.THANKS}),
        ("The upgrade has been postponed.", {Own.CANCELLATION}),
        ("Checkout is not working on mobile phones.", set()),
    ],
)
def test_what_the_author_says_is_known_by_its_words(text, own):
    assert said(text) == own


@pytest.mark.parametrize("language", [ENGLISH, GERMAN], ids=["en", "de"])
@pytest.mark.parametrize(
    ("status", "own"),
    [
        (Phase.INVESTIGATING, {Own.WORK, Own.NEWS}),
        (Phase.IDENTIFIED, {Own.WORK}),
        (SAME_PHASE, {Own.WORK}),
        (Phase.RESOLVED, set()),
        (Phase.COMPLETED, set()),
        (Phase.CANCELED, {Own.CANCELLATION}),
    ],
)
def test_the_starting_wording_says_what_its_letter_need_not_say_again(language, status, own):
    assert said(starting_words(status, ["Checkout"], language), language) == own


def test_another_language_is_not_what_the_reader_reads():
    english = starting_words(Phase.INVESTIGATING, ["Checkout"])

    assert said(english, GERMAN) == set()


@pytest.mark.parametrize("phase", [Phase.MONITORING, Phase.RESOLVED])
def test_nobody_works_on_what_is_watched_or_over(phase):
    assert Own.WORK not in unsaid("A fix is in place.", phase, ENGLISH)
    assert Own.WORK in unsaid("We have found it.", Phase.IDENTIFIED, ENGLISH)
