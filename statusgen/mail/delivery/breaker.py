"""When a run had better stop: the relay turns letters down or its answers are lost.

More would only do harm: to our name, or by copies that readers get.
"""

from collections import Counter, deque
from typing import Final

from statusgen.errors import MailError
from statusgen.mail.delivery.replies import Meaning
from statusgen.mail.letter_states import DeliveryState, Outcome

_WINDOW: Final = 200
_SHORT_WINDOW: Final = 100
_MAX_REFUSED: Final = 20
"""So many refusals by policy among the last 200 letters, or refusals of whatever kind among the
last 100: an address book in use has fewer dead addresses than one in five."""
_MAX_DOUBTS: Final = 20
"""And so many whose answer was lost; but at least two for each connection: a relay that is
started anew loses one of each, and that is no reason to stop."""
_CANARY_PERCENT: Final = 5
_CODES_SHOWN: Final = 3


DOUBTS = (
    "so nobody knows whether they arrived; ask who runs the relay before you run `statusgen mail "
    "resume`, which sends them again unless mail.in_doubt is hold"
)
"""What lost answers mean, and what to do."""


class Breaker:
    """Counts settled letters, those of all connections of a run in the order they come back.

    A refusal of a reader who was refused on another day before is no news: it is not counted here.

    `canary`: of so many letters at the beginning no more than 5 % may fail, but one always may
    (if there are two or more): a single dead address proves nothing. 0: no canary.
    """

    def __init__(self, canary: int = 0, connections: int = 1) -> None:
        self._canary = canary
        self._may_fail = min(max(canary * _CANARY_PERCENT // 100, 1), max(canary - 1, 0))
        self._connections = connections
        self._last: deque[Outcome] = deque(maxlen=_WINDOW)
        self._by_policy: Counter[str] = Counter()
        self._of_late: Counter[str] = Counter()
        """All that the relay refused among the last 100."""
        self._max_doubts = min(max(_MAX_DOUBTS, 2 * connections), _WINDOW)
        self._doubts = 0
        self._settled = 0
        self._has_accepted = False
        self._failures: Counter[str] = Counter()
        self.has_tripped = False
        """Whether the run was told to stop."""

    def may_begin(self, under_way: int) -> bool:
        """Whether one letter more may leave while so many are on their way.

        The canary goes alone. And no more are on their way than would stop the run by their
        failure; with more connections than that, one for each once the relay has taken a letter.
        """
        if self._settled < self._canary <= self._settled + under_way:
            return False
        against = max(
            self._failures.total() if self._has_only_failures else 0,
            self._by_policy.total(),
            self._of_late.total(),
        )
        most = max(_MAX_REFUSED, self._connections) if self._has_accepted else _MAX_REFUSED
        return under_way + against < most

    @property
    def _has_only_failures(self) -> bool:
        return self._failures.total() == self._settled

    def note(self, outcome: Outcome) -> None:
        """Take a letter's outcome into account; those still to be sent again say nothing.

        Raises:
            MailError: the run is to stop, and why.

        """
        if outcome.state is DeliveryState.QUEUED:
            return
        self._settled += 1
        self._has_accepted |= outcome.state is DeliveryState.ACCEPTED
        if outcome.state is DeliveryState.FAILED:
            self._failures[outcome.reply] += 1
        self._remember(outcome)
        try:
            self._raise_if_refused_by_policy()
            self._raise_if_in_doubt()
            self._raise_if_nothing_works()
            self._raise_if_many_are_refused()
            self._raise_if_canary_fails()
        except MailError:
            self.has_tripped = True
            raise

    def _remember(self, outcome: Outcome) -> None:
        if len(self._last) == _WINDOW:
            first = self._last[0]
            self._doubts -= first.state is DeliveryState.IN_DOUBT
            if _is_by_policy(first):
                self._by_policy -= Counter([first.reply])
        if len(self._last) >= _SHORT_WINDOW and _is_refusal(self._last[-_SHORT_WINDOW]):
            self._of_late -= Counter([self._last[-_SHORT_WINDOW].reply])
        self._last.append(outcome)
        self._doubts += outcome.state is DeliveryState.IN_DOUBT
        if _is_by_policy(outcome):
            self._by_policy[outcome.reply] += 1
        if _is_refusal(outcome):
            self._of_late[outcome.reply] += 1

    def _raise_if_refused_by_policy(self) -> None:
        refused = self._by_policy.total()
        if refused >= _MAX_REFUSED:
            raise MailError(
                f"{refused} of the last {len(self._last)} letters were refused by policy "
                f"({_codes(self._by_policy)}), which is about the sender and not the readers; "
                "check SPF, DKIM and DMARC of mail.from with whoever runs the relay, then run "
                "`statusgen mail retry UPDATE`"
            )

    def _raise_if_many_are_refused(self) -> None:
        refused = self._of_late.total()
        if refused >= _MAX_REFUSED:
            raise MailError(
                f"{refused} of the last {min(len(self._last), _SHORT_WINDOW)} letters were refused "
                f"({_codes(self._of_late)}), more than readers come and go: the relay is at fault "
                "until proved otherwise, and no reader counts as gone for it; ask who runs it, "
                "then run `statusgen mail retry UPDATE`"
            )

    def _raise_if_in_doubt(self) -> None:
        if self._doubts >= self._max_doubts:
            raise MailError(
                f"{self._doubts} of the last {len(self._last)} letters were sent and not "
                f"answered, {DOUBTS}"
            )

    def _raise_if_nothing_works(self) -> None:
        if self._has_only_failures and self._settled >= _MAX_REFUSED:
            raise MailError(
                f"the relay refused the first {self._settled} letters "
                f"({_codes(self._failures)}); ask who runs it, then run "
                "`statusgen mail retry UPDATE`"
            )

    def _raise_if_canary_fails(self) -> None:
        failed = self._failures.total()
        if self._settled <= self._canary and failed > self._may_fail:
            raise MailError(
                f"{failed} of the first {self._settled} letters failed "
                f"({_codes(self._failures)}), more than {_CANARY_PERCENT} % of the "
                f"{self._canary} that mail.canary sends ahead; mend what the replies say, then "
                "run `statusgen mail retry UPDATE`"
            )


def _is_by_policy(outcome: Outcome) -> bool:
    return outcome.state is DeliveryState.FAILED and outcome.meaning is Meaning.SENDER_REFUSED


def _is_refusal(outcome: Outcome) -> bool:
    """Whether the relay said no: it was not asked about a letter that it can't be offered."""
    return outcome.state is DeliveryState.FAILED and outcome.reply[:1].isdigit()


def _codes(replies: Counter[str]) -> str:
    """Return the commonest replies: `550 5.7.515, 554`."""
    return ", ".join(reply for reply, _ in replies.most_common(_CODES_SHOWN))
