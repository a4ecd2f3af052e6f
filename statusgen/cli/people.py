"""`subscribers`: the address book."""

import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

import click

from statusgen.cli.context import Context, confirm, json_option, need_terminal, pass_context
from statusgen.cli.output import count, make_table, say, say_table, tell, tell_next
from statusgen.cli.people_view import (
    cell,
    letter_as_json,
    record_as_json,
    subscriber_as_json,
    subscriber_lines,
)
from statusgen.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from statusgen.mail.subscribers.address_book import AddressBook
    from statusgen.mail.subscribers.subscriber import Subscriber

_MOST_LETTERS = 20


@click.group()
def subscribers() -> None:
    """Keep the address book: who hears about what."""


@subscribers.command()
@click.argument("address")
@click.option("--component", "components", metavar="ID", multiple=True, help="Only about these.")
@click.option("--min-severity", metavar="SEV", default="SEV2", show_default=True)
@click.option("--audience", metavar="NAME", default="subscribers", show_default=True)
@click.option("--language", metavar="TAG", help="Default: the page's.")
@json_option
@pass_context
def add(
    context: Context,
    address: str,
    components: tuple[str, ...],
    min_severity: str,
    audience: str,
    language: str | None,
) -> None:
    """Add one subscriber, whose consent you vouch for."""
    from statusgen.cli.composition import open_state
    from statusgen.content import write
    from statusgen.mail.subscribers.subscriber import NewSubscriber
    from statusgen.values.addresses import parse_address
    from statusgen.values.notation import is_language, shown

    settings = context.settings
    for one in components:
        write.parse_component(one, settings)
    language = language or settings.page.language
    if not is_language(language):
        raise UsageError(f"{shown(language)} is not a language tag; write one such as en or pt-BR")
    if audience not in settings.audiences:
        known = ", ".join(sorted(settings.audiences))
        raise UsageError(f"unknown audience '{audience}'; this page has {known}")
    try:
        parsed = parse_address(address)
    except ValueError as error:
        raise UsageError(f"{error}; write it like name@example.com") from None
    new = NewSubscriber(
        address=parsed,
        audience=audience,
        components=tuple(sorted(set(components))),
        min_severity=write.parse_severity(min_severity, settings),
        language=language,
    )
    with open_state(settings) as state:
        before = state.address_book.find(parsed)
        added = state.address_book.add(new, "command line", context.now)
    text = f"added again; before: {before.state}" if before else "added"
    _say_state(context, added.token, added.state, text)


@subscribers.command()
@click.argument("subscriber", metavar="ADDRESS|TOKEN")
@json_option
@pass_context
def remove(context: Context, subscriber: str) -> None:
    """Unsubscribe someone; an import does not bring them back."""
    from statusgen.cli.composition import open_state
    from statusgen.mail.subscribers.subscriber import SubscriberState

    with open_state(context.settings) as state:
        found = _find(state.address_book, subscriber)
        state.address_book.set_state(found.id, SubscriberState.UNSUBSCRIBED, context.now)
    _say_state(context, found.token, "unsubscribed", "unsubscribed")


@subscribers.command()
@click.argument("subscriber", metavar="ADDRESS|TOKEN")
@click.option("--yes", is_flag=True, help="Don't ask.")
@json_option
@pass_context
def erase(context: Context, subscriber: str, yes: bool) -> None:
    """Forget an address for good; only a keyed hash stays, so that no import brings it back."""
    from statusgen.cli.composition import open_state

    with open_state(context.settings) as state:
        found = _find(state.address_book, subscriber)
        if not yes:
            need_terminal()
            confirm(f"Forget {found.token} for good?", "nothing was erased")
        state.address_book.erase(found.id, context.now)
    _say_state(context, found.token, "erased", "erased")


@subscribers.command()
@click.option(
    "--since", metavar="T", default="1d", show_default=True, help="An instant, or how long ago."
)
@click.option("--yes", is_flag=True, help="Don't ask.")
@json_option
@pass_context
def restore(context: Context, since: str, yes: bool) -> None:
    """Write again to all who bounced since T: a relay had refused them by mistake.

    Their strikes are forgotten. Who unsubscribed, complained or was erased stays as they are.

    \b
    Examples:
      statusgen subscribers restore                   the last 24 hours
      statusgen subscribers restore --since 2026-11-21T02:00
    """  # noqa: D301  \b keeps click from filling the lines
    from statusgen.cli.composition import open_state
    from statusgen.mail.subscribers.subscriber import SubscriberState

    begin = _since(context, since)
    with open_state(context.settings) as state:
        if not yes:
            need_terminal()
            number = state.address_book.count(SubscriberState.BOUNCED, begin)
            confirm(f"Write again to {count(number, 'subscriber')}?", "nobody was restored")
        restored = state.address_book.restore(begin, context.now)
    text = f"{count(restored, 'subscriber')} restored"
    context.report({"restored": restored}, lambda: say(text))
    if restored:
        tell_next("statusgen mail retry UPDATE sends again what they were refused")


