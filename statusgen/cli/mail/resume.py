"""`mail resume` and `mail retry`: what is owed goes out now, once."""

from typing import TYPE_CHECKING

import click

from statusgen.cli.account_view import NOTHING, account_as_json, run_as_json, sent_line, tell_end
from statusgen.cli.context import Context, json_option, pass_context
from statusgen.cli.mail.status import find_update
from statusgen.cli.output import say, tell, tell_next
from statusgen.cli.publish_view import tell_stopped
from statusgen.cli.sending import find_readers, required_mail, to_option
from statusgen.cli.sending_all import read_owed, send_all, tell_unsendable, total_of
from statusgen.errors import Refused, Unavailable

if TYPE_CHECKING:
    from statusgen.cli.composition import OpenDatabase
    from statusgen.cli.sending_all import OwedNow


@click.command()
@to_option
@json_option
@pass_context
def resume(context: Context, readers: tuple[str, ...]) -> None:
    """Send the letters that are still owed; leave the site alone.

    What `mail hold` or a rehearsal has stopped goes on. Deferred letters are tried once more, at
    once; `mail work` waits until their time has come. With --to letters that are held stay held
    for everybody else.

    \b
    Examples:
      statusgen mail resume
      statusgen mail resume --to me@example.com     a rehearsal: others stay owed
    """  # noqa: D301  \b keeps click from filling the lines
    from statusgen.cli.composition import open_state

    required_mail(context)
    with open_state(context.settings) as state:
        only = find_readers(state, readers)
        send_once(context, state, only=only, releases=only is None)


@click.command()
@click.argument("update", metavar="UPDATE")
@json_option
@pass_context
def retry(context: Context, update: str) -> None:
    """Queue the failed letters about UPDATE once more, and send them.

    Those deferred and in doubt too, so somebody may get a second copy. UPDATE is any part of an
    update's id that fits one, or one of the incidents that are open.

    \b
    Example:
      statusgen mail retry 01-investigating
    """  # noqa: D301  \b keeps click from filling the lines
    from statusgen.cli.composition import open_state

    required_mail(context)
    with open_state(context.settings) as state:
        send_once(context, state, retry=find_update(context, state, update))


def send_once(
    context: Context,
    state: "OpenDatabase",
    *,
    retry: str = "",
    only: frozenset[int] | None = None,
    releases: bool = False,
) -> None:
    """Sends what is owed; `retry` names an update whose failed letters are owed again.

    `releases`: what is held may go out again, by whoever sends, unless this run is refused.
    Raises `Exit` with the code for "done in part" when anything is left.
    """
    from statusgen.mail.letter_states import Account

    if not releases and only is None and state.ledger.is_held():
        raise Refused("letters are held, so nothing was done; first run `statusgen mail resume`")
    owed = read_owed(context, state, context.now, retry)
    is_stopped = tell_stopped(owed.queued) | tell_unsendable(owed)
    is_released = releases and _release(state)
    if owed.queued.update_ids:
        try:
            ended = send_all(context, state, owed.archive, owed.queued, only=only, on_load=tell)
        except Refused:
            if not (retry or is_released):
                raise
            _say_taken_along(context, state, owed, is_queued_again=bool(retry))
            raise click.exceptions.Exit(Unavailable.exit_code) from None
        report = ended.report
        value = run_as_json(report.sent, report.resent, report.trouble, ended.flaw)
        total, is_behind = report.total, ended.is_behind or is_stopped
        text = sent_line(report.sent, total)
    else:
        ended, total, is_behind = None, Account(), is_stopped
        value = run_as_json(0, (), None, "")
        text = "no letters can be sent" if is_stopped else NOTHING
    context.report({**value, **account_as_json(total)}, lambda: say(text))
    if ended is not None:
        tell_end(ended, state.ledger)
    if is_behind:
        tell_next("statusgen mail status")
        raise click.exceptions.Exit(Unavailable.exit_code)


def _say_taken_along(
    context: Context, state: "OpenDatabase", owed: "OwedNow", *, is_queued_again: bool
) -> None:
    """Nobody has to come back for the letters."""
    total = total_of(state, owed.queued.update_ids)
    text = "another statusgen is sending, and takes them along"
    text = f"queued again; {text}" if is_queued_again else text
    context.report({**run_as_json(0, (), None, ""), **account_as_json(total)}, lambda: say(text))


def _release(state: "OpenDatabase") -> bool:
    """Ends a hold, if there is one; raises `Refused`, and ends nothing, while another run works."""
    if not state.ledger.is_held():
        return False
    with state.ledger.exclusive():
        state.ledger.release_all()
    tell("letters may go out again, whoever sends them", "released", "green")
    return True
