"""The port to the ledger: the durable record of what happened to every letter."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from statusgen.mail.delivery.refusals import Refusals
from statusgen.mail.failure_reasons import Unsent
from statusgen.mail.letter_states import (
    Account,
    Audience,
    ClaimedLetter,
    DeliveryState,
    KnownUpdate,
    LetterRecord,
    Result,
    Sender,
    Standing,
    Trouble,
)
from statusgen.mail.subscribers.subscriber import Subscriber
from statusgen.targets.manifest import Publisher
from statusgen.targets.storage import Room
from statusgen.values.value import Value
from statusgen.values.vocabulary import InDoubt

IsGone = Callable[[Publisher], bool]
"""Whether a process of this host has ended."""


class StateFacts(Value, frozen=True):
    """The database, without opening what isn't there."""

    is_there: bool
    has_secret_key: bool
    room: Room | None
    """None: it is on a server, which knows its disk itself."""


class Ledger(Protocol):
    """What is known about updates, and one row per update and subscriber.

    Instants are of this machine's clock, coming and going; that senders whose clocks differ agree
    on what is due and what is too old is the ledger's business.
    """

    def exclusive(self) -> AbstractContextManager[None]:
        """Keep every other run away from the letters; let go even if this process is killed.

        Raises:
            Refused: another run is at work.

        """
        ...

    def skips(self) -> Mapping[str, str]:
        """Return why each known update was skipped, by id; empty for those that were queued."""
        ...

    def known_updates(self, ids: Collection[str] | None = None) -> Mapping[str, KnownUpdate]:
        """Return what is known of these updates, or of every update, by id."""
        ...

    def record_skipped(self, updates: Iterable[KnownUpdate], now: datetime) -> None:
        """Remember updates that nobody is mailed about; those known already stay as they are."""
        ...

    def audience_size(self, incident_id: str, audience: Audience) -> int:
        """Return how many subscribers `queue` would pick now."""
        ...

    def sample(self, incident_id: str, audience: Audience, number: int) -> tuple[Subscriber, ...]:
        """Return the first whom `queue` would pick now, and others spread over them all."""
        ...

    def queue(
        self,
        known: KnownUpdate,
        audience: Audience,
        now: datetime,
        expires_at: datetime | None = None,
        *,
        supersedes: bool = False,
    ) -> int:
        """Fix the audience of an update, in one transaction; return its size.

        A second call for the same update changes nothing and returns 0. A skipped update is
        queued after all. What has not gone out at `expires_at` never does. One that `supersedes`
        withdraws the earlier updates of its incident for those who get a letter about this one.
        """
        ...

    def rename(self, old_id: str, new_id: str) -> None:
        """Let everything known about an update follow its new id."""
        ...

    def token_for(self, update_id: str) -> str:
        """Return the secret by which a claim on a target is known as ours; made once."""
        ...

    def setting(self, name: str, make: Callable[[], str]) -> str:
        """Return the stored value of a name, storing what `make` returns the first time."""
        ...

    def people_told(self, incident_ids: Collection[str]) -> Mapping[str, int]:
        """Return how many subscribers have mail about each of these incidents; none: left out."""
        ...

    def readers_of(self, update_ids: Collection[str]) -> Mapping[str, int]:
        """Return how many subscribers have the letter about each of these updates; none: left out.

        One that was renamed is found by its first name too.
        """
        ...

    def mailed_updates(self) -> Mapping[str, KnownUpdate]:
        """Return the updates whose letters were queued, by id."""
        ...

    def remember(self, reworded: Iterable[KnownUpdate]) -> None:
        """Note when these updates are dated, what they say and how, from now on."""
        ...

    def backlog(
        self, policy: InDoubt, only: Collection[int] | None = None
    ) -> tuple[tuple[str, int], ...]:
        """Return each update that earlier runs left unfinished, oldest first, and its letters.

        They are what `prepare` and `claim` would bring up, and those in a sender's hands. With 0
        letters only a report is missing: somebody was sent a copy and nobody was told. `only`
        names the subscribers whose letters count, None means all.
        """
        ...

    def enlist(self, by: Publisher, is_gone: IsGone) -> Sender:
        """Enter a sender, and settle what senders who are gone have left.

        What they had claimed is queued again; what had got to its final dot is in doubt. Gone
        is who was not heard of for the length of a lease by the database's clock, or is_gone;
        under `exclusive` everybody else is.
        """
        ...

    def beat(self, sender: Sender) -> Standing | None:
        """Give a sign of life; return which of how many living senders of the ledger this one is.

        None: the sender has been settled as gone, and may send no more.
        """
        ...

    def new_edition(self) -> None:
        """Let senders at work know, with their next beat, that there is something new to say."""
        ...

    def dismiss(self, sender: Sender, trouble: Trouble | None = None) -> None:
        """Take leave: what the sender still has claimed is queued again.

        `trouble` is what stopped it; None: nothing did, and what stopped others is over.
        """
        ...

    def last_trouble(self) -> Trouble | None:
        """Return what stopped the last run early; None: nothing did."""
        ...

    def senders(self) -> tuple[Publisher, ...]:
        """Return who sends letters now, or did so a moment ago."""
        ...

    def prepare(
        self,
        update_ids: Sequence[str],
        policy: InDoubt,
        now: datetime,
        *,
        waits: bool = False,
        only: Collection[int] | None = None,
    ) -> None:
        """Queue again what was deferred, and with `resend` what is in doubt; end what is stale.

        A letter in doubt is sent again once: a copy that gets into doubt stays there, and so does
        what is in doubt about an update that was held, is too old or was superseded. With `waits`
        deferred letters are left until their time has come; with `only` those of all other
        subscribers are left.
        """
        ...

    def claim(  # noqa: PLR0913  two of them by name
        self,
        sender: Sender,
        update_id: str,
        limit: int,
        now: datetime,
        *,
        waits: bool = False,
        only: Collection[int] | None = None,
    ) -> tuple[ClaimedLetter, ...]:
        """Take queued letters in hand that nobody else has; empty at the end.

        Letters to those who left meanwhile are suppressed, and those that are withdrawn end.
        With `waits` deferred letters whose time has come are taken too; `only` names the
        subscribers whose letters may be taken, None means all.
        """
        ...

    def record(
        self,
        sender: Sender,
        results: Sequence[Result],
        dots: Sequence[ClaimedLetter],
        now: datetime,
    ) -> frozenset[tuple[str, int]]:
        """Write outcomes, and that the final dots of other letters go out now; durably, at once.

        Returns (update id, subscriber id) of those whose dot may go out. The others are not in
        the sender's hands any more, are for one who has left meanwhile, are too old, or were held,
        unless the sender passes holds. A letter that would go out again (queued, deferred) does
        not if it was withdrawn meanwhile. That a letter was accepted is written even by a sender
        that was settled as gone, as long as nobody else has taken the letter in hand.
        """
        ...

    def conclude(self, refusals: Refusals, now: datetime) -> None:
        """Let follow for readers what a run was told of them; see `mail.delivery.refusals`."""
        ...

    def struck_before(self, now: datetime) -> frozenset[int]:
        """Return the ids of readers who have a strike that counts, of a day before."""
        ...

    def next_due(self, update_ids: Sequence[str]) -> datetime | None:
        """Return when the next deferred letter may be tried again; None: nothing is deferred."""
        ...

    def is_held(self) -> bool:
        """Whether all senders are to stop, by `hold_all`."""
        ...

    def hold_all(self, now: datetime) -> None:
        """Let no further letter go out, whoever sends, until `release_all`."""
        ...

    def release_all(self) -> None:
        """Let letters go out again."""
        ...

    def account(self, update_id: str) -> Account:
        """Return how many letters about the update are in each state."""
        ...

    def accounts(self, limit: int | None = None) -> tuple[tuple[KnownUpdate, Account], ...]:
        """Return the newest updates, all of them without a limit, each with its account."""
        ...

    def unsent(self, update_ids: Sequence[str]) -> tuple[Unsent, ...]:
        """Return what keeps letters about the updates from their readers, most letters first."""
        ...

    def tokens(self, update_id: str, state: DeliveryState) -> tuple[str, ...]:
        """Return the tokens of the subscribers whose letter is in this state, sorted."""
        ...

    def letters_of(self, subscriber_id: int, limit: int | None = None) -> tuple[LetterRecord, ...]:
        """Return a subscriber's letters, those about the newest updates first; None: all."""
        ...

    def unreported_copies(self, update_ids: Sequence[str]) -> tuple[str, ...]:
        """Return the tokens of those who were sent a copy that no report has named yet, sorted."""
        ...

    def tick_copies(self, update_ids: Sequence[str], tokens: Sequence[str]) -> None:
        """Remember that a report has named these copies: to be called after it was given."""
        ...

    def retry(self, update_id: str, states: Sequence[DeliveryState], now: datetime) -> int:
        """Queue letters in these states once more; return how many.

        None about an update that was held or is too old, or to readers who have a letter about
        the one that has superseded it.
        """
        ...

    def hold(self, update_id: str, now: datetime) -> int:
        """Suppress every letter about the update that has not gone out; return how many.

        For good: a letter that is on its way or in doubt at this moment is not sent again either,
        and no option brings up an update that was skipped.
        """
        ...
