"""What has come of a run's letters so far: how many, what it says of readers, when to stop."""

from collections import Counter
from collections.abc import Callable, Collection

from statusgen.errors import MailError
from statusgen.mail.delivery.breaker import Breaker
from statusgen.mail.delivery.refusals import OF_READERS, ReaderRefusal, Refusals
from statusgen.mail.delivery.replies import Meaning
from statusgen.mail.delivery.rules import DeliveryRules
from statusgen.mail.letter_states import ClaimedLetter, DeliveryState, Outcome
from statusgen.mail.transports.transport import Unreachable
from statusgen.values.value import replace

QUOTA_SPENT = (
    "the relay takes no more letters today ({}); run `statusgen mail resume` tomorrow, or ask who "
    "runs it for a larger quota"
)
_MAX_TRIES = 3
_NOT_ITS_FAULT = (Meaning.RELAY_BUSY, Meaning.TOO_FAST, Meaning.QUOTA_SPENT)


class Tally:
    """Counts the letters of all connections of a run, in the order in which they are settled."""

    def __init__(
        self,
        rules: DeliveryRules,
        on_done: Callable[[Outcome], None],
        clock: Callable[[], float],
        struck_before: Collection[int] = (),
    ) -> None:
        """`struck_before`: the ids of readers of whom a refusal is no news."""
        self._rules = rules
        self._on_done = on_done
        self._clock = clock
        self._struck_before = struck_before
        self._breaker = Breaker(rules.canary, rules.max_connections)
        self._lost: Counter[tuple[str, int]] = Counter()
        self._refused: dict[int, ReaderRefusal] = {}
        self.counts: Counter[DeliveryState] = Counter()
        self.under_way = 0
        """Letters that the relay has heard of, and that are not settled."""
        self.begin()

    def begin(self) -> None:
        """Count the time without a letter taken from now on."""
        self._last_taken_s = self._clock()

    @property
    def refusals(self) -> Refusals:
        """What was said of readers."""
        refused = tuple(self._refused.values())
        return Refusals(refused, self.counts.total(), self._breaker.has_tripped)

    def lets_begin(self) -> bool:
        """Count one letter more as under way, if it may be."""
        may = self._breaker.may_begin(self.under_way)
        self.under_way += may
        return may

    def judged(self, owed: ClaimedLetter, outcome: Outcome) -> Outcome:
        """Defer a letter that takes the connection down with it every time."""
        if outcome.state is not DeliveryState.QUEUED or outcome.meaning in _NOT_ITS_FAULT:
            return outcome
        key = (owed.update_id, owed.subscriber.id)
        self._lost[key] += 1
        if self._lost[key] < _MAX_TRIES:
            return outcome
        return replace(outcome, state=DeliveryState.DEFERRED)

    def note(self, owed: ClaimedLetter, outcome: Outcome) -> None:
        """Take what became of a letter under way into account.

        Raises:
            MailError: the run had better stop.

        """
        self.under_way -= 1
        if outcome.state is DeliveryState.QUEUED:
            self._stop_in_vain(outcome)
            return
        self._last_taken_s = self._clock()
        reader = owed.subscriber.id
        is_of_reader = outcome.meaning in OF_READERS
        if is_of_reader:
            refusal = ReaderRefusal(reader, outcome.meaning, self.counts.total())
            self._refused.setdefault(reader, refusal)
        self.counts[outcome.state] += 1
        self._on_done(outcome)
        if not (is_of_reader and reader in self._struck_before):
            self._breaker.note(outcome)

    def _stop_in_vain(self, outcome: Outcome) -> None:
        if outcome.meaning is Meaning.QUOTA_SPENT:
            raise MailError(QUOTA_SPENT.format(outcome.reply))
        waited_s = self._clock() - self._last_taken_s
        if outcome.meaning is Meaning.TOO_FAST and waited_s > self._rules.patience_s:
            raise Unreachable(
                f"the relay says of every letter that it comes too fast ({outcome.reply}); set "
                "mail.max_per_second, then run `statusgen mail resume`"
            )
