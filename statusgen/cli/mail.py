"""`mail`: the ledger, in the operator's hand."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from statusgen.cli.context import Context, json_option, open_targets, pass_context
from statusgen.cli.output import count, progress, say, tell, tell_error, tell_next
from statusgen.errors import Unavailable, UsageError

if TYPE_CHECKING:
    from statusgen.cli.mail_view import Entry
    from statusgen.composition import State
    from statusgen.model.delivery import Account, KnownUpdate
    from statusgen.usecases.mail_preview import PreviewLetter

_MOST_ROWS = 20
NOTHING = "no letters are owed"


@click.group()
def mail() -> None:
    """See and steer what happens to letters."""


@mail.command()
@click.argument("update", metavar="[UPDATE]", required=False)
@json_option
@pass_context
def status(context: Context, update: str | None) -> None:
    """Account for every letter, of UPDATE or of the newest updates."""
    from statusgen.cli.mail_view import entry_as_json

    with _state(context) as state:
        if update is not None:
            update_id = _find_update(state, update)
            known = state.ledger.known_updates([update_id])[update_id]
            rows = [(known, state.ledger.account(update_id))]
        else:
            rows = list(state.ledger.accounts(None if context.as_json else _MOST_ROWS + 1))
        with_tokens = update is not None or context.as_json
        entries = [_entry(state, *row, with_tokens=with_tokens) for row in rows]
    context.report([entry_as_json(one) for one in entries], lambda: _show_ledger(entries))


@mail.command()
@json_option
@pass_context
def resume(context: Context) -> None:
    """Send the letters that are still owed; leave the site alone."""
    from statusgen.composition import open_publishing_lock

    with open_publishing_lock(context.settings), _state(context) as state:
        _send(context, state)


@mail.command()
@click.argument("update", metavar="UPDATE")
@json_option
@pass_context
def retry(context: Context, update: str) -> None:
    """Queue the failed letters about UPDATE once more, and send them."""
    from statusgen.composition import open_publishing_lock

    with open_publishing_lock(context.settings), _state(context) as state:
        update_id = _find_update(state, update)
        _send(context, state, update_id)


@mail.command()
@click.argument("update", metavar="UPDATE")
@json_option
@pass_context
def hold(context: Context, update: str) -> None:
    """Never send what is still unsent about UPDATE."""
    from statusgen.composition import open_publishing_lock

    with open_publishing_lock(context.settings), _state(context) as state:
        update_id = _find_update(state, update)
        number = state.ledger.hold(update_id, context.now)
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


@contextmanager
def _state(context: Context) -> "Iterator[State]":
    from statusgen.composition import open_state

    with open_state(context.settings) as state:
        yield state


def _write_letter(letter: "PreviewLetter", out: Path) -> str:
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / f"{letter.stem}.eml").write_bytes(letter.message)
        (out / f"{letter.stem}.txt").write_text(letter.text, encoding="utf-8")
        (out / f"{letter.stem}.html").write_text(letter.html, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{out} can't be written: {error.strerror}; name another --out") from error
    return str(out / f"{letter.stem}.eml")


def _entry(
    state: "State", known: "KnownUpdate", account: "Account", *, with_tokens: bool
) -> "Entry":
    from statusgen.cli.mail_view import Entry
    from statusgen.model.unsent import Unsent

    amiss = [one for one in Unsent.STATES if getattr(account, one)]
    unsent = state.ledger.unsent([known.update_id]) if amiss else ()
    named = amiss if with_tokens else ()
    tokens = {one: state.ledger.tokens(known.update_id, one) for one in named}
    return Entry(known, account, unsent, tokens)


def _show_ledger(entries: "Sequence[Entry]") -> None:
    from statusgen.cli.mail_view import ledger_lines, next_steps

    if not entries:
        say("the ledger is empty: nothing has been published with letters yet")
        return
    shown = entries[:_MOST_ROWS]
    for line in ledger_lines(shown):
        say(line)
    if len(entries) > len(shown):
        say("older updates: statusgen mail status UPDATE, or --json for all")
    for one in shown:
        steps = list(next_steps(one))
        if steps:
            tell("", one.known.update_id, "yellow")
        for step in steps:
            tell(f"  {step}")


def _find_update(state: "State", text: str) -> str:
    from statusgen.model.notation import shown
    from statusgen.usecases.write import some

    known = state.ledger.skips()
    matches = [text] if text in known else [one for one in known if text in one]
    if not matches:
        raise UsageError(
            f"the ledger knows no update called {shown(text)}; "
            "`statusgen mail status` shows their names"
        )
    if len(matches) > 1:
        raise UsageError(f"{shown(text)} fits several updates; name one of {some(matches)}")
    return matches[0]


def _send(context: Context, state: "State", retry: str = "") -> None:
    """Sends what is owed; `retry` names an update whose failed letters are owed again."""
    from statusgen.cli.mail_view import account_as_json
    from statusgen.cli.publish_view import tell_doubts, tell_stopped
    from statusgen.composition import open_transport
    from statusgen.model.delivery import Account
    from statusgen.usecases import mailing
    from statusgen.usecases.archive import read_archive
    from statusgen.usecases.resume import plan_resume

    settings = context.settings
    if settings.mail is None:
        raise UsageError("statusgen.toml has no [mail]; add it to send letters")
    archive = read_archive(settings, context.open_cache(), context.now)
    with open_targets(settings) as targets:
        planned = plan_resume(targets, archive, state.ledger, context.now, retry)
    queued = mailing.queue_letters(planned, archive, state.ledger, context.now)
    is_stopped = tell_stopped(queued)
    if not queued.update_ids:
        nothing: dict[str, object] = {
            "sent": 0,
            "resent": [],
            "trouble": None,
            **account_as_json(Account()),
        }
        context.report(nothing, lambda: say("no letters can be sent" if is_stopped else NOTHING))
        if is_stopped:
            raise click.exceptions.Exit(Unavailable.exit_code)
        return
    forms = mailing.make_forms(settings, state.secret_key)
    transport = open_transport(settings.mail)
    with progress("Mailing", queued.letters) as done:
        report = mailing.send_letters(
            queued, archive, forms, state.ledger, transport, context.now, done
        )
    value: dict[str, object] = {
        "sent": report.sent,
        "resent": list(report.resent),
        "trouble": str(report.trouble) if report.trouble else None,
        **account_as_json(report.total),
    }
    text = f"{count(report.sent, 'letter')} sent, {report.total.owed:,} still owed"
    context.report(value, lambda: say(text))
    tell_doubts(report.resent, report.in_doubt)
    if report.trouble:
        tell_error(str(report.trouble))
    if is_stopped or not report.is_done:
        tell_next("statusgen mail status")
        raise click.exceptions.Exit(Unavailable.exit_code)
