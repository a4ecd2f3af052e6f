from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from statusgen.config.severity import DEFAULT_SEVERITIES
from statusgen.page.overall import overall
from statusgen.values.vocabulary import ComponentState
from statusgen.words.labels import OVERALL, SEVERITIES
from statusgen.words.language import ENGLISH, is_right_to_left, make_language

GERMAN = b"""
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals=2; plural=n != 1;\\n"

msgid "History"
msgstr "Verlauf"

msgid "%(num)s incident"
msgid_plural "%(num)s incidents"
msgstr[0] "%(num)s St\xc3\xb6rung"
msgstr[1] "%(num)s St\xc3\xb6rungen"
"""
DAY = date(2026, 11, 21)


def test_english_says_what_the_code_says():
    assert ENGLISH.text("History") == "History"
    assert ENGLISH.plural("%(num)s incident", "%(num)s incidents", 2) == "2 incidents"
    assert make_language("en", None) is ENGLISH


def test_a_catalogue_gives_words_and_plural_forms():
    german = make_language("de", GERMAN)

    assert german.text("History") == "Verlauf"
    assert german.plural("%(num)s incident", "%(num)s incidents", 1) == "1 Störung"
    assert german.plural("%(num)s incident", "%(num)s incidents", 2) == "2 Störungen"


def test_what_a_catalogue_lacks_stays_english():
    assert make_language("de", GERMAN).text("Support") == "Support"


@pytest.mark.parametrize(
    ("tag", "day", "month"),
    [
        ("en", "21 November 2026", "November 2026"),
        ("de", "21. November 2026", "November 2026"),
        ("fr", "21 novembre 2026", "novembre 2026"),
        ("pl", "21 listopada 2026", "listopad 2026"),
        ("zh", "2026年11月21日", "2026年11月"),
        ("tlh", "21 November 2026", "November 2026"),
    ],
)
def test_days_are_written_as_the_language_writes_them(tag, day, month):
    calendar = make_language(tag, None).calendar

    assert (calendar.day(DAY), calendar.month(DAY)) == (day, month)


@pytest.mark.parametrize(("tag", "name"), [("en", "CET"), ("de", "MEZ"), ("ar", "CET")])
def test_the_clock_has_the_name_that_readers_know(tag, name):
    moment = datetime(2026, 11, 21, 3, tzinfo=ZoneInfo("Europe/Berlin"))

    assert make_language(tag, None).calendar.zone_name(moment) == name


@pytest.mark.parametrize(
    ("tag", "expected"), [("ar", True), ("he-IL", True), ("de", False), ("en", False)]
)
def test_some_languages_run_from_right_to_left(tag, expected):
    assert is_right_to_left(tag) is expected
    assert make_language(tag, None).direction == ("rtl" if expected else "ltr")


def test_translators_are_told_of_every_overall_state_and_default_severity():
    states = list(ComponentState)
    possible = {overall([one] * n).description for one in states for n in (1, 2)}
    possible |= {overall([one, states[0]]).description for one in states}

    assert possible == set(OVERALL)
    assert {level.label for level in DEFAULT_SEVERITIES} == set(SEVERITIES)


def test_one_instant_is_two_days_in_two_zones():
    here = datetime(2026, 11, 25, tzinfo=ZoneInfo("Europe/Berlin"))
    calendar = make_language("de", None).calendar

    days = [calendar.day(here), calendar.day(here.astimezone(UTC))]

    assert days == ["25. November 2026", "24. November 2026"]
