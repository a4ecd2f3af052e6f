"""A message from a mailbox or a queue as an Incoming; bytes in, a value out, whatever they are.

The standard parser can take quadratic time (cpython#136063) and raise anything over hostile
bytes: give it a head of `MOST_BYTES`, in a process that may be killed.
"""

import email
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message

from statusgen.mail.bounces.bounce import Incoming, MessageKind
from statusgen.mail.bounces.complaint import read_complaint
from statusgen.mail.bounces.headers import text_of
from statusgen.mail.bounces.old_bounce import read_old_bounce
from statusgen.mail.bounces.parts import parts_of
from statusgen.mail.bounces.report import read_report
from statusgen.mail.bounces.ses import read_notice

_MOST_SUBJECT = 2_000
_MOST_FOUND = 20

# Both are bounded, so that a search is linear in the message.
_RETURN_PATH = re.compile(rb"\+([a-z0-9_]{1,16}-[0-9a-f]{16})@", re.IGNORECASE)
_SIGNED = re.compile(rb"(?<![\w.-])[a-z0-9_]{1,16}\.[\w-]{43}(?![\w.-])", re.ASCII)
_QUOTED_SIGNED = re.compile(rb"(?:/u/|%20)([a-z0-9_]{1,16}\.[\w-]{43})(?![\w-])", re.ASCII)

_DAEMONS = re.compile(
    r"\b(mailer-daemon|postmaster|mail delivery|microsoftexchange)", re.IGNORECASE
)
_AUTOMATIC_PRECEDENCE = {"bulk", "junk", "auto_reply"}
_AUTOMATIC_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress")


def read_message(raw: bytes) -> Incoming | None:
    """What the message is; None: it can't be understood."""
    try:
        found = read_notice(raw) if raw.lstrip().startswith(b"{") else _read_mail(raw)
    except Exception:  # noqa: BLE001  parsers of hostile mail raise anything, RecursionError too
        return None
    if found is None or found.kind not in {MessageKind.REPORT, MessageKind.COMPLAINT}:
        return found
    return Incoming(
        found.kind,
        _distinct(one.lower() for one in _RETURN_PATH.findall(raw)),
        _distinct(_QUOTED_SIGNED.findall(raw)),
        found.failures,
    )


def _read_mail(raw: bytes) -> Incoming | None:
    message = email.message_from_bytes(raw)
    if not message.keys():
        return None
    types = {part.get_content_type() for part in parts_of(message)}
    for kind, read in _STANDARDS.items():
        if kind in types:
            return read(message)
    tokens = _distinct(_SIGNED.findall(_subject(message).encode("ascii", "replace")))
    is_automatic = _is_automatic(message)
    is_written = bool(tokens) and not is_automatic
    if _is_of_a_daemon(message) and not is_written:
        return read_old_bounce(message)
    is_nobodys = is_automatic or (_is_through_a_list(message) and not is_written)
    return Incoming(MessageKind.AUTOMATIC if is_nobodys else MessageKind.MAIL, tokens=tokens)


def _read_receipt(_message: Message) -> Incoming:
    return Incoming(MessageKind.AUTOMATIC)


_STANDARDS: dict[str, Callable[[Message], Incoming | None]] = {
    "message/feedback-report": read_complaint,
    "message/delivery-status": read_report,
    "message/global-delivery-status": read_report,
    "message/disposition-notification": _read_receipt,
}


def _is_of_a_daemon(message: Message) -> bool:
    is_report = message.get_content_type() == "multipart/report"
    has_failed = message.get("X-Failed-Recipients") is not None
    return is_report or has_failed or bool(_DAEMONS.search(text_of(message, "From")))


def _is_automatic(message: Message) -> bool:
    """Return whether no person sent it: RFC 3834, and what programs did before."""
    submitted = text_of(message, "Auto-Submitted").partition(";")[0].strip().lower()
    precedence = text_of(message, "Precedence").strip().lower()
    return (
        submitted not in {"", "no"}
        or precedence in _AUTOMATIC_PRECEDENCE
        or text_of(message, "Return-Path").strip() == "<>"
        or any(message.get(name) is not None for name in _AUTOMATIC_HEADERS)
    )


def _is_through_a_list(message: Message) -> bool:
    """Return whether a mailing list passed it on; who wrote it may be a person all the same."""
    precedence = text_of(message, "Precedence").strip().lower()
    return precedence == "list" or message.get("List-Id") is not None


def _subject(message: Message) -> str:
    """Return the subject as it is written and as it reads: some programs encode all of it."""
    text = text_of(message, "Subject")[:_MOST_SUBJECT]
    with suppress(LookupError, ValueError, MessageError):
        return f"{text} {make_header(decode_header(text))}"
    return text


def _distinct(found: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.decode("ascii") for one in found))[:_MOST_FOUND]
