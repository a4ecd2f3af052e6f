"""`mail work`: a sender that stays until nothing is owed."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import click

from statusgen.cli.account_view import (
    NOTHING,
    account_as_json,
    run_as_json,
    sent_line,
    tell_doubts,
    tell_total,
    tick_copies,
)
from statusgen.cli.context import Context, json_option, pass_context
from statusgen.cli.mail.resume import send_once
from statusgen.cli.output import say, tell, tell_error, tell_next
from statusgen.cli.publish_view import tell_stopped
from statusgen.cli.sending import find_readers, required_mail, send_queued, to_option
from statusgen.cli.sending_all import read_owed, tell_unsendable, total_of
from statusgen.cli.signals import interrupt
from statusgen.errors import Refused, Unavailable, UsageError
from statusgen.mail.delivery.deliver import doubted

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from statusgen.cli.composition import OpenDatabase
    from statusgen.errors import MailError
    from statusgen.mail.letter_states import Outcome
    from statusgen.mail.working import Round
    from statusgen.values.vocabulary import InDoubt


@click.command()
@click.option("--forever", is_flag=True, help="Stay for what the next publish queues.")
@to_option
@json_option
@pass_context
def work(context: Context, forever: bool, readers: tuple[str, ...]) -> None:
    """Send what is owed until nothing is, and wait for what has to wait.

    Like `mail resume`, but it stays: for deferred letters until their time has come, for a relay
    that takes none up to an hour, and while letters are held. Any number of machines drain one
    ledger in PostgreSQL; a SQLite file takes one at a time. Ctrl-C ends it: letters in flight are
    finished, the others stay owed. So does SIGTERM, which ends a service with exit code 0.

    \b
    Examples:
      statusgen mail work                until every letter has come to an end
      statusgen mail work --forever      as a service, for publishes to come
      statusgen mail work --to TOKEN     a rehearsal: one round, for one reader
    """  # noqa: D301  \b keeps click from filling the lines
    from statusgen.cli.composition import open_state
    from statusgen.mail.working import Worker

    mail = required_mail(context)
    if forever and readers:
        raise UsageError("--to is for rehearsals, which end; leave --forever out")
    with _alone(context), open_state(context.settings) as state, _ended_by_sigterm() as service:
        only = find_readers(state, readers)
        if only is not None:
            send_once(context, state, only=only)
            return
        session = _Session(context, state, mail.in_doubt)
        worker = Worker(state.ledger, mail.in_doubt, session.make_round, session, forever=forever)
        try:
            trouble = worker.work()
        except KeyboardInterrupt:
            session.report(None)
            if forever and service.was_stopped:
                return
            raise
        is_behind = session.report(trouble)
    if is_behind:
        tell_next("statusgen mail status")
        raise click.exceptions.Exit(Unavailable.exit_code)


class _Session:
    """The rounds of one `mail work`, added up, and the time between them."""

    def __init__(self, context: Context, state: "OpenDatabase", policy: "InDoubt") -> None:
        self._context = context
        self._state = state
        self._policy = policy
        self._clock = context.moment
        self._update_ids: dict[str, None] = {}
        self._resent: dict[str, None] = {}
        self._sent = 0
        self._flaw = ""
        self._told: tuple[tuple[str, ...], ...] | None = None
        self._is_stopped = False

    def now(self) -> datetime:
        return self._clock()

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)

    def tell(self, text: str) -> None:
        tell(text, self.now().strftime("%H:%M"), "cyan")

    def make_round(self) -> "Round":
        from statusgen.mail.working import Round

        now = self.now()
        self._context = self._context.with_settings_of_now()
        ledger = self._state.ledger
        before = {one for one, letters in ledger.backlog(self._policy) if letters}
        owed = read_owed(self._context, self._state, now)
        queued = owed.queued
        if (queued.vanished, owed.unshown) != self._told:
            self._is_stopped = tell_stopped(queued) | tell_unsendable(owed)
            self._told = (queued.vanished, owed.unshown)
        out_of_reach = before - {*queued.update_ids}
        if not queued.update_ids:
            return Round(out_of_reach)
        is_news = not self._update_ids.keys() >= {*queued.update_ids}
        self._update_ids |= dict.fromkeys(queued.update_ids)
        try:
            ended = send_queued(
                self._context,
                self._state,
                owed.archive,
                queued,
                now,
                waits=True,
                has_canary=is_news,
                on_load=self.tell if is_news else None,
                on_done=self._count,
            )
        except Refused:
            return Round(out_of_reach, is_busy=True)
        report = ended.report
        self._flaw = self._flaw or ended.flaw
        self._resent |= dict.fromkeys(report.resent)
        tell_doubts(report.resent, ())
        tick_copies(report, ledger)
        return Round(out_of_reach, report.sent, report.trouble)

    def _count(self, outcome: "Outcome") -> None:
        self._sent += outcome.state == "accepted"

    def report(self, trouble: "MailError | None") -> bool:
        """Account for all that it had to do with; returns whether anything is left behind."""
        from statusgen.values.vocabulary import InDoubt

        ledger = self._state.ledger
        ids = self._update_ids or [one for one, _ in ledger.backlog(InDoubt.HOLD)]
        total = total_of(self._state, ids)
        value = {
            **run_as_json(self._sent, tuple(self._resent), trouble, self._flaw),
            **account_as_json(total),
        }
        text = sent_line(self._sent, total) if ids else NOTHING
        self._context.report(value, lambda: say(text))
        tell_doubts((), doubted(ledger, ids))
        tell_total(total)
        if trouble:
            tell_error(str(trouble))
        if self._flaw:
            tell_error(self._flaw)
        left = total.owed or total.failed or total.in_doubt
        return bool(left or trouble or self._flaw or self._is_stopped)


def _alone(context: Context) -> "AbstractContextManager[None]":
    """Keeps a second worker away from a database file; a server has room for many."""
    from statusgen.cli.composition import open_working_lock

    if not context.settings.database.startswith("sqlite"):
        return nullcontext()
    return open_working_lock(context.settings)


@dataclass(slots=True)
class _Service:
    """Whether whoever runs us has asked us to end."""

    was_stopped: bool = False

    def stop(self, *_: object) -> None:
        self.was_stopped = True
        interrupt()


@contextmanager
def _ended_by_sigterm() -> Iterator[_Service]:
    """Whoever stops a service ends it as Ctrl-C does: letters in flight are finished."""
    service = _Service()
    before = signal.signal(signal.SIGTERM, service.stop)
    try:
        yield service
    finally:
        signal.signal(signal.SIGTERM, before)
