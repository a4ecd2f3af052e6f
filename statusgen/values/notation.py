"""The written forms of values, in entries, configuration and commands alike: one grammar each.

Every parser takes text and returns a value, or raises `BadValue` with what is wrong and the
remedy, for a caller that knows the place.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from typing import TypeVar
from zoneinfo import ZoneInfo, available_timezones

ID_LENGTH = 80
TITLE_LENGTH = 200
SHOWN_LENGTH = 60
YEARS = range(1970, 3000)
"""Far enough from the calendar's ends that zones and durations can't leave it."""

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_STEM = re.compile(r"[A-Za-z0-9._-]+")
_DURATION = re.compile(r"([0-9]{1,6})([smhd])")
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2})(:[0-9]{2})?(\.[0-9]{1,9})?"
    r"(?:([Zz])|([+-][0-9]{2}:[0-9]{2}))?"
)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_BREAKS = re.compile("[\n\r\u2028\u2029]")
_LONGEST_LANGUAGE = 35
"""More than any tag needs (RFC 5646, 4.4.1)."""
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_HOST_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_UNSEEN = {"Cc", "Cf", "Mn", "Zl", "Zp", "Zs"}
"""Categories of characters that show nothing on their own."""
_BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"
_POP, _POP_ISOLATE = "\u202c", "\u2069"
_DIRECTIONS = dict.fromkeys("\u202a\u202b\u202d\u202e", _POP) | dict.fromkeys(
    "\u2066\u2067\u2068", _POP_ISOLATE
)
"""What begins an embedding, an override or an isolate, and what ends it (Unicode annex 9)."""

Word = TypeVar("Word", bound=StrEnum)


class BadValue(ValueError):
    """A text that is no such value: `what` is wrong, `remedy` mends it."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}; {remedy}")
        self.what = what
        self.remedy = remedy


def listed(words: Iterable[str], most: int | None = None) -> str:
    """`a, b, c`; of more than `most` the first, and the others counted: `a, b and 7 more`."""
    known = list(words)
    rest = f" and {len(known) - most:,} more" if most is not None and len(known) > most else ""
    return ", ".join(known[:most]) + rest


def nearest(word: str, known: Iterable[str]) -> str:
    """` (did you mean 'title'?)` for a near miss, else nothing."""
    matches = get_close_matches(word.lower(), list(known), n=1)
    return f" (did you mean '{matches[0]}'?)" if matches else ""


def shown(text: str) -> str:
    """`text` in quotes, short, without passwords, control characters visible, for a message."""
    text = re.sub(r"://\S*@", "://…@", text)  # the user and the password of a URL
    return f"'{printable(text if len(text) <= SHOWN_LENGTH else text[: SHOWN_LENGTH - 1] + '…')}'"


