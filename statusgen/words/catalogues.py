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
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_percent

from statusgen.values.notation import find_control_character
from statusgen.words.bad_catalogue import BadCatalogue
from statusgen.words.calendars import ALL, Calendar

_PLACE = re.compile(r"%\(\w+\)s|%")
_QUOTED = re.compile(rb'"((?:[^"\\\n]|\\.)*)"')
_RULE = re.compile(
    rb"Plural-Forms:\s*nplurals\s*=\s*[0-9]+\s*;\s*plural\s*=\s*[^\s;\\]", re.IGNORECASE
)
_MANY_FORMS = re.compile(rb"nplurals\s*=\s*[0-9]{2}")
ANYTHING = "anything"
_COUNTS = range(1000)
"""The rule of plural forms is tried with these: languages tell numbers apart by their end."""


def translations(catalogue: bytes, tag: str) -> GNUTranslations:
    """The words of a `.po` file in the language `tag`; raises BadCatalogue."""
    compiled = BytesIO()
    write_mo(compiled, _read(catalogue, tag))
    compiled.seek(0)
    try:
        words = GNUTranslations(compiled)
        for count in _COUNTS:
            words.ngettext(ANYTHING, ANYTHING, count)
    except (ArithmeticError, ValueError) as error:
        line = _line_of(catalogue, b"Plural-Forms")
        raise BadCatalogue(f"the rule of the plural forms fails ({error})", line) from error
    return words


def untranslated(catalogue: bytes, template: bytes, tag: str) -> tuple[str, ...]:
    """The messages of a `.pot` file that the `.po` file has no words for; raises BadCatalogue."""
    translations(catalogue, tag)
    known = _read(catalogue, tag)
    wanted = (one for one in _read(template, tag) if one.id)
    return tuple(_all(one.id)[0] for one in wanted if not _is_translated(known, one))


def missing_plural_rule(catalogue: bytes, tag: str) -> str | None:
    """What the header's Plural-Forms should say where it is missing or not filled in.

    None where it is there, or where the file counts nothing. Raises BadCatalogue.
    """
    words = _read(catalogue, tag)
    counts = any(not isinstance(one.id, str) for one in words)
    return words.plural_forms.rstrip(";") + ";" if counts and not _has_rule(catalogue) else None


def calendar(tag: str) -> Calendar | None:
    """How the language writes days; None for one that Babel does not know."""
    locale = _locale(tag)
    return _BabelCalendar(locale) if locale is not None else None


def _read(raw: bytes, tag: str) -> Catalog:
    if _MANY_FORMS.search(raw):  # Babel would make room for all of them
        line = _line_of(raw, b"nplurals")
        raise BadCatalogue("it has more plural forms than any language", line)
    if not _has_rule(raw):  # then Babel knows that of the language
        raw = raw.replace(b"Plural-Forms:", b"X-Plural-Forms:")
    try:
        text = BytesIO(raw.removeprefix(BOM_UTF8))
        catalogue = read_po(text, locale=_locale(tag) or Locale("en"), abort_invalid=True)
    except (PoFileError, LookupError, ValueError) as error:
        what = f"not a catalogue of messages ({_reason(error)})"
        raise BadCatalogue(what, _line(error, raw)) from error
    for message in catalogue:
        if message.id:
            _check(message)
    return catalogue


def _check(message: Message) -> None:
    ids = _all(message.id)
    for words in filter(None, _all(message.string)):
        if _values(words) not in [_values(one) for one in ids]:
            what = f"the words for '{ids[0]}' hold other values than it does"
            raise BadCatalogue(what, message.lineno or 0)
        if find_control_character(words) is not None:
            what = f"the words for '{ids[0]}' hold a control character"
            raise BadCatalogue(what, message.lineno or 0)


def _has_rule(raw: bytes) -> bool:
    """Whether there is a whole rule of plural forms; it may stand in several quoted pieces."""
    return _RULE.search(b"".join(_QUOTED.findall(raw))) is not None


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8 text"
    return re.sub(r" on \d+$", "", str(error))  # Babel counts lines from 0


def _line(error: Exception, raw: bytes) -> int:
    if isinstance(error, PoFileError):
        return error.lineno + 1
    if isinstance(error, UnicodeDecodeError):
        return _line_of(raw, error.object)
    return 0


def _line_of(raw: bytes, piece: bytes) -> int:
    """The line on which `piece` begins; 0 if it is nowhere."""
    at = raw.find(piece)
    return raw.count(b"\n", 0, at) + 1 if at >= 0 else 0


def _locale(tag: str) -> Locale | None:
    try:
        return Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return None


def _values(words: str) -> set[str]:
    """What is filled in: `{"%(time)s"}`; any other percent sign is one of these too."""
    return set(_PLACE.findall(words))


def _all(words: str | Sequence[str] | None) -> Sequence[str]:
    return (words,) if isinstance(words, str) else words or ()


def _is_translated(catalogue: Catalog, wanted: Message) -> bool:
    message = catalogue.get(_all(wanted.id)[0], wanted.context)
    if message is None or message.fuzzy:
        return False
    words = _all(message.string)
    return bool(words) and all(words)


_MISNAMED = frozenset({"Africa/Casablanca", "Africa/El_Aaiun"})
"""Zones that Babel's data still has in Western European Time, an hour behind theirs since 2018."""


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
        if str(moment.tzinfo) in _MISNAMED:
            return ""
        name = get_timezone_name(moment, width="short", locale=self._locale)
        return name if name.isalpha() else moment.tzname() or ""

    def percent(self, hundredths: int) -> str:
        pattern = self._locale.percent_formats[None].pattern
        if hundredths != ALL:
            pattern = pattern.replace("#,##0", "#,##0.00")
        return format_percent(Decimal(hundredths) / ALL, pattern, self._locale)
