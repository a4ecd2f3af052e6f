"""`mail work`: rounds of sending until nothing is owed, and what a worker waits for in between.

Nothing here sends by itself: a round is handed in, so that each begins with the files, the page
and the ledger as they are then.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Final, Protocol

from statusgen.errors import ContentError, MailError, Refused, TargetError
from statusgen.model.delivery import Account, InDoubt
from statusgen.model.notation import format_instant
from statusgen.model.value import Value
from statusgen.ports.ledger import Ledger
from statusgen.ports.transport import Unreachable

POLL_S: Final = 3.0
HELD_S: Final = 1.0
GIVE_UP_AFTER: Final = timedelta(hours=1)
"""So long a worker goes on trying a relay that takes no letter."""

_REFUSED_S: Final = 15.0
_FIRST_PAUSE_S: Final = 5.0
_LONGEST_PAUSE_S: Final = 60.0
_MOST_POLLS: Final = 20
"""After so many a round begins in any case: files and page may say something else by now."""

HELD = "letters are held; `statusgen mail resume` lets them go out again"
_BUSY = "another statusgen is sending letters from this address book; waiting for it to end"
_IDLE = "nothing is owed; waiting for the next publish"
_ELSEWHERE = "the rest is in the hands of other senders; waiting for them"


class Round(Value, frozen=True):
    """What one round did."""

    update_ids: tuple[str, ...] = ()
    """What it could send letters about; an update whose file is gone is not among them."""
    sent: int = 0
    trouble: MailError | None = None
    is_busy: bool = False
    """Whether another run was at work on a ledger that takes one at a time."""


class Outlook(Value, frozen=True):
    """What is left to be sent."""

    owed: int = 0
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


def look(ledger: Ledger, policy: InDoubt, now: datetime, ids: Collection[str]) -> Outlook:
    """What is left about these updates."""
    backlog = {one: letters for one, letters in ledger.backlog(policy) if one in ids and letters}
    owed = sum(backlog.values())
    deferred = sum((ledger.account(one) for one in backlog), Account()).deferred
    due = ledger.next_due(tuple(backlog)) if deferred else None
    return Outlook(owed, owed > deferred or (due is not None and due <= now), due)


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
        self._pause_s = _FIRST_PAUSE_S
        self._silent_since: datetime | None = None

    def work(self) -> MailError | None:
        """Send until nothing is owed; return the trouble that ended it before, if any did.

        Raises what a round raises; `forever` a page or files that are not as they should be,
        and a target that does not answer, end nothing.
        """
        while True:
            if self._ledger.is_held():
                self._say(HELD)
                self._world.wait(HELD_S)
                continue
            done = self._round()
            if done is None:
                self._world.wait(_REFUSED_S)
            elif done.is_busy:
                self._say(_BUSY)
                self._world.wait(POLL_S)
            elif done.trouble is not None:
                if not self._goes_on_after(done.trouble, done.sent):
                    return done.trouble
            elif self._is_over(done):
                return None

    def _round(self) -> Round | None:
        try:
            return self._make_round()
        except (Refused, TargetError, ContentError) as error:
            if not self._forever:
                raise
            self._say(str(error))
            return None

    def _goes_on_after(self, trouble: MailError, sent: int) -> bool:
        """Wait, if that may help: for a relay that is silent, not for what somebody has to mend."""
        if self._ledger.is_held():
            return True
        if not isinstance(trouble, Unreachable):
            return False
        now = self._world.now()
        if sent or self._silent_since is None:
            self._silent_since, self._pause_s = now, _FIRST_PAUSE_S
        if not self._forever and now - self._silent_since >= GIVE_UP_AFTER:
            return False
        self._say(f"trying on; {trouble}")
        self._world.wait(self._pause_s)
        self._pause_s = min(self._pause_s * 2, _LONGEST_PAUSE_S)
        return True

    def _is_over(self, done: Round) -> bool:
        """Wait until there is something to do; True: there will be nothing any more."""
        self._silent_since = None
        left = look(self._ledger, self._policy, self._world.now(), done.update_ids)
        if not (left.owed or self._forever):
            return True
        self._say(_why(left))
        known = {update_id for update_id, _ in self._ledger.backlog(self._policy)}
        out_of_reach = known - set(done.update_ids)
        for _ in range(_MOST_POLLS):
            self._world.wait(POLL_S)
            if self._ledger.is_held() or self._is_worth_a_round(out_of_reach):
                break
        return False

    def _is_worth_a_round(self, out_of_reach: Collection[str]) -> bool:
        backlog = {update_id for update_id, _ in self._ledger.backlog(self._policy)}
        left = look(self._ledger, self._policy, self._world.now(), backlog - set(out_of_reach))
        return left.is_ready or not (left.owed or self._forever)

    def _say(self, text: str) -> None:
        """Once, however long it lasts."""
        if text != self._told:
            self._world.tell(text)
        self._told = text


def _why(left: Outlook) -> str:
    if not left.owed:
        return _IDLE
    if left.is_ready or left.next_due is None:
        return _ELSEWHERE
    at = format_instant(left.next_due)
    return f"{left.owed:,} deferred; the next may be tried again at {at}"
