import subprocess
import sys
from pathlib import Path

import pytest

from statusgen.prose.catalogues import translations, untranslated

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

    assert untranslated(half, TEMPLATE) == ("Support", "%(num)s day")


def test_a_doubtful_translation_counts_as_none():
    doubtful = b'#, fuzzy\nmsgid "History"\nmsgstr "Verlauf"\n'

    assert "History" in untranslated(doubtful, TEMPLATE)
    assert translations(doubtful).gettext("History") == "History"


@pytest.mark.parametrize("broken", [b"msgid\xff", b"nonsense"])
def test_a_broken_catalogue_is_refused(broken):
    with pytest.raises(ValueError, match="not a catalogue"):
        translations(broken)


@pytest.mark.parametrize(
    "words", ["seit %(zeit)s", "seit", "seit %s", "seit %(time)d", "100 %", "\a%(time)s"]
)
def test_words_that_lose_or_invent_a_value_or_hold_what_no_text_may_are_refused(words):
    broken = f'msgid "since %(time)s"\nmsgstr "{words}"\n'.encode()

    with pytest.raises(ValueError, match="since"):
        translations(broken)


def test_the_catalogue_of_messages_is_up_to_date(tmp_path):
    """`make messages` brings it up to date."""
    found = tmp_path / "messages.pot"
    keywords = ("_", "ngettext:1,2", "text", "plural:1,2", "marked")
    options = ["--mapping-file", "pyproject.toml", "--no-default-keywords", "--omit-header"]
    options += [part for keyword in keywords for part in ("-k", keyword)]
    options += ["--no-location", "--sort-output", "--output-file", str(found), "."]
    babel = [sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract"]

    subprocess.run([*babel, *options], cwd=ROOT, check=True)

    assert found.read_bytes() == (LOCALE / "messages.pot").read_bytes()


def test_german_is_complete():
    german, template = ((LOCALE / name).read_bytes() for name in ("de.po", "messages.pot"))

    assert untranslated(german, template) == ()
    assert translations(german).ngettext("%(num)s day", "%(num)s days", 2) == "%(num)s Tage"


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
        translations(broken)
    with pytest.raises(ValueError, match=r"plural|catalogue"):
        untranslated(broken, TEMPLATE)


def test_the_plural_forms_hold_without_the_name_of_the_language_and_behind_a_byte_order_mark():
    header = "Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n==2 ? 1 : 2);"
    days = 'msgid "%(num)s day"\nmsgid_plural "%(num)s days"\n'
    forms = "".join(f'msgstr[{n}] "%(num)s {word}"\n' for n, word in enumerate("abc"))
    text = f'\ufeffmsgid ""\nmsgstr "{header}\\n"\n\n{days}{forms}'

    words = translations(text.encode())

    told = [words.ngettext("%(num)s day", "%(num)s days", n) for n in (1, 2, 3)]
    assert told == ["%(num)s a", "%(num)s b", "%(num)s c"]
