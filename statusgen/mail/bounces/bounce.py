"""What a message of our mailbox turns out to be, and what a failure means for its reader.

Knows nothing of mailboxes or of how messages are written. The addresses in these values are for
looking up only.
"""

import re
from collections.abc import Iterable
from enum import StrEnum

from statusgen.mail.delivery.replies import Meaning, Reply, SmtpStage, judge, judge_status
from statusgen.values.value import Value

_TOO_VAGUE = re.compile(r"[245]\.0\.0")
_REPLY = re.compile(r"(?:^|[\s;:(#])([45][0-9]{2})[ -]['\"]?(.*)", re.DOTALL)

_PUT_OFF = re.compile(r"\b4(?=\.[0-9]{1,3}\.[0-9]{1,3})")

_GIVEN_UP = "4"
"""The class of what a relay gave up on after days of trying; the mailbox may be back tomorrow."""
_NETWORK = "4"
_OF_THE_READER = "01234"
"""Subjects of RFC 3463 but those of the letter (5, 6) and of whoever sent it (7)."""


class MessageKind(StrEnum):
    """What a message is."""

    REPORT = "report"
    """About the delivery of a letter; with no failures it is about a delay or a success."""
    COMPLAINT = "complaint"
    """A reader pressed the button that says spam."""
    MAIL = "mail"
    """Somebody wrote it; it may be an unsubscribe mail."""
    AUTOMATIC = "automatic"
    """Sent by a machine, and no report: out of office, a list, a receipt."""


class Failure(Value, frozen=True):
    """One recipient that a letter did not reach, or that complained."""

    addresses: tuple[str, ...] = ()
    """The same recipient as different headers name them, the likeliest first."""
    status: str = "5.0.0"
    """RFC 3463."""
    diagnostic: str = ""
    """What the far side said; it may hold an address: never shown."""


class Incoming(Value, frozen=True):
    """A message, as far as it concerns us."""

    kind: MessageKind
    return_paths: tuple[str, ...] = ()
    """What may be the labels of our return path: token and hash, not checked yet."""
    tokens: tuple[str, ...] = ()
    """What may be signed unsubscribe tokens, not checked yet; of a mail, those in its subject."""
    failures: tuple[Failure, ...] = ()


def meaning_of(failure: Failure) -> Meaning:
    """Return what follows from a failure that is final.

    One that says no more than that is trouble of the mailbox: it takes three to give up. So is
    what a relay gave up on after days of trying, also a host that never answered (4.4.1).
    """
    family, subject, _ = failure.status.split(".")
    meaning = _meaning(failure)
    if family == _GIVEN_UP:
        is_unanswered = subject == _NETWORK and not _blames_sender(failure.diagnostic)
        is_trouble = meaning is Meaning.NO_SUCH_MAILBOX or is_unanswered
    else:
        is_trouble = meaning is Meaning.NOTHING and subject in _OF_THE_READER
    return Meaning.MAILBOX_TROUBLE if is_trouble else meaning


def mildest(meanings: Iterable[Meaning]) -> Meaning:
    """Return what failures at several addresses of one reader mean: one may still be read."""
    return min(meanings, key=_WEIGHT.index)


def _meaning(failure: Failure) -> Meaning:
    """By the status; by the reply where the status says nothing, or where the sender is to blame.

    Whoever writes the report chooses the status, and many write 5.1.1 for any refusal.
    """
    found = _REPLY.search(failure.diagnostic)
    if found:
        said = judge(Reply(int(found[1]), found[2]), SmtpStage.RECIPIENT).meaning
        if said in _OF_THE_SENDER or _TOO_VAGUE.fullmatch(failure.status):
            return said
    return judge_status(f"5{failure.status[1:]}")


def _blames_sender(diagnostic: str) -> bool:
    """Whether a reply that put a letter off, had it been final, would be about who sends."""
    found = _REPLY.search(diagnostic)
    if found is None:
        return False
    final = Reply(500 + int(found[1]) % 100, _PUT_OFF.sub("5", found[2]))
    return judge(final, SmtpStage.RECIPIENT).meaning in _OF_THE_SENDER


_OF_THE_SENDER = {
    *(Meaning.SENDER_REFUSED, Meaning.CONFIGURATION),
    *(Meaning.QUOTA_SPENT, Meaning.TOO_FAST),
}
_WEIGHT = (
    *(one for one in Meaning if one not in {Meaning.MAILBOX_TROUBLE, Meaning.NO_SUCH_MAILBOX}),
    Meaning.MAILBOX_TROUBLE,
    Meaning.NO_SUCH_MAILBOX,
)