def printable(text: str) -> str:
    """`text` with what a terminal could obey or refuse made visible."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def find_control_character(text: str) -> int | None:
    """Index of the first character that no text of ours may hold, or None."""
    found = _CONTROL.search(text)
    return found.start() if found else None


def remove_control_characters(text: str) -> str:
    """`text` without what no text of ours may hold."""
    return _CONTROL.sub("", text)


def shows_nothing(text: str) -> bool:
    """Whether `text` holds no character that anybody could see."""
    return all(unicodedata.category(one) in _UNSEEN or one in _BLANK_LETTERS for one in text)


def parse_id(text: str, kind: str = "id") -> str:
    """An incident's or a component's id: `[a-z0-9]+(-[a-z0-9]+)*`, at most 80 characters."""
    if not _ID.fullmatch(text):
        raise BadValue(
            f"{kind} {shown(text)} is not a valid name",
            "use lower-case letters and digits joined by single hyphens",
        )
    if len(text) > ID_LENGTH:
        raise BadValue(f"{kind} {shown(text)} is too long", f"use at most {ID_LENGTH} characters")
    return text


def parse_stem(text: str) -> str:
    """The file name of an update without `.md`."""
    if not _STEM.fullmatch(text):
        raise BadValue(
            f"file name {shown(text + '.md')} is not valid",
            "use letters, digits, '.', '_' and '-' only",
        )
    if len(text) > ID_LENGTH:
        raise BadValue(
            f"file name {shown(text + '.md')} is too long",
            f"use at most {ID_LENGTH} characters before '.md'",
        )
    return text


def parse_line(text: str, kind: str = "text", limit: int = 1000) -> str:
    """One line of text for readers: something to see, no line break, no control character."""
    line = text.strip()
    if shows_nothing(line):
        raise BadValue(f"{kind} is empty", "write one line of text")
    if _LINE_BREAKS.search(line):
        raise BadValue(f"{kind} has more than one line", "write it on one line")
    if find_control_character(line) is not None or "\t" in line:
        raise BadValue(f"{kind} holds a control character", "remove it")
    if _leaves_direction_open(line):
        raise BadValue(
            f"{kind} turns the direction of what follows it",
            "remove the invisible character that does (U+202A to U+202E, U+2066 to U+2068)",
        )
    if len(line) > limit:
        raise BadValue(
            f"{kind} has {len(line)} characters", f"shorten it to at most {limit} characters"
        )
    return line


def parse_title(text: str) -> str:
    """A title: one line, 1 to 200 characters."""
    return parse_line(text, "title", TITLE_LENGTH)


def parse_word(kind: type[Word], text: str, what: str) -> Word:
    """A member of a closed vocabulary; `what` names it in the message."""
    try:
        return kind(text)
    except ValueError:
        words = [member.value for member in kind]
        raise BadValue(
            f"unknown {what} {shown(text)}{nearest(text, words)}", f"use one of {listed(words)}"
        ) from None


def parse_flag(text: str) -> bool:
    """`true` or `false`."""
    if text not in ("true", "false"):
        raise BadValue(f"{shown(text)} is neither true nor false", "write true or false")
    return text == "true"


def parse_duration(text: str) -> timedelta:
    """`30s`, `15m`, `2h` or `1d`; more than zero."""
    found = _DURATION.fullmatch(text.strip())
    if not found or int(found[1]) == 0:
        raise BadValue(
            f"{shown(text)} is not a duration", "write a number and s, m, h or d, such as 15m"
        )
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def parse_instant(text: str, zone: ZoneInfo) -> datetime:
    """An RFC 3339 instant as aware UTC; without an offset it is local time in `zone`.

    An hour that the zone skips or has twice is an error that names both offsets.
    """
    found = _INSTANT.fullmatch(text.strip())
    if not found:
        raise BadValue(
            f"{shown(text)} is not an instant",
            "write it like 2026-11-21T02:04:00Z or 2026-11-21T03:04:00+01:00",
        )
    day, minutes, seconds, fraction, zulu, offset = found.groups()
    fraction = (fraction or "")[:7]
    suffix = "+00:00" if zulu else offset or ""
    try:
        moment = datetime.fromisoformat(f"{day}T{minutes}{seconds or ':00'}{fraction}{suffix}")
        if moment.year not in YEARS:
            raise BadValue(f"{shown(text)} is in the year {moment.year}", "correct the year")
        if moment.tzinfo is None:
            return _localize(moment, text, zone)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        if isinstance(error, BadValue):
            raise
        raise BadValue(
            f"{shown(text)} is not on the calendar or the clock", "correct the date or the time"
        ) from None


def format_instant(value: datetime) -> str:
    """`2026-11-21T02:04:00Z`, with a fraction only where there is one."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_date(text: str) -> date:
    """`2026-11-21`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadValue(f"{shown(text)} is not a date", "write it like 2026-11-21") from None


def is_language(text: str) -> bool:
    """Whether it has the form and a length of BCP 47 tags, such as `en` or `pt-BR`."""
    return len(text) <= _LONGEST_LANGUAGE and _LANGUAGE.fullmatch(text) is not None


def canonical_language(tag: str) -> str:
    """The tag as it is usually written: `pt-BR` for `PT-br` and `pt_BR` (RFC 5646, 2.1.1)."""
    base, *rest = tag.lower().replace("_", "-").split("-")
    spelled = {2: str.upper, 4: str.title}
    return "-".join([base, *(spelled.get(len(one), str)(one) for one in rest)])


def parse_host(text: str) -> str:
    """A host's name as lower-case ASCII: labels of letters, digits and hyphens.

    Other letters are written as IDNA 2008 and browsers do, where `ß` and `ss` are two domains.
    """
    name = text.lower() if text.isascii() else _in_ascii(text)
    labels = name.split(".")
    if not all(_HOST_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        raise BadValue(
            f"{shown(text)} is not a host name",
            "write it like status.example.com"
            + ("" if text.isascii() else ", or in the form that begins with xn--"),
        )
    return name


def parse_zone(text: str) -> ZoneInfo:
    """A zone of the IANA database."""
    try:
        return load_zone(text)
    except (ValueError, OSError, KeyError):
        raise BadValue(
            f"unknown time zone {shown(text)}{nearest(text, available_timezones())}",
            "use a name such as Europe/Berlin or UTC",
        ) from None


@cache
def load_zone(key: str) -> ZoneInfo:
    """The zone called `key`, which must exist."""
    return ZoneInfo(key)


def _in_ascii(host: str) -> str:
    """The host's name in ASCII; empty when it has none."""
    import idna  # noqa: PLC0415  its tables are large, and few names need them

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        return ""


def _leaves_direction_open(line: str) -> bool:
    ends: list[str] = []
    for one in line:
        if one in _DIRECTIONS:
            ends.append(_DIRECTIONS[one])
        elif one == _POP and ends[-1:] == [_POP]:
            ends.pop()
        elif one == _POP_ISOLATE and _POP_ISOLATE in ends:  # with the embeddings inside it
            while ends.pop() != _POP_ISOLATE:
                pass
    return bool(ends)


def _localize(naive: datetime, text: str, zone: ZoneInfo) -> datetime:
    early, late = (naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if early.utcoffset() == late.utcoffset():
        return early.astimezone(UTC)
    exists = early.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == naive
    offsets = " or ".join(one.isoformat()[-6:] for one in (early, late))
    raise BadValue(
        f"{shown(text)} {'happens twice' if exists else 'does not exist'} in {zone.key}",
        f"add the offset that you mean: {offsets}",
    )
