"""Header fields of messages that anybody may have written."""

import re
from email.message import Message

_MOST_CHARACTERS = 4_000
_MOST_ADDRESSES = 10
_ADDRESS = re.compile(r"[^\s<>;,:\"()\[\]@]{1,64}@[^\s<>;,:\"()\[\]@]{1,255}")
_STATUS = re.compile(r"(?<![0-9.])([245]\.[0-9]{1,3}\.[0-9]{1,3})(?!\.?[0-9])")


def text_of(message: Message, name: str) -> str:
    """The beginning of the field; empty when there is none."""
    return str(message.get(name, ""))[:_MOST_CHARACTERS]


def addresses_in(text: str) -> tuple[str, ...]:
    """What looks like an address."""
    return tuple(dict.fromkeys(_ADDRESS.findall(text)))[:_MOST_ADDRESSES]


def status_in(text: str) -> str:
    """The first status code of RFC 3463; empty when there is none."""
    found = _STATUS.search(text)
    return found[1] if found else ""
