"""The language of the interface: words from a gettext catalogue, dates as the language has them.

English is what the code and the templates are written in and needs no catalogue. Every other
language is one file, `site_templates/locale/<tag>.po`; what it lacks stays English.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from gettext import NullTranslations

from statusgen.words.calendars import Calendar, EnglishCalendar

SOURCE = "en"
"""The language in which messages are written."""

_RIGHT_TO_LEFT = {"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"}


@dataclass(frozen=True, slots=True)
class Language:
    """What the interface says in one language."""

    tag: str = SOURCE
    is_right_to_left: bool = False
    calendar: Calendar = field(default_factory=EnglishCalendar)
    words: NullTranslations = field(default_factory=NullTranslations)
    catalogue: bytes = field(default=b"", repr=False)
    """The file that the words are from; empty where there is none."""

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`, for the `dir` attribute."""
        return "rtl" if self.is_right_to_left else "ltr"

    def text(self, message: str) -> str:
        """`message`, which is English, in this language."""
        return self.words.gettext(message)

    def plural(self, one: str, many: str, num: int) -> str:
        """The form of the message for `num`, with `%(num)s` filled in."""
        return self.words.ngettext(one, many, num) % {"num": num}


ENGLISH = Language()


def marked(message: str) -> str:
    """`message` as it is: marks a constant that `Language.text` translates where it is shown."""
    return message


def base_of(tag: str) -> str:
    """The language without its region: `pt` of `pt-BR`."""
    return tag.split("-", maxsplit=1)[0]


def is_right_to_left(tag: str) -> bool:
    """Whether the language is written from right to left."""
    return base_of(tag).lower() in _RIGHT_TO_LEFT


@lru_cache(maxsize=8)
def make_language(tag: str, catalogue: bytes | None) -> Language:
    """The language `tag` (`de`, `pt-BR`) with the words of a `.po` file, if there is one.

    Raises: BadCatalogue for a file that is none, or fills in other values than asked.
    """
    if tag == SOURCE and catalogue is None:
        return ENGLISH
    from statusgen.words import catalogues  # noqa: PLC0415  English does without

    calendar = catalogues.calendar(tag) or ENGLISH.calendar
    if catalogue is None:
        return Language(tag, is_right_to_left(tag), calendar)
    words = catalogues.translations(catalogue, tag)
    return Language(tag, is_right_to_left(tag), calendar, words, catalogue)
