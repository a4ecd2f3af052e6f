"""`mail bounces`: reads what comes back, and acts on it."""

from typing import TYPE_CHECKING

import click

from statusgen.cli.context import Context, json_option, pass_context
from statusgen.cli.output import count, make_table, progress, say_table, tell, tell_error, tell_next
from statusgen.cli.sending import required_mail
from statusgen.errors import Unavailable, UsageError

if TYPE_CHECKING:
    from statusgen.mail.bounces.handling import Reading


@click.command()
@click.argument("source", metavar="SOURCE")
@json_option
@pass_context
def bounces(context: Context, source: str) -> None:
    """Read delivery reports, complaints and unsubscribe mails from SOURCE, and act on them.

    \b
    SOURCE is where they arrive:
      maildir:/var/mail/bounces
      imaps://bounces%40example.com@mail.example.com/INBOX
      sqs://eu-west-1/ses-reports     a queue that Amazon SES feeds

    The IMAP password is in STATUSGEN_IMAP_PASSWORD; SQS takes the credentials of the AWS tools.

    An address that does not exist and a complaint end the letters at once, a full mailbox after
    three days. Running it again changes nothing: let cron run it every few minutes.

    Give it a mailbox or a folder of its own: what anybody has opened there counts as read. It
    marks what it has read as seen, flags what it does not understand for you to look at, and
    deletes nothing but from a queue.

    \b
    Example:
      STATUSGEN_IMAP_PASSWORD=… statusgen mail bounces imaps://bounces@mail.example.com
    """  # noqa: D301  \b keeps click from filling the lines
    from statusgen.cli.composition import open_bounce_reader, open_mailbox, open_state
    from statusgen.config.mail_source import parse_mail_source
    from statusgen.mail.bounces.handling import Proofs, read_bounces
    from statusgen.mail.letters.identity import Identity
    from statusgen.mail.letters.tokens import UnsubscribeTokens

    settings, mail, now = context.settings, required_mail(context), context.now
    try:
        place = parse_mail_source(source)
    except ValueError as error:
        raise UsageError(f"SOURCE: {error}") from error
    with open_state(settings) as state, progress("Reading", None):
        proofs = Proofs(
            Identity(settings.page, mail, state.secret_key),
            UnsubscribeTokens(state.secret_key),
            is_required=mail.return_path is not None,
        )
        with open_mailbox(place) as mailbox, open_bounce_reader() as reader:
            reading = read_bounces(mailbox, reader, state.address_book, proofs, now)
    context.report(_as_json(reading), lambda: _show(reading))
    _tell_rest(reading)
    if reading.trouble is not None:
        tell_error(str(reading.trouble))
        raise click.exceptions.Exit(Unavailable.exit_code)


def _as_json(reading: "Reading") -> dict[str, object]:
    from statusgen.mail.bounces.handling import Effect

    return {
        "read": reading.read,
        **{effect.value: len(reading.tokens(effect)) for effect in Effect},
        "subscribers": [
            {"id": one.token, "effect": one.effect.value} for one in reading.findings if one.token
        ],
        "disbelieved": reading.disbelieved,
        "trouble": str(reading.trouble) if reading.trouble else None,
    }


def _show(reading: "Reading") -> None:
    from statusgen.mail.bounces.handling import Effect

    table = make_table("messages", "")
    table.add_row("read", f"{reading.read:,}")
    for effect in Effect:
        table.add_row(effect.value.replace("_", " "), f"{len(reading.tokens(effect)):,}")
    say_table(table)


def _tell_rest(reading: "Reading") -> None:
    from statusgen.mail.bounces.handling import Effect

    number = {effect: len(reading.tokens(effect)) for effect in Effect}
    if reading.disbelieved:
        readers = count(reading.disbelieved, "reader")
        tell(
            f"{readers} said to have no mailbox, too many in a day to be believed at once: a "
            "provider may be in trouble; each has a strike, and three strikes end the letters",
            "warning",
            "yellow",
        )
    if number[Effect.REFUSED]:
        letters = count(number[Effect.REFUSED], "letter")
        tell(
            f"{letters} refused for who sends or what is sent; no reader is to blame",
            "warning",
            "yellow",
        )
        tell_next("statusgen doctor")
    if number[Effect.UNPROVED]:
        reports = count(number[Effect.UNPROVED], "report")
        tell(f"{reports} without mail.return_path, as a forged one would be; nothing follows")
    if number[Effect.NOT_UNDERSTOOD]:
        messages = count(number[Effect.NOT_UNDERSTOOD], "message")
        tell(f"{messages} not understood and kept; have a look at them yourself")
