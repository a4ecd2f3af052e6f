"""Delivery: every owed letter goes out once, over several connections, whatever is cut off.

Before the final dot of a letter leaves, the ledger says so, and its outcome is written before the
connection's next dot leaves. So a killed run leaves at most one letter a connection in doubt, and
the next run knows which; whatever had not got to its dot is simply sent.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import datetime

from statusgen.errors import MailError
from statusgen.mail.delivery.journal import Journal
from statusgen.mail.delivery.rules import DeliveryRules
from statusgen.mail.delivery.run import DeliveryRun, LetterMaker
from statusgen.mail.ledger import IsGone, Ledger
from statusgen.mail.letter_states import Account, DeliveryState, Outcome, Trouble
from statusgen.mail.transports.transport import Transport
from statusgen.targets.manifest import Publisher
from statusgen.values.clock import clock_from
from statusgen.values.value import Value, replace

logger = logging.getLogger(__name__)


class SendingProcess(Value, frozen=True):
    """The process that lets letters go: who it is, whom it finds gone, and who hears of letters."""

    by: Publisher = Publisher("", "", "")
    is_gone: IsGone = lambda _publisher: False
    on_done: Callable[[Outcome], None] = lambda _outcome: None
    """Hears of every letter's outcome."""

    def finds_gone(self, other: Publisher) -> bool:
        """Whether a sender has ended; an earlier run of this very process has, leave or no."""
        return bool(other.process and other == self.by) or self.is_gone(other)


class DeliveryReport(Value, frozen=True):
    """What a run did, and where every letter of its updates is now."""

    accounts: tuple[tuple[str, Account], ...]
    """By update id, in the order given."""
    sent: int
    """Letters that the transport accepted in this run."""
    resent: tuple[str, ...]
    """Tokens of those who were in flight when a run was cut off and were sent the letter again."""
    in_doubt: tuple[str, ...]
    """Tokens of those whose letter is in doubt now."""
    trouble: MailError | None
    """Why the run stopped early; None when it did not."""

    @property
    def total(self) -> Account:
        """The accounts of all updates as one."""
        return sum((account for _, account in self.accounts), Account())

    @property
    def is_done(self) -> bool:
        """Whether nothing is owed, in doubt or failed any more."""
        total = self.total
        return not (self.trouble or total.owed or total.in_doubt or total.failed)


def deliver(  # noqa: PLR0913, PLR0917 - what a run needs, each once
    ledger: Ledger,
    transport: Transport,
    letters: LetterMaker,
    update_ids: Sequence[str],
    now: datetime,
    rules: DeliveryRules | None = None,
    process: SendingProcess | None = None,
) -> DeliveryReport:
    """Send what is owed about the updates, oldest first, and return the report.

    When interrupted, letters in flight are finished before KeyboardInterrupt goes on.

    Raises:
        Refused: another run is at work on a ledger that takes one at a time.
        DatabaseError: the ledger can't be written; nothing goes out without its mark.

    """
    rules, process = rules or DeliveryRules(), process or SendingProcess()
    clock = clock_from(now)
    with ledger.exclusive():
        enlisted = ledger.enlist(process.by, process.finds_gone)
        sender = replace(enlisted, passes_hold=rules.only is not None)
        trouble = None
        logger.info("sending what is owed about %s", ", ".join(update_ids))
        try:
            waits, only = rules.waits, rules.only
            ledger.prepare(update_ids, rules.in_doubt, now, waits=waits, only=only)
            with closing(Journal(ledger, sender, clock)) as journal:
                run = DeliveryRun(
                    journal,
                    transport,
                    letters,
                    update_ids,
                    rules,
                    process.on_done,
                    struck_before=ledger.struck_before(clock()),
                )
                try:
                    asyncio.run(run.send_all())
                finally:
                    ledger.conclude(run.tally.refusals, clock())
                if run.trouble and not ledger.is_held():  # `is_held` tells of that
                    trouble = Trouble(clock().replace(microsecond=0), str(run.trouble))
        finally:
            ledger.dismiss(sender, trouble)
        logger.info("%d letters were taken", run.tally.counts[DeliveryState.ACCEPTED])
        return DeliveryReport(
            accounts=tuple((update_id, ledger.account(update_id)) for update_id in update_ids),
            sent=run.tally.counts[DeliveryState.ACCEPTED],
            resent=ledger.unreported_copies(update_ids),
            in_doubt=doubted(ledger, update_ids),
            trouble=run.trouble,
        )


def doubted(ledger: Ledger, update_ids: Iterable[str]) -> tuple[str, ...]:
    """Return the tokens of those who have a letter in doubt about one of the updates."""
    tokens = (ledger.tokens(update_id, DeliveryState.IN_DOUBT) for update_id in update_ids)
    return tuple(sorted({token for some in tokens for token in some}))
