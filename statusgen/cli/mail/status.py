"""`mail status`: where every letter is, once or as it changes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from statusgen.cli.context import Context, is_terminal, json_option, pass_context
from statusgen.cli.output import say, tell
from statusgen.errors import UsageError

if TYPE_CHECKING:
    from statusgen.cli.composition import OpenDatabase
    from statusgen.cli.mail.view import Entry
    from statusgen.mail.letter_states import Account, KnownUpdate

_MOST_ROWS = 20


@click.command()
@click.argument("update", metavar="UPDATE", required=False)
@click.option("--watch", is_flag=True, help="Show it as it changes, until Ctrl-C.")
@json_option
@pass_context
def status(context: Context, update: str | None, watch: bool) -> None:
    """Account for every letter, of UPDATE or of the newest updates.

    Also who sends at this moment, and whether letters are held. UPDATE is any part of an update's
    id that fits one, or one of the incidents that are open; with it, tokens show whose letters
    have not arrived.

    \b
    Examples:
      statusgen mail status
      statusgen mail status 01-investigating
      statusgen mail status --watch       letters a second, and the time left
    """  # noqa: D301  \b keeps click from filling the lines
    from statusgen.cli.composition import is_gone, open_state
    from statusgen.cli.mail.view import status_as_json
    from statusgen.values.vocabulary import InDoubt

    if watch and (context.as_json or not is_terminal()):
        raise UsageError("--watch needs a terminal, and goes without --json; leave one of them out")
    with open_state(context.settings) as state:
        if watch:
            from statusgen.cli.mail.watch import watch as keep_watching

            update_id = update and find_update(context, state, update)
            keep_watching(lambda: tuple(_rows(state, update_id, _MOST_ROWS)), state.ledger, is_gone)
            return
        update_id = update and find_update(context, state, update)
        rows = _rows(state, update_id, None if context.as_json else _MOST_ROWS + 1)
        with_tokens = update is not None or context.as_json
        entries = [_entry(state, *row, with_tokens=with_tokens) for row in rows]
        senders = [one for one in state.ledger.senders() if not is_gone(one)]
        is_held = state.ledger.is_held()
        is_owed = any(letters for _, letters in state.ledger.backlog(InDoubt.HOLD))
        trouble = state.ledger.last_trouble() if is_owed else None
    context.report(
        status_as_json(entries, senders, trouble, is_held=is_held),
        lambda: _show_ledger(entries, is_sending=bool(senders)),
    )
    if not context.as_json:
        from statusgen.cli.mail.view import sender_lines, trouble_line

        if trouble is not None:
            say(trouble_line(trouble))
        for line in sender_lines(senders, is_held=is_held):
            say(line)


def find_update(context: Context, state: "OpenDatabase", text: str) -> str:
    """The id of the one update that the ledger knows by this name, or by this part of it.

    Where a part fits several, those of open incidents are meant.
    """
    from statusgen.content.write import MOST_SHOWN
    from statusgen.values.notation import listed, shown

    known = state.ledger.skips()
    matches = [text] if text in known else [one for one in known if text in one]
    if not matches:
        raise UsageError(
            f"the ledger knows no update called {shown(text)}; "
            "`statusgen mail status` shows their names"
        )
    if len(matches) > 1:
        matches = _of_open_incidents(context, matches) or matches
    if len(matches) > 1:
        raise UsageError(
            f"{shown(text)} fits several updates; name one of {listed(matches, MOST_SHOWN)}"
        )
    return matches[0]


def _of_open_incidents(context: Context, update_ids: Sequence[str]) -> list[str]:
    from statusgen.content.due import open_incidents

    are_open = {one.id for one in open_incidents(context.survey(), context.now)}
    return [one for one in update_ids if one.partition("/")[0] in are_open]


def _rows(
    state: "OpenDatabase", update_id: str | None, limit: int | None
) -> "Sequence[tuple[KnownUpdate, Account]]":
    if update_id is None:
        return state.ledger.accounts(limit)
    return [(state.ledger.known_updates([update_id])[update_id], state.ledger.account(update_id))]


def _entry(
    state: "OpenDatabase", known: "KnownUpdate", account: "Account", *, with_tokens: bool
) -> "Entry":
    from statusgen.cli.mail.view import Entry
    from statusgen.mail.failure_reasons import Unsent

    amiss = [one for one in Unsent.STATES if getattr(account, one)]
    unsent = state.ledger.unsent([known.update_id]) if amiss else ()
    named = amiss if with_tokens else ()
    tokens = {one: state.ledger.tokens(known.update_id, one) for one in named}
    return Entry(known, account, unsent, tokens)


def _show_ledger(entries: "Sequence[Entry]", *, is_sending: bool) -> None:
    from statusgen.cli.mail.view import ledger_lines, next_steps

    if not entries:
        say("the ledger is empty: nothing has been published with letters yet")
        return
    shown = entries[:_MOST_ROWS]
    for line in ledger_lines([(one.known, one.account) for one in shown]):
        say(line)
    if len(entries) > len(shown):
        say("older updates: statusgen mail status UPDATE, or --json for all")
    for one in shown:
        steps = list(next_steps(one, is_sending=is_sending))
        if steps:
            tell("", one.known.update_id, "yellow")
        for step in steps:
            tell(f"  {step}")
