"""`mail`: the ledger, in the operator's hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from statusgen.cli.context import Context, pass_context
from statusgen.cli.output import count, make_table, progress, say, say_json, say_table, tell
from statusgen.errors import Unavailable, UsageError

if TYPE_CHECKING:
    from statusgen.composition import State

_MOST_ROWS = 20


@click.group()
def mail() -> None:
    """See and steer what happens to letters."""


@mail.command()
@click.argument("update", metavar="UPDATE", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def status(context: Context, update: str | None, as_json: bool) -> None:
    """Account for every letter, of UPDATE or of the newest updates."""
    from dataclasses import asdict

    with _state(context) as state:
        known = state.ledger.known_updates()
        if update is not None:
            known = {_find_update(state, update): known[_find_update(state, update)]}
        newest = sorted(known.values(), key=lambda one: (one.at, one.update_id), reverse=True)
        shown = newest if as_json else newest[:_MOST_ROWS]
        rows = [(one, state.ledger.account(one.update_id)) for one in shown]
    if as_json:
        say_json(
            [
                {
                    "update": one.update_id,
                    "skipped": one.skipped or None,
                    "audience": account.audience,
                    **asdict(account),
                }
                for one, account in rows
            ]
        )
        return
    table = make_table("update", "audience", "accepted", "owed", "failed", "in doubt", "")
    for one, account in rows:
        numbers = (account.audience, account.accepted, account.owed, account.failed)
        note = f"not mailed: {one.skipped}" if one.skipped else ""
        cells = [f"{number:,}" for number in (*numbers, account.in_doubt)]
        table.add_row(one.update_id, *cells, note)
    if rows:
        say_table(table)
    else:
        say("the ledger is empty: nothing has been published with letters yet")


@mail.command()
@pass_context
def resume(context: Context) -> None:
    """Send the letters that an earlier run left owed; the site is not touched."""
    from statusgen.composition import open_publishing_lock

    with open_publishing_lock(context.settings), _state(context) as state:
        _send(context, state)


@mail.command()
@click.argument("update", metavar="UPDATE")
@pass_context
def retry(context: Context, update: str) -> None:
    """Queue the failed letters about UPDATE once more, and send them."""
    from statusgen.composition import open_publishing_lock
    from statusgen.model.delivery import DeliveryState

    states = (DeliveryState.FAILED, DeliveryState.DEFERRED, DeliveryState.IN_DOUBT)
    with open_publishing_lock(context.settings), _state(context) as state:
        update_id = _find_update(state, update)
        number = state.ledger.retry(update_id, states, context.now)
        tell(f"{count(number, 'letter')} queued again")
        _send(context, state)


@mail.command()
@click.argument("update", metavar="UPDATE")
@pass_context
def hold(context: Context, update: str) -> None:
    """Never send what is still unsent about UPDATE."""
    from statusgen.composition import open_publishing_lock

    with open_publishing_lock(context.settings), _state(context) as state:
        update_id = _find_update(state, update)
        number = state.ledger.hold(update_id, context.now)
    say(f"{count(number, 'letter')} about {update_id} will not be sent")


@mail.command()
@click.argument("incident", required=False)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the .eml, text and HTML of each update here.",
)
@pass_context
def preview(context: Context, incident: str | None, out: Path | None) -> None:
    """Show the letters of an incident as its subscribers would get them; send nothing."""
    from statusgen.usecases.mail_preview import preview_letters
    from statusgen.usecases.write import find_incident

    archive = context.survey()
    about = find_incident(archive, incident, context.now)
    for one in preview_letters(context.settings, about, context.now):
        if out is None:
            say(f"Subject: {one.subject}\n\n{one.text}\n{'─' * 72}")
            continue
        try:
            out.mkdir(parents=True, exist_ok=True)
            (out / f"{one.stem}.eml").write_bytes(one.message)
            (out / f"{one.stem}.txt").write_text(one.text, encoding="utf-8")
            (out / f"{one.stem}.html").write_text(one.html, encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{out} can't be written: {error.strerror}") from error
        say(str(out / f"{one.stem}.eml"))


@contextmanager
def _state(context: Context) -> "Iterator[State]":
    from statusgen.composition import open_state

    with open_state(context.settings) as state:
        yield state


def _find_update(state: "State", text: str) -> str:
    known = state.ledger.known_updates()
    matches = [text] if text in known else [one for one in known if text in one]
    if len(matches) != 1:
        what = "several updates fit" if matches else "the ledger knows no update called"
        raise UsageError(f"{what} '{text}'; `statusgen mail status` shows their names")
    return matches[0]


def _send(context: Context, state: "State") -> None:
    from statusgen.composition import open_transport
    from statusgen.plan.plan import Backlog, Plan
    from statusgen.usecases import mailing
    from statusgen.usecases.archive import read_archive

    settings = context.settings
    if settings.mail is None:
        raise UsageError("statusgen.toml has no [mail]; add it to send letters")
    archive = read_archive(settings, context.open_cache(), context.now)
    backlog = tuple(Backlog(*one) for one in state.ledger.backlog(settings.mail.in_doubt))
    planned = Plan((), (), (), (), backlog, ())
    queued = mailing.queue_letters(planned, archive, state.ledger, (), context.now, takeover=False)
    if not queued.update_ids:
        say("no letters are owed")
        return
    forms = mailing.make_forms(settings, state.secret_key)
    with progress("Mailing", queued.letters) as done:
        report = mailing.send_letters(
            queued,
            archive,
            forms,
            state.ledger,
            open_transport(settings.mail),
            context.now,
            done,
        )
    say(f"{count(report.sent, 'letter')} sent, {report.total.owed:,} still owed")
    if report.resent:
        tell(f"sent again with the same Message-ID: {' '.join(report.resent)}")
    if report.trouble:
        tell(f"{click.style('error:', fg='red', bold=True)} {report.trouble}")
    if not report.is_done:
        raise click.exceptions.Exit(Unavailable.exit_code)
