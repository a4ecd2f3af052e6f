"""Addresses of mailboxes: a strict grammar, and what two spellings of one have in common."""

import re
import unicodedata

from statusgen.values.notation import BadValue, parse_host

_LOCAL_MAX_BYTES = 64
_ADDRESS_MAX_BYTES = 254
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,16}")
_PLAIN = re.compile(r"[^\s\x00-\x20\x7f-\xa0\"(),:;<>@\[\\\]]+@[A-Za-z0-9.-]+")
_ATEXT = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]")


def parse_address(text: str) -> str:
    """Return the mailbox in `text` in its one written form, the domain as lower-case ASCII.

    The grammar is the dot-atom form of RFC 5321 section 4.1.2 and its extension to other
    scripts by RFC 6531; quoted local parts and address literals are refused.

    Raises:
        ValueError: with a sentence that says what is wrong, without the address itself.

    """
    text = unicodedata.normalize("NFC", text)
    if any(_is_unprintable(character) for character in text):
        raise ValueError("the address holds a space or a control character")
    if text.count("@") != 1:
        raise ValueError("an address holds exactly one @")
    local, _, domain = text.partition("@")
    address = f"{_checked_local_part(local)}@{_checked_domain(domain)}"
    if len(address.encode()) > _ADDRESS_MAX_BYTES:
        raise ValueError(f"the address is longer than {_ADDRESS_MAX_BYTES} bytes")
    return address


def address_key(address: str) -> str:
    """Return what two spellings of the same mailbox have in common.

    Letters that are folded into several are not: `ß@x` and `ss@x` are two mailboxes.
    """
    folded = ((one.casefold(), one.lower()) for one in address)
    key = "".join(fold if len(fold) == 1 else lower for fold, lower in folded)
    return unicodedata.normalize("NFC", key)


def address_keys(address: str) -> tuple[str, ...]:
    """Return the key, and behind it the one that earlier versions gave, if it was another."""
    key, earlier = address_key(address), unicodedata.normalize("NFC", address.casefold())
    return (key,) if key == earlier else (key, earlier)


def is_intact(token: object, address: object) -> bool:
    """Whether what an entry holds may be written to: it may have been damaged since it was made."""
    return (
        isinstance(token, str)
        and isinstance(address, str)
        and _TOKEN.fullmatch(token) is not None
        and is_plain(address)
        and len(address) <= _ADDRESS_MAX_BYTES
    )


def is_plain(address: str) -> bool:
    """Whether it is one mailbox and nothing else, wherever it is written; it was parsed before."""
    return _PLAIN.fullmatch(address) is not None and "=?" not in address


def needs_smtputf8(address: str) -> bool:
    """Return whether only a relay with SMTPUTF8 (RFC 6531) can take the address."""
    return not address.isascii()


def _is_unprintable(character: str) -> bool:
    return character.isspace() or unicodedata.category(character)[0] in "CZ"


def _checked_local_part(local: str) -> str:
    if not local:
        raise ValueError("the part before the @ is missing")
    if len(local.encode()) > _LOCAL_MAX_BYTES:
        raise ValueError(f"the part before the @ is longer than {_LOCAL_MAX_BYTES} bytes")
    if local.startswith(".") or local.endswith(".") or ".." in local:
        raise ValueError("the part before the @ has a dot at its start or end, or two in a row")
    if any(character.isascii() and not _ATEXT.fullmatch(character) for character in local):
        raise ValueError("the part before the @ holds a character that is not allowed there")
    if "=?" in local:  # an encoded-word that mail programs would unfold into a header
        raise ValueError("the part before the @ holds '=?', which is not allowed")
    return local


def _checked_domain(domain: str) -> str:
    if not domain:
        raise ValueError("the domain after the @ is missing")
    try:
        host = parse_host(domain)
    except BadValue as error:
        raise ValueError("the domain after the @ is not a valid name") from error
    if "." not in host:
        raise ValueError("the domain after the @ has no dot")
    return host
