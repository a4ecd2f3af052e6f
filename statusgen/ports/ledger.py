"""The port to the ledger: the durable record of what happened to every letter."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from statusgen.model.delivery import (
    Account,
    Audience,
    DeliveryState,
    InDoubt,
    KnownUpdate,
    Owed,
    Result,
)
from statusgen.model.unsent import Unsent


class Ledger(Protocol):
    """What is known about updates, and one row per update and subscriber."""

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

    def queue(self, known: KnownUpdate, audience: Audience, now: datetime) -> int:
        """Fix the audience of an update, in one transaction; return its size.

        A second call for the same update changes nothing and returns 0. A skipped update is
        queued after all.
        """
        ...

    def rename(self, old_id: str, new_id: str) -> None:
        """Let everything known about an update follow its new id."""
        ...

    def supersede(self, update_id: str, now: datetime) -> int:
        """Withdraw earlier unsent letters about the same incident; return how many.

        Only those who are to get this update lose the earlier ones.
        """
        ...

    def token_for(self, update_id: str) -> str:
        """Return the secret by which a claim on a target is known as ours; made once."""
        ...

    def setting(self, name: str, make: Callable[[], str]) -> str:
        """Return the stored value of a name, storing what `make` returns the first time."""
        ...

    def doubt_unfinished(self, update_ids: Sequence[str], now: datetime) -> int:
        """Mark in doubt what a run that was cut off had in flight; return how many letters."""
        ...

    def people_told(self, incident_ids: Collection[str]) -> Mapping[str, int]:
        """Return how many subscribers have mail about each of these incidents; none: left out."""
        ...

    def backlog(self, policy: InDoubt) -> tuple[tuple[str, int], ...]:
        """Return each update that earlier runs left unfinished, oldest first, and its letters.

        They are what `owed` would bring up, and those in flight when a run was cut off. With 0
        letters only a report is missing: somebody was sent a letter again and nobody was told.
        """
        ...

    def owed(
        self, update_id: str, policy: InDoubt, limit: int, after: Owed | None = None
    ) -> tuple[Owed, ...]:
        """Return the next letters to send, in doubt first; empty at the end.

        With `resend`, a letter that got into doubt while we watched comes up once more, not
        for ever; with `hold`, none in doubt comes up.
        """
        ...

    def record(
        self, results: Sequence[Result], sending: Sequence[Owed], now: datetime
    ) -> frozenset[tuple[str, int]]:
        """Write outcomes and mark the next letters as sending, in one durable transaction.

        Returns (update id, subscriber id) of those that may go out. The others are no longer
        active or no longer owed; a letter to one who left is marked suppressed.
        """
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

    def take_unreported_resent(self, update_ids: Sequence[str]) -> tuple[str, ...]:
        """Return the tokens of those sent again whom no report has named yet, and tick them."""
        ...

    def retry(self, update_id: str, states: Sequence[DeliveryState], now: datetime) -> int:
        """Queue letters in these states once more; return how many."""
        ...

    def hold(self, update_id: str, now: datetime) -> int:
        """Suppress every letter about the update that has not gone out; return how many.

        An update that was skipped is settled for good: no option brings it up again.
        """
        ...
