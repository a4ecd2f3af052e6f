"""`mail hold`: all letters stop, or those about one update are given up."""

from typing import TYPE_CHECKING

import click

from statusgen.cli.context import Context, confirm, is_terminal, json_option, pass_context
from statusgen.cli.mail.status import find_update
from statusgen.cli.output import count, say, tell_next

if TYPE_CHECKING:
    from statusgen.mail.letter_states import Account


@click.command()
@click.argument("update", metavar="[UPDATE]", required=False)
@click.option("--yes", is_flag=True, help="Don't ask.")
@json_option
@pass_context
def hold(context: Context, update: str | None, yes: bool) -> None:
    """Stop all letters until `mail resume`; or never send what is unsent about UPDATE.

    Without UPDATE every sender of the ledger stops, on all machines, before its next letter, and
    `publish` leaves its letters owed. With UPDATE the letters about it that have not gone out are
    given up for good; all others go on.

    \b
    Examples:
      statusgen mail hold                      the emergency brake
      statusgen mail hold 02-identified        that update was a mistake
    """  # noqa: D301  \b keeps click from filling the lines
    from statusgen.cli.composition import open_state

    if update is None:
        _hold_all(context)
        return
    with open_state(context.settings) as state:
        update_id = find_update(context, state, update)
        _ask_to_give_up(state.ledger.account(update_id), update_id, yes=yes)
        number = state.ledger.hold(update_id, context.now)
        state.ledger.new_edition()
    text = f"{count(number, 'letter')} about {update_id} will not be sent"
    context.report({"update": update_id, "held": number}, lambda: say(text))


def _ask_to_give_up(account: "Account", update_id: str, *, yes: bool) -> None:
    number = account.queued + account.claimed + account.deferred
    if yes or not number or not is_terminal():
        return
    question = f"Give up {count(number, 'letter')} about {update_id} for good?"
    confirm(question, "nothing was given up")


def _hold_all(context: Context) -> None:
    """Without a lock: whoever holds one is to be stopped."""
    from statusgen.cli.composition import open_state
    from statusgen.mail.letter_states import Account

    with open_state(context.settings) as state:
        state.ledger.hold_all(context.now)
        rows = state.ledger.accounts()
    owed = sum((account for _, account in rows), Account()).owed
    text = f"letters are held: {count(owed, 'letter')} owed"
    context.report({"held": True, "owed": owed}, lambda: say(text))
    tell_next("statusgen mail resume lets them go out again")
