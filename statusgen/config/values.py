"""Parsers for single values of statusgen.toml: each takes what TOML read and returns ours."""

import ipaddress
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from email.utils import getaddresses
from typing import Any
from urllib.parse import quote, urlsplit

from statusgen.config.relay import is_full_name
from statusgen.config.severity import severity_key
from statusgen.values.addresses import parse_address
from statusgen.values.notation import (
    BadValue,
    Word,
    canonical_language,
    is_language,
    parse_date,
    parse_duration,
    parse_host,
    parse_line,
    parse_word,
    parse_zone,
    shown,
)

MOST_DAYS = 366
MOST_OF_A_PARAGRAPH = 2000
"""Characters; a letter that is too long is cut short, and its footer is in every letter."""
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_HEADERS_OF_A_LETTER = re.compile(
    r"from|to|cc|bcc|sender|reply-to|subject|date|message-id|references|in-reply-to|return-path"
    r"|list-.*|feedback-id|auto-submitted|x-auto-response-suppress|mime-version|content-.*"
    r"|received|dkim-signature",
    re.IGNORECASE,
)
_LONGEST_URL = 500  # as it stands in a header, whose lines hold 998 bytes (RFC 5322, 2.1.1)
_MOST_BEFORE_TOKEN = 34  # what a return path may have before its @, so that a token finds room


def text(value: Any) -> str:
    """One line of text."""
    if not isinstance(value, str):
        raise BadValue(f"{shown(str(value))} is not text", "put it in double quotes")
    return parse_line(value, "the value")


def paragraph(value: Any) -> str:
    """Text that may have several lines."""
    if not isinstance(value, str):
        raise BadValue(f"{shown(str(value))} is not text", "put it in double quotes")
    lines = (parse_line(line, "the value") for line in value.splitlines() if line.strip())
    paragraph = "\n".join(lines)
    if len(paragraph) > MOST_OF_A_PARAGRAPH:
        raise BadValue(
            f"the value has {len(paragraph)} characters",
            f"shorten it to at most {MOST_OF_A_PARAGRAPH} characters",
        )
    return paragraph


def optional_text(value: Any) -> str | None:
    """One line of text; empty means none."""
    return text(value) if value != "" else None


def texts(value: Any) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list):
        raise BadValue(f"{shown(str(value))} is not a list", 'write it like ["one", "two"]')
    return tuple(text(one) for one in value)


def number(value: Any) -> int:
    """A whole number, zero or more."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise BadValue(f"{shown(str(value))} is not a whole number", "write a number such as 10")
    return value


def positive(value: Any) -> int:
    """A whole number, one or more."""
    if number(value) < 1:
        raise BadValue("0 is too small", "write 1 or more")
    return int(value)


def history_days(value: Any) -> int:
    """How many days of uptime a page shows."""
    days = positive(value)
    if days > MOST_DAYS:
        raise BadValue(f"{days} is too many", f"write {MOST_DAYS} or less")
    return days


def word(kind: type[Word], what: str) -> Callable[[Any], Word]:
    """A parser for the words of `kind`."""
    return lambda value: parse_word(kind, text(value), what)


def share(value: Any) -> float:
    """`"20%"` as 0.2."""
    found = re.fullmatch(r"([0-9]{1,3})\s*%", value) if isinstance(value, str) else None
    if not found or int(found[1]) > 100:  # noqa: PLR2004  a share of a whole
        raise BadValue(f"{shown(str(value))} is not a share", 'write it like "20%"')
    return int(found[1]) / 100


def day(value: Any) -> date:
    """A TOML date, or the same in quotes."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return parse_date(str(value))


def duration(value: Any) -> timedelta:
    """`"15m"`."""
    return parse_duration(text(value))


def duration_or(word: str, value: Any) -> timedelta | None:
    """A duration, or `word` for None."""
    return None if value == word else duration(value)


def zone(value: Any) -> str:
    """The name of a zone that exists."""
    return parse_zone(text(value)).key


def language(value: Any) -> str:
    """A BCP 47 tag such as `en` or `pt-BR`."""
    tag = canonical_language(text(value))
    if not is_language(value):
        remedy = f'write "{tag}"' if is_language(tag) else 'use a tag such as "en" or "de"'
        raise BadValue(f"{shown(value)} is not a language", remedy)
    return tag


