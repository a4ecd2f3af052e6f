import re
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest

from statusgen.words.bad_catalogue import BadCatalogue
from statusgen.words.catalogues import calendar, missing_plural_rule, translations, untranslated

ROOT = Path(__file__).parents[2]
LOCALE = ROOT / "site_templates" / "locale"
TEMPLATE = b"""
msgid "History"
msgstr ""

msgid "Support"
msgstr ""

msgid "%(num)s day"
msgid_plural "%(num)s days"
msgstr[0] ""
msgstr[1] ""
"""


def test_what_is_not_translated_is_named():
    half = b'msgid "History"\nmsgstr "Verlauf"\n\nmsgid "Support"\nmsgstr ""\n'

    assert untranslated(half, TEMPLATE, "de") == ("Support", "%(num)s day")


def test_a_doubtful_translation_counts_as_none():
    doubtful = b'#, fuzzy\nmsgid "History"\nmsgstr "Verlauf"\n'

    assert "History" in untranslated(doubtful, TEMPLATE, "de")
    assert translations(doubtful, "de").gettext("History") == "History"


@pytest.mark.parametrize("broken", [b"msgid\xff", b"nonsense"])
def test_a_broken_catalogue_is_refused(broken):
    with pytest.raises(ValueError, match="not a catalogue"):
        translations(broken, "de")


@pytest.mark.parametrize(
    "words", ["seit %(zeit)s", "seit", "seit %s", "seit %(time)d", "100 %", "\a%(time)s"]
)
def test_words_that_lose_or_invent_a_value_or_hold_what_no_text_may_are_refused(words):
    broken = f'msgid "since %(time)s"\nmsgstr "{words}"\n'.encode()

    with pytest.raises(ValueError, match="since"):
        translations(broken, "de")


