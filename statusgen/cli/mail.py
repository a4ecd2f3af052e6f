"""`mail`: the ledger, in the operator's hand."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from statusgen.cli.bounces import bounces
from statusgen.cli.context import Context, is_terminal, json_option, pass_context
from statusgen.cli.mail_resume import resume, retry
from statusgen.cli.mail_status import find_update, status
from statusgen.cli.mail_test import test
from statusgen.cli.mail_work import work
from statusgen.cli.output import count, say, tell, tell_next
from statusgen.errors import Refused, UsageError

if TYPE_CHECKING:
    from statusgen.model.delivery import Account
    from statusgen.usecases.mail_preview import PreviewLetter


@click.group()
def mail() -> None:
    """See and steer what happens to letters."""


mail.add_command(bounces)
mail.add_command(resume)
mail.add_command(retry)
mail.add_command(status)
mail.add_command(test)
mail.add_command(work)


@mail.command()
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
    from statusgen.composition import open_state

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


@mail.command()
@click.argument("incident", required=False)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the .eml, text and HTML of each update here.",
)
@json_option
@pass_context
def preview(context: Context, incident: str | None, out: Path | None) -> None:
    """Show the letters about INCIDENT; send nothing.

    INCIDENT is any unique part of its id; the only open incident needs no name.
    """
    from statusgen.usecases.mail_preview import preview_letters
    from statusgen.usecases.write import find_incident

    about = find_incident(context.survey(), incident, context.now)
    letters = preview_letters(context.settings, about, context.now)
    paths = [_write_letter(one, out) for one in letters] if out else [None] * len(letters)
    rows = list(zip(letters, paths, strict=True))
    value = [
        {
            "update": one.update_id,
            "kind": one.kind,
            "subject": one.subject,
            "text": one.text,
            "html": one.html,
            "path": path,
        }
        for one, path in rows
    ]
    lines = [path or f"Subject: {one.subject}\n\n{one.text}\n{'─' * 72}" for one, path in rows]
    context.report(value, lambda: say("\n".join(lines)))


def _ask_to_give_up(account: "Account", update_id: str, *, yes: bool) -> None:
    number = account.queued + account.claimed + account.deferred
    if yes or not number or not is_terminal():
        return
    question = f"Give up {count(number, 'letter')} about {update_id} for good?"
    if not click.confirm(question, err=True):
        tell("nothing was given up")
        raise click.exceptions.Exit(Refused.exit_code)


def _hold_all(context: Context) -> None:
    """Without a lock: whoever holds one is to be stopped."""
    from statusgen.composition import open_state
    from statusgen.model.delivery import Account

    with open_state(context.settings) as state:
        state.ledger.hold_all(context.now)
        rows = state.ledger.accounts()
    owed = sum((account for _, account in rows), Account()).owed
    text = f"letters are held: {count(owed, 'letter')} owed"
    context.report({"held": True, "owed": owed}, lambda: say(text))
    tell_next("statusgen mail resume lets them go out again")


def _write_letter(letter: "PreviewLetter", out: Path) -> str:
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / f"{letter.stem}.eml").write_bytes(letter.message)
        (out / f"{letter.stem}.txt").write_text(letter.text, encoding="utf-8")
        (out / f"{letter.stem}.html").write_text(letter.html, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{out} can't be written: {error.strerror}; name another --out") from error
    return str(out / f"{letter.stem}.eml")