def web_url(value: Any) -> str:
    """An http(s) URL without a trailing slash, query or fragment; its host as ASCII."""
    url = _short(text(value).rstrip("/"))
    parts = _split(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise BadValue(f"{shown(url)} is not a web address", "write it like https://example.com")
    if "@" in parts.netloc or re.search(r"[\s<>\"'\\?#]", url):
        raise BadValue(f"{shown(url)} is not a web address", "remove what doesn't belong in it")
    port = f":{parts.port}" if parts.port else ""
    return str(parts._replace(netloc=_host(parts.hostname) + port).geturl())


def support(value: Any) -> str:
    """A web address, perhaps with a query, or a mail address, which becomes a `mailto:` link."""
    link = text(value)
    if "://" not in link:
        return f"mailto:{address(link.removeprefix('mailto:'))}"
    place, mark, query = link.partition("?")
    if re.search(r"[\s<>\"'\\#]", query):
        raise BadValue(f"{shown(link)} is not a web address", "remove what doesn't belong in it")
    return _short(web_url(place) + mark + query)


def _short(url: str) -> str:
    if len(quote(url)) > _LONGEST_URL:
        raise BadValue(f"{shown(url)} is too long for a letter's header", "use a shorter one")
    return url


def address(value: Any) -> str:
    """A mail address without a name, in its one written form."""
    plain = text(value)
    try:
        return parse_address(plain)
    except ValueError as error:
        raise BadValue(
            f"{shown(plain)} is not an address: {error}", "write it like status@example.com"
        ) from None


def return_path(value: Any) -> str:
    """An address whose part before the @ leaves room for a subscriber's token (RFC 5321: 64)."""
    plain = address(value)
    if len(plain.rpartition("@")[0].encode()) > _MOST_BEFORE_TOKEN:
        raise BadValue(
            f"{shown(plain)} has more than {_MOST_BEFORE_TOKEN} bytes before its @",
            "use a shorter one, such as bounces@example.com",
        )
    return plain


def helo(value: Any) -> str:
    """How a relay is greeted: a full host name, or an IP address in brackets."""
    name = text(value)
    literal = re.fullmatch(r"\[(IPv6:)?([0-9A-Fa-f.:]+)\]", name)
    try:
        is_right = (
            is_full_name(name)
            if literal is None
            else ipaddress.ip_address(literal[2]).version == (6 if literal[1] else 4)
        )
    except ValueError:
        is_right = False
    if not is_right:
        raise BadValue(
            f"{shown(name)} is not how a relay is greeted",
            "write this machine's full name, such as mail.example.com, or [192.0.2.1]",
        )
    return name


def mailbox(value: Any) -> tuple[str, str]:
    """`Acme Status <status@example.com>` as name and address; the name may be missing."""
    (name, plain), *others = getaddresses([text(value)]) or [("", "")]
    if not plain or others:
        raise BadValue(
            f"{shown(str(value))} is not a mailbox", 'write it like "Acme <status@example.com>"'
        )
    return name, address(plain)


def header_name(value: Any) -> str | None:
    """The name of a mail header; empty means none."""
    if value == "":
        return None
    if not isinstance(value, str) or not _HEADER_NAME.fullmatch(value):
        raise BadValue(f"{shown(str(value))} is not a header name", "use letters and hyphens")
    if _HEADERS_OF_A_LETTER.fullmatch(value):
        raise BadValue(
            f"{shown(value)} means something else in a letter",
            "name the header your relay asks for",
        )
    return value


def level_key(value: str) -> str:
    """The key of a severity level."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_ -]{0,19}", value):
        raise BadValue(f"{shown(value)} is not a severity", "use letters and digits, such as SEV1")
    return severity_key(value)


def _host(name: str) -> str:
    """A name, or an IP address with brackets where it has colons."""
    try:
        ip = ipaddress.ip_address(name)
    except ValueError:
        return parse_host(name)
    return f"[{ip}]" if ip.version == 6 else str(ip)  # noqa: PLR2004  IPv6


def _split(url: str) -> Any:
    try:
        parts = urlsplit(url)
        has_port = parts.port != 0
    except ValueError:
        has_port = False
    if not has_port:
        raise BadValue(f"{shown(url)} is not a web address", "correct its host or port")
    return parts
