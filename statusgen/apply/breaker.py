"""When a run had better stop: the relay turns letters down, and more would only do harm."""

from collections import Counter, deque
from typing import Final

from statusgen.errors import MailError
from statusgen.model.delivery import DeliveryState, Outcome
from statusgen.model.replies import Meaning

_WINDOW: Final = 200
_MAX_REFUSED: Final = 20
"""So many refusals by policy among the last 200 letters (RELIABILITY.md 1.2)."""
_MAX_FAILED_AT_FIRST: Final = 20
_CANARY_PERCENT: Final = 5
_CODES_SHOWN: Final = 3


class Breaker:
    """Counts settled letters, those of all connections of a run in the order they come back.

    `canary`: of so many letters at the beginning no more than 5 % may fail, but one always may
    (if there are two or more): a single dead address proves nothing. 0: no canary.
    """

    def __init__(self, canary: int = 0) -> None:
        self._canary = canary
        self._may_fail = min(max(canary * _CANARY_PERCENT // 100, 1), max(canary - 1, 0))
        self._last: deque[Outcome] = deque(maxlen=_WINDOW)
        self._refusals: Counter[str] = Counter()
        self._settled = 0
        self._failures: Counter[str] = Counter()

    @property
    def canary_left(self) -> int:
        """How many letters of the canary are still to be settled."""
        return max(self._canary - self._settled, 0)

    def note(self, outcome: Outcome) -> None:
        """Take a letter's outcome into account; those still to be sent again say nothing.

        Raises:
            MailError: the run is to stop, and why.

        """
        if outcome.state is DeliveryState.QUEUED:
            return
        self._settled += 1
        if outcome.state is DeliveryState.FAILED:
            self._failures[outcome.reply] += 1
        self._note_refusal(outcome)
        self._raise_if_refused()
        self._raise_if_nothing_works()
        self._raise_if_canary_fails()

    def _note_refusal(self, outcome: Outcome) -> None:
        if len(self._last) == _WINDOW and _is_refusal(self._last[0]):
            self._refusals -= Counter([self._last[0].reply])
        self._last.append(outcome)
        if _is_refusal(outcome):
            self._refusals[outcome.reply] += 1

    def _raise_if_refused(self) -> None:
        refused = self._refusals.total()
        if refused >= _MAX_REFUSED:
            raise MailError(
                f"{refused} of the last {len(self._last)} letters were refused by policy "
                f"({_codes(self._refusals)}), which is about the sender and not the readers; "
                "check SPF, DKIM and DMARC of mail.from with whoever runs the relay, then run "
                "`statusgen mail retry`"
            )

    def _raise_if_nothing_works(self) -> None:
        failed = self._failures.total()
        if failed == self._settled and failed >= _MAX_FAILED_AT_FIRST:
            raise MailError(
                f"the relay refused the first {failed} letters ({_codes(self._failures)}); ask "
                "who runs it, then run `statusgen mail retry`"
            )

    def _raise_if_canary_fails(self) -> None:
        failed = self._failures.total()
        if self._settled <= self._canary and failed > self._may_fail:
            raise MailError(
                f"{failed} of the first {self._settled} letters failed "
                f"({_codes(self._failures)}), more than {_CANARY_PERCENT} % of the "
                f"{self._canary} that mail.canary sends ahead; mend what the replies say, then "
                "run `statusgen mail retry` and `statusgen mail resume`"
            )


def _is_refusal(outcome: Outcome) -> bool:
    return outcome.state is DeliveryState.FAILED and outcome.meaning is Meaning.SENDER_REFUSED


def _codes(replies: Counter[str]) -> str:
    """Return the commonest replies: `550 5.7.515, 554`."""
    return ", ".join(reply for reply, _ in replies.most_common(_CODES_SHOWN))
