"""`mail work`: rounds of sending until nothing is owed, and what a worker waits for in between.

Nothing here sends by itself: a round is handed in, so that each begins with the files, the page
and the ledger as they are then.
"""

import random
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Final, Protocol

from statusgen.errors import ContentError, DatabaseError, MailError, Refused, TargetError
from statusgen.mail.delivery.heartbeat import SenderGone
from statusgen.mail.ledger import Ledger
from statusgen.mail.letter_states import ALL_HELD, Account
from statusgen.mail.schedule import pause_s
from statusgen.mail.transports.transport import Unreachable
from statusgen.values.notation import format_instant
from statusgen.values.value import Value
from statusgen.values.vocabulary import InDoubt

POLL_S: Final = 3.0
HELD_S: Final = 1.0
GIVE_UP_AFTER: Final = timedelta(hours=1)
"""So long a worker goes on trying a relay that takes no letter."""
RESTARTED_AFTER: Final = timedelta(minutes=5)
"""So long it waits for a database; one that is not there by then has to be mended."""

_PASSING = (Unreachable, SenderGone, DatabaseError)
"""What may be over by itself."""
_REFUSED_S: Final = 15.0
_MOST_POLLS: Final = 20
"""After so many a round begins in any case: files and page may say something else by now."""

_BUSY = "another statusgen is sending letters from this address book; waiting for it to end"
_IDLE = "nothing is owed; waiting for the next publish"
_ELSEWHERE = "the rest is in the hands of other senders; waiting for them"


class Round(Value, frozen=True):
    """What one round did."""

    out_of_reach: Collection[str] = ()
    """Updates that were owed when it began and that it could send no letters about."""
    sent: int = 0
    trouble: MailError | None = None
    is_busy: bool = False
    """Whether another run was at work on a ledger that takes one at a time."""


class Remaining(Value, frozen=True):
    """What is left to be sent."""

    owed: int = 0
    queued: int = 0
    """Of these, what nobody has in hand."""
    is_ready: bool = False
    """Whether a round could send something now, or another sender has it in hand."""
    next_due: datetime | None = None
    """When the next deferred letter may be tried again."""


class World(Protocol):
    """What a worker needs between rounds; tests have a time of their own."""

    def now(self) -> datetime:
        """Return the present instant."""
        ...

    def wait(self, seconds: float) -> None:
        """Let so many seconds pass."""
        ...

    def tell(self, text: str) -> None:
        """Say why nothing happens for a while."""
        ...


def look(
    ledger: Ledger, policy: InDoubt, now: datetime, out_of_reach: Collection[str] = ()
) -> Remaining:
    """What is left about all updates but those out of reach."""
    found = ledger.backlog(policy)
    backlog = {one: letters for one, letters in found if letters and one not in out_of_reach}
    owed = sum(backlog.values())
    total = sum((ledger.account(one) for one in backlog), Account())
    due = ledger.next_due(tuple(backlog)) if total.deferred else None
    is_ready = owed > total.deferred or (due is not None and due <= now)
    return Remaining(owed, total.queued, is_ready, due)


class Worker:
    """One of any number that drain a ledger; with `forever` it waits for what is queued next."""

    def __init__(
        self,
        ledger: Ledger,
        policy: InDoubt,
        make_round: Callable[[], Round],
        world: World,
        *,
        forever: bool = False,
    ) -> None:
        self._ledger = ledger
        self._policy = policy
        self._make_round = make_round
        self._world = world
        self._forever = forever
        self._told = ""
        self._tries = 0
        self._failing: type[Exception] | None = None
        self._failing_since = self._failed_at = world.now()

    def work(self) -> MailError | None:
        """Send until nothing is owed; return the trouble that ended it before, if any did.

        A relay, a service or a database that is away for a while ends nothing. Raises what a
        round raises; `forever` a page or files that are not as they should be, and a target that
        does not answer, end nothing either.
        """
        while True:
            try:
                if self._has_ended():
                    return None
            except _PASSING as error:
                if not self._goes_on_after(error):
                    if isinstance(error, MailError):
                        return error
                    raise
            except MailError as error:
                return error

    def _has_ended(self) -> bool:
        """Do what can be done, or wait a little; whether there will be nothing to do any more."""
        if self._ledger.is_held():
            return self._wait(ALL_HELD, HELD_S)
        done = self._round()
        if done is None:
            return False
        if done.is_busy:
            return self._wait(_BUSY, POLL_S)
        if done.sent or not done.trouble:
            self._failing = None
        if done.trouble is None:
            return self._is_over(done)
        if self._ledger.is_held():
            return False
        raise done.trouble

    def _round(self) -> Round | None:
        try:
            return self._make_round()
        except (Refused, TargetError, ContentError) as error:
            if not self._forever:
                raise
            self._wait(str(error), _REFUSED_S)
            return None

    def _goes_on_after(self, trouble: MailError | DatabaseError) -> bool:
        """Wait, if that may help."""
        now = self._world.now()
        kind = MailError if isinstance(trouble, MailError) else DatabaseError
        if self._failing is not kind or now - self._failed_at > RESTARTED_AFTER:
            self._failing, self._failing_since, self._tries = kind, now, 0
        self._failed_at = now
        longest = GIVE_UP_AFTER if kind is MailError else RESTARTED_AFTER
        if not self._forever and now - self._failing_since >= longest:
            return False
        self._wait(f"trying on; {trouble}", pause_s(self._tries, random.random()))  # noqa: S311
        self._tries += 1
        return True

    def _is_over(self, done: Round) -> bool:
        """Wait until there is something to do; True: there will be nothing any more."""
        left = self._look(done.out_of_reach)
        if not (left.owed or self._forever):
            return True
        if not left.queued:
            self._say(_why(left))
        for _ in range(_MOST_POLLS):
            self._world.wait(POLL_S)
            if self._ledger.is_held():
                break
            left = self._look(done.out_of_reach)
            if left.is_ready or not (left.owed or self._forever):
                break
        return False

    def _look(self, out_of_reach: Collection[str]) -> Remaining:
        return look(self._ledger, self._policy, self._world.now(), out_of_reach)

    def _wait(self, why: str, seconds: float) -> bool:
        """Always returns False: it is not over."""
        self._say(why)
        self._world.wait(seconds)
        return False

    def _say(self, text: str) -> None:
        """Once, however long it lasts."""
        if text != self._told:
            self._world.tell(text)
        self._told = text


def _why(left: Remaining) -> str:
    if not left.owed:
        return _IDLE
    if left.is_ready or left.next_due is None:
        return _ELSEWHERE
    at = format_instant(left.next_due)
    return f"{left.owed:,} deferred; the next may be tried again at {at}"
