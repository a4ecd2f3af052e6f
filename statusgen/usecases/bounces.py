"""What follows from the messages of our mailbox: who bounced, complained or wants no more."""

from datetime import datetime
from enum import StrEnum

from statusgen.errors import MailError
from statusgen.letters.identity import Identity
from statusgen.letters.tokens import UnsubscribeTokens
from statusgen.model.bounce import Failure, Incoming, Kind, meaning_of, mildest
from statusgen.model.replies import Meaning
from statusgen.model.subscriber import Subscriber, SubscriberState
from statusgen.model.value import Value
from statusgen.ports.address_book import AddressBook
from statusgen.ports.mailbox import Mail, Mailbox, Reader


class Effect(StrEnum):
    """What follows from a message, or from a part of it."""

    BOUNCED = "bounced"
    """There is no such mailbox, or it was in trouble on three days: no more letters."""
    STRIKE = "strikes"
    """Trouble of a mailbox, which counts once a day."""
    COMPLAINT = "complaints"
    UNSUBSCRIBED = "unsubscribed"
    REFUSED = "refused"
    """For who we are or what we send: nothing follows for the reader."""
    UNPROVED = "unproved"
    """A report without our return path, where letters bear one: anybody may have made it."""
    IGNORED = "ignored"
    """Out of office, a delay, somebody who gets no letters any more."""
    NOT_UNDERSTOOD = "not_understood"
    """For a person to look at."""


class Finding(Value, frozen=True):
    """One effect, and the token of whom it concerns."""

    effect: Effect
    token: str = ""


class Reading(Value, frozen=True):
    """What became of the messages of one run."""

    read: int = 0
    findings: tuple[Finding, ...] = ()
    """At least one for each message."""
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
    """Act on all that is unsettled; a message is settled once its effect is committed."""
    desk = _Desk(book, proofs, must_prove=proofs.is_required and not mailbox.is_trusted)
    read, findings, trouble = 0, list[Finding](), None
    try:
        for mail in mailbox.unsettled():
            found = desk.act(reader(mail.head), _day(mail, now))
            findings += found
            read += 1
            is_understood = all(one.effect is not Effect.NOT_UNDERSTOOD for one in found)
            mailbox.settle(mail, is_understood=is_understood)
    except MailError as error:
        trouble = error
    return Reading(read, tuple(findings), trouble)


def _day(mail: Mail, now: datetime) -> datetime:
    """When trouble was told of: three days' reports may be read at once, or one day's twice."""
    return min(mail.arrived, now)


class _Desk:
    """Turns what was read into changes of the address book, each committed at once."""

    def __init__(self, book: AddressBook, proofs: Proofs, *, must_prove: bool) -> None:
        self._book = book
        self._proofs = proofs
        self._must_prove = must_prove

    def act(self, incoming: Incoming | None, at: datetime) -> list[Finding]:
        match incoming:
            case None:
                return [Finding(Effect.NOT_UNDERSTOOD)]
            case Incoming(kind=Kind.AUTOMATIC) | Incoming(kind=Kind.REPORT, failures=()):
                return [Finding(Effect.IGNORED)]
            case Incoming(kind=Kind.MAIL):
                return [self._unsubscribe(incoming, at)]
        token = self._proofs.reported(incoming)
        if token is not None:
            meaning = mildest(map(meaning_of, incoming.failures))
            return [self._follow(incoming.kind, meaning, self._book.find(token), at)]
        if self._must_prove:
            return [Finding(Effect.UNPROVED)]
        return [self._act_on_address(incoming.kind, one, at) for one in incoming.failures]

    def _unsubscribe(self, incoming: Incoming, at: datetime) -> Finding:
        token = self._proofs.signed(incoming)
        if token is None:
            return Finding(Effect.NOT_UNDERSTOOD)
        return self._leave(
            self._book.find(token), SubscriberState.UNSUBSCRIBED, Effect.UNSUBSCRIBED, at
        )

    def _act_on_address(self, kind: Kind, failure: Failure, at: datetime) -> Finding:
        if not failure.addresses:
            return Finding(Effect.NOT_UNDERSTOOD)
        found = filter(None, map(self._book.find, failure.addresses))
        return self._follow(kind, meaning_of(failure), next(found, None), at)

    def _follow(
        self, kind: Kind, meaning: Meaning, subscriber: Subscriber | None, at: datetime
    ) -> Finding:
        if kind is Kind.COMPLAINT:
            return self._leave(subscriber, SubscriberState.COMPLAINED, Effect.COMPLAINT, at)
        match meaning:
            case Meaning.NO_SUCH_MAILBOX:
                return self._leave(subscriber, SubscriberState.BOUNCED, Effect.BOUNCED, at)
            case Meaning.MAILBOX_TROUBLE:
                return self._strike(subscriber, at)
            case Meaning.NOTHING:
                return Finding(Effect.IGNORED)
            case _:
                return Finding(Effect.REFUSED, subscriber.token if subscriber else "")

    def _strike(self, subscriber: Subscriber | None, at: datetime) -> Finding:
        if subscriber is None or not _is_written_to(subscriber):
            return Finding(Effect.IGNORED)
        is_over = self._book.strike(subscriber.id, at)
        return Finding(Effect.BOUNCED if is_over else Effect.STRIKE, subscriber.token)

    def _leave(
        self, subscriber: Subscriber | None, state: SubscriberState, effect: Effect, at: datetime
    ) -> Finding:
        """What is read a second time changes nothing."""
        if subscriber is None or not _is_written_to(subscriber):
            return Finding(Effect.IGNORED)
        self._book.set_state(subscriber.id, state, at)
        return Finding(effect, subscriber.token)


def _is_written_to(subscriber: Subscriber) -> bool:
    return subscriber.state in {SubscriberState.ACTIVE, SubscriberState.PENDING}
