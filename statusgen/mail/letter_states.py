"""What happened to letters: the words, the account that adds up, and who an update goes to."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from statusgen.mail.delivery.replies import Meaning
from statusgen.mail.subscribers.subscriber import Subscriber
from statusgen.values.value import Value


class DeliveryState(StrEnum):
    """Where one letter is.

    queued → claimed → dot → accepted, deferred (tried again later), failed (refused for good) or
    in_doubt (gone out, the answer lost). Superseded, suppressed and expired ones are never sent.
    """

    QUEUED = "queued"
    CLAIMED = "claimed"
    """A sender has it in hand; until the final dot it is free to be taken back."""
    DOT = "dot"
    """Written before the final dot goes out: a row found so afterwards may have arrived."""
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    SUPPRESSED = "suppressed"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"


class Account(Value, frozen=True):
    """How many letters about one update are in each state; they add up to its audience."""

    queued: int = 0
    claimed: int = 0
    dot: int = 0
    accepted: int = 0
    deferred: int = 0
    failed: int = 0
    in_doubt: int = 0
    suppressed: int = 0
    superseded: int = 0
    expired: int = 0

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> "Account":
        """Return the account with these counts; states that are not named count 0."""
        return cls(**{DeliveryState(state).value: count for state, count in counts.items()})

    @property
    def audience(self) -> int:
        """How many subscribers the update was queued for."""
        return sum(getattr(self, name) for name in self.__struct_fields__)

    @property
    def owed(self) -> int:
        """How many letters a further run would try to send."""
        return self.queued + self.claimed + self.dot + self.deferred

    def __add__(self, other: "Account") -> "Account":
        """Return both accounts as one."""
        return Account(
            **{name: getattr(self, name) + getattr(other, name) for name in self.__struct_fields__}
        )


class Audience(Value, frozen=True):
    """The rule that picks the subscribers of one update.

    Only active subscribers are picked. Members of `subscribers` must also want one of the
    `components` and the severity; members of other audiences get whatever comes. Followers,
    who have a letter about the incident already, are picked whatever they want.
    """

    names: tuple[str, ...]
    components: tuple[str, ...] | None = None
    """Affected component ids; None picks whatever components a subscriber asked for."""
    min_severities: tuple[str, ...] | None = None
    """The minimum severities that let this update through; None lets it through for all."""
    is_narrowed: bool = False
    """Whether only these audiences hear, so that followers from others are left out."""
    only: frozenset[int] | None = None
    """The ids of those who may be picked, in a rehearsal; None: everybody."""


HELD = "held by hand"
"""Why an update that was skipped is never mailed, once `mail hold` has settled it."""

ALL_HELD = "letters are held; `statusgen mail resume` lets them go out again"
"""What is said while somebody holds all letters, whoever sends."""


class KnownUpdate(Value, frozen=True):
    """An update that the ledger has seen."""

    update_id: str
    incident_id: str
    at: datetime
    skipped: str = ""
    """Why nobody is mailed about it; empty when its letters were queued."""
    first_id: str = ""
    """What it was called when it was recorded, if it was renamed since; its letters keep that."""
    says: str = ""
    """See `Update.says`, as of its letters; empty where an earlier version has queued them."""
    wording: str = ""
    """See `Update.wording`, as of its letters."""


class ClaimedLetter(Value, frozen=True):
    """One letter that a sender has claimed."""

    update_id: str
    subscriber: Subscriber
    is_copy: bool = False
    """Whether the subscriber may have the letter already."""
    attempts: int = 0
    """How often it was deferred."""


class LetterRecord(Value, frozen=True):
    """What became of one letter."""

    update_id: str
    state: DeliveryState
    reply: str
    """As in an Outcome."""
    changed_at: datetime


class Outcome(Value, frozen=True):
    """What became of one attempt."""

    state: DeliveryState
    """accepted, deferred, failed, in_doubt, or queued: not taken, and free to be sent again."""
    reply: str = ""
    """The relay's codes (`550 5.1.1`), never its text, which may hold an address."""
    meaning: Meaning = Meaning.NOTHING
    is_connection_usable: bool = True


class Trouble(Value, frozen=True):
    """Why a run of letters stopped early."""

    at: datetime
    text: str


class Result(Value, frozen=True):
    """The outcome of one attempt, to be written to the ledger."""

    owed: ClaimedLetter
    outcome: Outcome


class Sender(Value, frozen=True):
    """A process that sends letters, as the ledger knows it."""

    number: int
    """Given by the ledger, never twice: what one sender holds, no other can settle."""
    passes_hold: bool = False
    """Whether its letters go out although all are held: a rehearsal, to those who are named."""


class Standing(Value, frozen=True):
    """Where a sender stands among those of its ledger that are alive."""

    place: int
    """Counted from 0, by number."""
    of: int
    """How many there are, itself among them."""
    edition: str = ""
    """Another than before: a publish has changed what is to be said, or has queued more."""