def test_the_catalogue_of_messages_is_up_to_date(tmp_path):
    """`make messages` brings it up to date."""
    found = tmp_path / "messages.pot"
    keywords = ("_", "ngettext:1,2", "pgettext:1c,2", "text", "plural:1,2", "marked")
    options = ["--add-comments", "Translators:", "--strip-comment-tags", "--no-default-keywords"]
    options += ["--mapping-file", "pyproject.toml", "--omit-header"]
    options += [part for keyword in keywords for part in ("-k", keyword)]
    options += ["--no-location", "--sort-output", "--output-file", str(found), "."]
    babel = [sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract"]

    subprocess.run([*babel, *options], cwd=ROOT, check=True)

    assert found.read_bytes() == (LOCALE / "messages.pot").read_bytes()


def test_german_is_complete():
    german, template = ((LOCALE / name).read_bytes() for name in ("de.po", "messages.pot"))

    assert untranslated(german, template, "de") == ()
    assert translations(german, "de").ngettext("%(num)s day", "%(num)s days", 2) == "%(num)s Tage"


@pytest.mark.parametrize(
    "header",
    [
        "Plural-Forms: nplurals=2; plural=n/0;",
        "Plural-Forms: nplurals=2; plural=n>9?n%(n-10):0;",
        "Plural-Forms: nplurals=9; plural=__import__('os');",
        "Plural-Forms: nplurals=99999999999; plural=0;",
        "Content-Type: text/plain; charset=klingon",
        "Content-Type: text/plain; charset=hex",
    ],
)
def test_a_catalogue_whose_header_leads_astray_is_refused_by_check_and_build_alike(header):
    broken = f'msgid ""\nmsgstr "{header}\\n"\n\nmsgid "History"\nmsgstr "Verlauf"\n'.encode()

    with pytest.raises(ValueError, match=r"plural|catalogue"):
        translations(broken, "de")
    with pytest.raises(ValueError, match=r"plural|catalogue"):
        untranslated(broken, TEMPLATE, "de")


def test_the_plural_forms_hold_without_the_name_of_the_language_and_behind_a_byte_order_mark():
    header = "Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n==2 ? 1 : 2);"
    days = 'msgid "%(num)s day"\nmsgid_plural "%(num)s days"\n'
    forms = "".join(f'msgstr[{n}] "%(num)s {word}"\n' for n, word in enumerate("abc"))
    text = f'\ufeffmsgid ""\nmsgstr "{header}\\n"\n\n{days}{forms}'

    words = translations(text.encode(), "de")

    told = [words.ngettext("%(num)s day", "%(num)s days", n) for n in (1, 2, 3)]
    assert told == ["%(num)s a", "%(num)s b", "%(num)s c"]


DAYS = ("%(num)s day", "%(num)s days")


def plurals(header="", forms=("%(num)s a", "%(num)s b")):
    days = f'msgid "{DAYS[0]}"\nmsgid_plural "{DAYS[1]}"\n'
    lines = "".join(f'msgstr[{n}] "{words}"\n' for n, words in enumerate(forms))
    return f'msgid ""\nmsgstr ""\n{header}"X: y\\n"\n\n{days}{lines}'.encode()


@pytest.mark.parametrize("tag", ["de", "fr", "pl", "ar", "ja", "tlh"])
@pytest.mark.parametrize(
    "header",
    [
        "",
        '"Plural-Forms: nplurals=INTEGER; plural=EXPRESSION;\\n"\n',
        '"Plural-Forms: nplurals=2;\\n"\n',
    ],
    ids=["missing", "not filled in", "half"],
)
def test_without_a_whole_rule_the_plural_forms_go_by_the_one_that_is_to_be_written_down(
    header, tag
):
    rule = missing_plural_rule(plurals(header, ["%(num)s a"]), tag)
    forms = [f"%(num)s {n}" for n in range(int(re.match(r"nplurals=(\d);", rule)[1]))]
    without = plurals(header, forms)
    written = plurals(f'"Plural-Forms: {rule}\\n"\n', forms)

    chosen = [
        [words.ngettext(*DAYS, count) for count in range(200)]
        for words in (translations(without, tag), translations(written, tag))
    ]

    assert missing_plural_rule(without, tag) == rule
    assert missing_plural_rule(written, tag) is None
    assert chosen[0] == chosen[1]
    assert set(chosen[0]) <= set(forms)


def test_one_and_two_differ_in_german_though_no_rule_is_given():
    words = translations(plurals(), "de")

    assert [words.ngettext(*DAYS, count) for count in (1, 2)] == ["%(num)s a", "%(num)s b"]


def test_a_rule_may_stand_in_several_pieces():
    header = '"Plural-Forms: nplurals=2; "\n"plural=n > 1;\\n"\n'

    assert missing_plural_rule(plurals(header), "fr") is None


def test_a_catalogue_that_counts_nothing_needs_no_rule():
    assert missing_plural_rule(b'msgid "History"\nmsgstr "Verlauf"\n', "de") is None


def test_the_same_words_may_mean_two_things():
    catalogue = b'msgctxt "one"\nmsgid "History"\nmsgstr "Eine"\n'
    template = b'msgctxt "one"\nmsgid "History"\nmsgstr ""\n\nmsgid "History"\nmsgstr ""\n'

    assert translations(catalogue, "de").pgettext("one", "History") == "Eine"
    assert translations(catalogue, "de").gettext("History") == "History"
    assert untranslated(catalogue, template, "de") == ("History",)


@pytest.mark.parametrize(
    ("catalogue", "line"),
    [
        (b'msgid "History"\nmsgstr "Verlauf"\n\nmsgid nonsense\n', 4),
        (b'\nmsgid "since %(time)s"\nmsgstr "seit"\n', 2),
        (b'msgid "a"\nmsgstr "a"\n\nmsgid "b"\nmsgstr "\a"\n', 4),
        (b'msgid "a"\nmsgstr "a"\n\nmsgid "b"\nmsgstr "\xff"\n', 5),
        (plurals('"Plural-Forms: nplurals=2; plural=n/0;\\n"\n'), 3),
        (plurals('"Plural-Forms: nplurals=77; plural=0;\\n"\n'), 3),
    ],
    ids=["syntax", "values", "control character", "bytes", "rule", "too many forms"],
)
def test_what_is_wrong_with_a_catalogue_names_its_line(catalogue, line):
    with pytest.raises(BadCatalogue) as caught:
        translations(catalogue, "de")

    assert caught.value.line == line
    assert not re.search(r" on [0-9]+", caught.value.what)


def test_german_keeps_the_brackets_that_authors_replace_words_in():
    german, template = ((LOCALE / name).read_bytes() for name in ("de.po", "messages.pot"))
    words = translations(german, "de")
    asked = re.findall(rb'^msgid "(\[.*\])"$', template, re.MULTILINE)

    assert len(asked) == 4
    assert all(re.fullmatch(r"\[.+\]", words.gettext(one.decode())) for one in asked)


@pytest.mark.parametrize("tag", ["de", "es", "fr", "it", "nl", "pl", "pt", "sv"])
def test_western_european_time_is_never_an_hour_ahead(tag):
    """As Morocco is since 2018: what has no name of its own is told by its distance to UTC."""
    names = {"WET", "WEZ", "GMT"}
    january = [datetime(2026, 1, 15, tzinfo=ZoneInfo(one)) for one in available_timezones()]

    wrong = [
        str(one.tzinfo)
        for one in january
        if calendar(tag).zone_name(one) in names and one.utcoffset() != timedelta()
    ]

    assert wrong == []
    morocco = datetime(2026, 7, 15, tzinfo=ZoneInfo("Africa/Casablanca"))
    assert not calendar(tag).zone_name(morocco).isalpha()
