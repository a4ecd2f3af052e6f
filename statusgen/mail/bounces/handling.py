"""What follows from the messages of our mailbox: who bounced, complained or wants no more."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeGuard

from statusgen.errors import MailError
from statusgen.mail.bounces.bounce import Failure, Incoming, MessageKind, meaning_of, mildest
from statusgen.mail.bounces.mailbox import Mail, Mailbox, Reader
from statusgen.mail.delivery.refusals import most_in_a_day
from statusgen.mail.delivery.replies import Meaning
from statusgen.mail.letters.identity import Identity
from statusgen.mail.letters.tokens import UnsubscribeTokens
from statusgen.mail.subscribers.address_book import AddressBook, Strike
from statusgen.mail.subscribers.subscriber import Subscriber, SubscriberState
from statusgen.values.value import Value, replace

_A_DAY: Final = timedelta(days=1)


class Effect(StrEnum):
    """What follows from a message, or from a part of it."""

    BOUNCED = "bounced"
    """There is no such mailbox, or it was in trouble on three days: no more letters."""
    STRIKE = "strikes"
    """Trouble of a mailbox; it counts once a day."""
    COMPLAINT = "complaints"
    UNSUBSCRIBED = "unsubscribed"
    REFUSED = "refused"
    """For who we are or what we send: nothing follows for the reader."""
    UNPROVED = "unproved"
    """A report without our return path, where letters bear one: anybody may have made it."""
    IGNORED = "ignored"
    """Out of office, a delay, trouble again on one day, somebody who gets no letters any more."""
    NOT_UNDERSTOOD = "not_understood"
    """For a person to look at."""


class HandledMail(Value, frozen=True):
    """One effect, and the token of whom it concerns."""

    effect: Effect
    token: str = ""
    may_be_forged: bool = False
    """Whether nothing but an address says whom it is about."""
    is_doubted: bool = False
    """Whether it is one of too many to be believed."""


class Reading(Value, frozen=True):
    """What became of the messages of one run."""

    read: int = 0
    findings: tuple[HandledMail, ...] = ()
    """At least one for each message."""
    disbelieved: int = 0
    """How many mailboxes were said not to exist, too many for a day: each has a strike instead.

    That needs nobody to decide: a provider recovers, and a mailbox that is gone is said to be on
    three days. Where anybody may have written the reports no strike of such a day is the last.
    """
    trouble: MailError | None = None
    """Why the rest was not read; the next run goes on there."""

    def tokens(self, effect: Effect) -> list[str]:
        """Whom it concerns, empty where that is not known; as many as there are findings."""
        return [one.token for one in self.findings if one.effect is effect]


class Proofs(Value, frozen=True):
    """How a message shows whom it is about."""

    identity: Identity
    tokens: UnsubscribeTokens
    is_required: bool
    """Whether each letter has a return path of its own, so that its report can show it."""

    def reported(self, incoming: Incoming) -> str | None:
        """The token of the reader of the letter that came back; None: nothing proves one."""
        labels = map(self.identity.token_of, incoming.return_paths)
        return next(filter(None, labels), None) or self.signed(incoming)

    def signed(self, incoming: Incoming) -> str | None:
        """The token that we have signed; None: there is none."""
        return next(filter(None, map(self.tokens.read, incoming.tokens)), None)


def read_bounces(
    mailbox: Mailbox,
    reader: Reader,
    book: AddressBook,
    proofs: Proofs,
    now: datetime,
) -> Reading:
    """Act on all that is unsettled; a message is settled once its effect is committed.

    Those that say a mailbox does not exist wait until all are read, so that their number is known.
    """
    desk = _Desk(book, proofs, is_trusted=mailbox.is_trusted)
    read, findings, trouble = 0, list[HandledMail](), None
    waiting = list[_Told]()
    try:
        for mail in mailbox.unsettled():
            told = _Told(replace(mail, head=b""), desk.judge(reader(mail.head)))
            read += 1
            if told.gone:
                waiting.append(told)
                continue
            findings += desk.act(told, now)
            mailbox.settle(told.mail, is_understood=told.is_understood)
    except MailError as error:
        trouble = error
    gone = {token for told in waiting for token in told.gone}
    is_flood = _is_flood(len(gone), book, now)
    for told in waiting:
        findings += desk.act(told.doubted() if is_flood else told, now)
    try:
        for told in waiting:
            mailbox.settle(told.mail, is_understood=told.is_understood)
    except MailError as error:
        trouble = trouble or error
    return Reading(read, tuple(findings), len(gone) if is_flood else 0, trouble)


class _Told(Value, frozen=True):
    """What a message asks for; nothing is done yet."""

    mail: Mail
    """Without its head: thousands may wait."""
    findings: tuple[HandledMail, ...]

    @property
    def gone(self) -> list[str]:
        """The tokens of those whose mailbox does not exist."""
        return [one.token for one in self.findings if one.effect is Effect.BOUNCED]

    @property
    def is_understood(self) -> bool:
        return all(one.effect is not Effect.NOT_UNDERSTOOD for one in self.findings)

    def doubted(self) -> "_Told":
        """The same with strikes, where mailboxes are said not to exist."""
        strikes = (
            replace(one, effect=Effect.STRIKE, is_doubted=True)
            if one.effect is Effect.BOUNCED
            else one
            for one in self.findings
        )
        return _Told(self.mail, tuple(strikes))


def _is_flood(gone: int, book: AddressBook, now: datetime) -> bool:
    """Whether so many, with those given up since yesterday, are too many to be believed."""
    if gone == 0:
        return False
    given_up = book.count(SubscriberState.BOUNCED, since=now - _A_DAY)
    readers = book.count(SubscriberState.ACTIVE) + given_up
    return gone + given_up > most_in_a_day(readers)


class _Desk:
    """Knows what follows from what was read, and changes the address book accordingly."""

    def __init__(self, book: AddressBook, proofs: Proofs, *, is_trusted: bool) -> None:
        self._book = book
        self._proofs = proofs
        self._is_trusted = is_trusted

    def judge(self, incoming: Incoming | None) -> tuple[HandledMail, ...]:
        """What follows; nothing is done yet."""
        match incoming:
            case None:
                return (HandledMail(Effect.NOT_UNDERSTOOD),)
            case Incoming(kind=MessageKind.MAIL | MessageKind.AUTOMATIC):
                return (self._judge_mail(incoming),)
            case Incoming(kind=MessageKind.REPORT, failures=()):
                return (HandledMail(Effect.IGNORED),)
        token = self._proofs.reported(incoming)
        if token is not None:
            return (self._about(self._book.find(token), _effect(incoming.kind, incoming.failures)),)
        if self._proofs.is_required and not self._is_trusted:
            return (HandledMail(Effect.UNPROVED),)
        found = [self._judge_address(incoming.kind, one) for one in incoming.failures]
        return tuple(dict.fromkeys(found)) or (HandledMail(Effect.NOT_UNDERSTOOD),)

    def act(self, told: _Told, now: datetime) -> list[HandledMail]:
        """Commit what was judged, and return what came of it: the reader may have left since.

        Trouble is of the day it was told of: three days' reports may be read at once, or one
        day's twice.
        """
        at = min(told.mail.arrived, now)
        return [self._commit(one, at) for one in told.findings]

    def _judge_mail(self, incoming: Incoming) -> HandledMail:
        """What a machine sent unsubscribes nobody; with a token of ours, somebody has to look."""
        is_automatic = incoming.kind is MessageKind.AUTOMATIC
        token = self._proofs.signed(incoming)
        if token is None:
            return HandledMail(Effect.IGNORED if is_automatic else Effect.NOT_UNDERSTOOD)
        if is_automatic:
            return HandledMail(Effect.NOT_UNDERSTOOD)
        return self._about(self._book.find(token), Effect.UNSUBSCRIBED)

    def _judge_address(self, kind: MessageKind, failure: Failure) -> HandledMail:
        if not failure.addresses:
            return HandledMail(Effect.NOT_UNDERSTOOD)
        found = filter(None, map(self._book.find, failure.addresses))
        found_one = self._about(next(found, None), _effect(kind, (failure,)))
        return replace(found_one, may_be_forged=not self._is_trusted)

    def _about(self, subscriber: Subscriber | None, effect: Effect) -> HandledMail:
        """What is read a second time changes nothing."""
        if effect is Effect.REFUSED:
            return HandledMail(effect, subscriber.token if subscriber else "")
        if effect is Effect.IGNORED or not _is_written_to(subscriber):
            return HandledMail(Effect.IGNORED)
        return HandledMail(effect, subscriber.token)

    def _commit(self, finding: HandledMail, at: datetime) -> HandledMail:
        if finding.effect not in {Effect.STRIKE, *_STATES}:
            return finding
        subscriber = self._book.find(finding.token)
        if not _is_written_to(subscriber):
            return HandledMail(Effect.IGNORED)
        if finding.effect is Effect.STRIKE:
            may_end = not (finding.is_doubted and finding.may_be_forged)
            return self._strike(subscriber, at, may_end=may_end)
        self._book.set_state(subscriber.id, _STATES[finding.effect], at)
        return finding

    def _strike(self, subscriber: Subscriber, at: datetime, *, may_end: bool) -> HandledMail:
        match self._book.strike(subscriber.id, at, may_end=may_end):
            case Strike.REPEATED:
                return HandledMail(Effect.IGNORED)
            case Strike.COUNTED:
                return HandledMail(Effect.STRIKE, subscriber.token)
            case Strike.LAST:
                return HandledMail(Effect.BOUNCED, subscriber.token)


_STATES: Final = {
    Effect.BOUNCED: SubscriberState.BOUNCED,
    Effect.COMPLAINT: SubscriberState.COMPLAINED,
    Effect.UNSUBSCRIBED: SubscriberState.UNSUBSCRIBED,
}


def _effect(kind: MessageKind, failures: Sequence[Failure]) -> Effect:
    """What follows for one reader; a complaint may come without a word about whose it is."""
    if kind is MessageKind.COMPLAINT:
        return Effect.COMPLAINT
    match mildest(map(meaning_of, failures)):
        case Meaning.NO_SUCH_MAILBOX:
            return Effect.BOUNCED
        case Meaning.MAILBOX_TROUBLE:
            return Effect.STRIKE
        case Meaning.NOTHING:
            return Effect.IGNORED
        case _:
            return Effect.REFUSED


def _is_written_to(subscriber: Subscriber | None) -> TypeGuard[Subscriber]:
    states = {SubscriberState.ACTIVE, SubscriberState.PENDING}
    return subscriber is not None and subscriber.state in states
