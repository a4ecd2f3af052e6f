"""Catalogues and calendars of other languages than English. The only module importing Babel."""

import re
from codecs import BOM_UTF8
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache, partial
from gettext import GNUTranslations
from io import BytesIO

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, get_timezone_name
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_percent

from statusgen.model.notation import find_control_character
from statusgen.prose.calendars import ALL, Calendar

_PLACE = re.compile(r"%\(\w+\)s|%")
_MANY_FORMS = re.compile(rb"nplurals\s*=\s*[0-9]{2}")
ANYTHING = "anything"
_COUNTS = range(1000)
"""The rule of plural forms is tried with these: languages tell numbers apart by their end."""


def translations(catalogue: bytes) -> GNUTranslations:
    """The words of a `.po` file; raises ValueError."""
    compiled = BytesIO()
    write_mo(compiled, _read(catalogue))
    compiled.seek(0)
    words = GNUTranslations(compiled)
    try:
        for count in _COUNTS:
            words.ngettext(ANYTHING, ANYTHING, count)
    except ArithmeticError as error:
        raise ValueError(f"the rule of the plural forms fails ({error})") from error
    return words


def untranslated(catalogue: bytes, template: bytes) -> tuple[str, ...]:
    """The messages of a `.pot` file that the `.po` file has no words for; raises ValueError."""
    translations(catalogue)
    known = _read(catalogue)
    return tuple(name for name in _names(_read(template)) if not _is_translated(known, name))


def calendar(tag: str) -> Calendar | None:
    """How the language writes days; None for one that Babel does not know."""
    try:
        return _BabelCalendar(Locale.parse(tag, sep="-"))
    except (UnknownLocaleError, ValueError):
        return None


def _read(raw: bytes) -> Catalog:
    if _MANY_FORMS.search(raw):  # Babel would make room for all of them
        raise ValueError("it has more plural forms than any language")
    try:
        catalogue = read_po(BytesIO(raw.removeprefix(BOM_UTF8)), abort_invalid=True)
    except (PoFileError, LookupError, ValueError) as error:
        raise ValueError(f"not a catalogue of messages ({error})") from error
    if catalogue.locale_identifier is None:  # Babel would forget the rule of its plural forms
        catalogue.locale = "en"
    for message in catalogue:
        ids = _all(message.id)
        for words in _all(message.string) if message.id else ():
            if words and _values(words) not in [_values(one) for one in ids]:
                raise ValueError(f"the words for '{ids[0]}' hold other values than it does")
            if words and find_control_character(words) is not None:
                raise ValueError(f"the words for '{ids[0]}' hold a control character")
    return catalogue


def _values(words: str) -> set[str]:
    """What is filled in: `{"%(time)s"}`; any other percent sign is one of these too."""
    return set(_PLACE.findall(words))


def _all(words: str | Sequence[str] | None) -> Sequence[str]:
    return (words,) if isinstance(words, str) else words or ()


def _names(catalogue: Catalog) -> list[str]:
    return [_all(message.id)[0] for message in catalogue if message.id]


def _is_translated(catalogue: Catalog, name: str) -> bool:
    message = catalogue.get(name)
    if message is None or message.fuzzy:
        return False
    words = _all(message.string)
    return bool(words) and all(words)


class _BabelCalendar:
    def __init__(self, locale: Locale) -> None:
        self._locale = locale
        self._day = lru_cache(1024)(partial(format_date, format="long", locale=locale))

    def day(self, moment: date) -> str:
        # Not by the instant: the same one is another day in another zone.
        return self._day(date(moment.year, moment.month, moment.day))

    def month(self, moment: date) -> str:
        return format_skeleton("yMMMM", moment, locale=self._locale)

    def zone_name(self, moment: datetime) -> str:
        name = get_timezone_name(moment, width="short", locale=self._locale)
        return name if name.isalpha() else moment.tzname() or ""

    def percent(self, hundredths: int) -> str:
        pattern = self._locale.percent_formats[None].pattern
        if hundredths != ALL:
            pattern = pattern.replace("#,##0", "#,##0.00")
        return format_percent(Decimal(hundredths) / ALL, pattern, self._locale)