@subscribers.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--skip-bad", is_flag=True, help="Take the good rows, write the others to a file.")
@json_option
@pass_context
def import_(context: Context, file: Path, skip_bad: bool) -> None:
    """Import a CSV file whose members' consent you vouch for; all rows or none.

    Its header has `email` and any of components, min_severity, language, audience. Every bad row
    is named by its line. With --skip-bad the others are imported, and the bad ones are written
    beside FILE, with what is wrong in a last column: mend them there, and import that file.

    \b
    Examples:
      statusgen subscribers import people.csv
      statusgen subscribers import people.csv --skip-bad   rest: people.bad.csv
    """  # noqa: D301  \b keeps click from filling the lines
    from statusgen.cli.importing import import_file

    taken = import_file(context, file, skip_bad=skip_bad)
    done = taken.done
    value = {
        "added": done.added,
        "updated": done.updated,
        "left_out": done.left_out,
        "bad": taken.bad,
        "bad_file": str(taken.bad_file) if taken.bad else None,
    }
    text = f"{count(done.added, 'subscriber')} added, {done.updated:,} updated"
    context.report(value, lambda: say(text))
    if done.left_out:
        tell(f"{done.left_out:,} left out: they had unsubscribed, bounced, or were erased")
    if taken.bad:
        tell(
            f"{count(taken.bad, 'bad row')} in {taken.bad_file}; it holds addresses: keep it out "
            "of git",
            "skipped",
            "yellow",
        )


@subscribers.command("export")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file.")
@pass_context
def export(context: Context, out: Path | None) -> None:
    """Write the active subscribers as CSV, addresses and all."""
    from statusgen.cli.composition import open_state
    from statusgen.mail.subscribers.subscriber import SubscriberState
    from statusgen.mail.subscribers.subscriber_csv import write_subscribers
    from statusgen.words.unwritable import unwritten

    with open_state(context.settings) as state:
        active = state.address_book.subscribers(state=SubscriberState.ACTIVE)
        lines = write_subscribers(active)
        if out is None:
            if isinstance(sys.stdout, TextIOWrapper):
                sys.stdout.reconfigure(encoding="utf-8")  # as in a file: no address is changed
            sys.stdout.writelines(lines)
            return
        try:
            out.touch(mode=0o600)
            if out.is_file():  # and no device
                out.chmod(0o600)
            with out.open("w", encoding="utf-8", newline="") as file:
                file.writelines(lines)
        except OSError as error:
            raise unwritten(out, error) from error
    tell(f"{out} holds addresses; keep it out of git")


@subscribers.command("list")
@json_option
@pass_context
def list_(context: Context) -> None:
    """List all subscribers by token; `export` gives the addresses."""
    from statusgen.cli.composition import open_state

    with open_state(context.settings) as state:
        rows = [subscriber_as_json(one) for one in state.address_book.subscribers()]
    context.report(rows, lambda: _say_rows(rows))


@subscribers.command()
@click.argument("subscriber", metavar="ADDRESS|TOKEN")
@json_option
@pass_context
def show(context: Context, subscriber: str) -> None:
    """Show what is kept of one subscriber but the address, and what became of the newest letters.

    The consent comes with its source and time. Strikes are the days on which the mailbox was in
    trouble, as far as they count now.

    \b
    Example:
      statusgen subscribers show ADDRESS       did this customer get it?
    """  # noqa: D301  \b keeps click from filling the lines
    from statusgen.cli.composition import open_state

    with open_state(context.settings) as state:
        found = _find(state.address_book, subscriber)
        record = state.address_book.record(found.id, context.now)
        letters = state.ledger.letters_of(found.id, _MOST_LETTERS)
    value = {
        **subscriber_as_json(found),
        **record_as_json(record),
        "letters": [letter_as_json(one) for one in letters],
    }
    context.report(value, lambda: say("\n".join(subscriber_lines(found, record, letters))))


def _since(context: Context, text: str) -> "datetime":
    from statusgen.values.notation import BadValue, parse_duration, parse_instant, shown

    try:
        return context.now - parse_duration(text)
    except OverflowError:
        raise UsageError(f"--since: {shown(text)} is before the calendar; name a later T") from None
    except BadValue:
        pass
    try:
        return parse_instant(text, context.settings.page.zone)
    except BadValue as bad:
        raise UsageError(f"--since: {bad}") from None


def _find(book: "AddressBook", text: str) -> "Subscriber":
    found = book.find(text)
    if found is None:
        raise UsageError("no such subscriber; `statusgen subscribers list` shows the tokens")
    return found


def _say_rows(rows: "list[dict[str, object]]") -> None:
    table = make_table("id", "state", "audience", "components", "min severity", "language")
    for row in rows:
        table.add_row(*map(cell, row.values()))
    if rows:
        say_table(table)
    tell(count(len(rows), "subscriber"))


def _say_state(context: Context, token: str, state: str, text: str) -> None:
    context.report({"id": token, "state": state}, lambda: say(f"{token} {text}"))
