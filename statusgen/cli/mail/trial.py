"""`mail test`: one letter through the real transport, to see where it gets stuck."""

from typing import TYPE_CHECKING

import click

from statusgen.cli.context import Context, json_option, pass_context
from statusgen.cli.output import say_under, tell, tell_next
from statusgen.cli.sending import required_mail
from statusgen.errors import Unavailable, UsageError

if TYPE_CHECKING:
    from statusgen.mail.trial import TrialStep

_WIDTH = 12


@click.command()
@click.argument("address", metavar="ADDRESS")
@json_option
@pass_context
def test(context: Context, address: str) -> None:
    """Send one letter to ADDRESS, and show what the relay says at each stage.

    The letter is about an incident that never happened, and its subject begins with [TEST].
    ADDRESS need not be a subscriber. The ledger knows nothing of it, and neither `mail hold` nor
    anything that is owed stands in its way.

    \b
    Example:
      statusgen mail test me@example.com
    """  # noqa: D301  \b keeps click from filling the lines
    from statusgen.cli.composition import open_transport
    from statusgen.mail.trial import trial_letter, try_letter
    from statusgen.values.addresses import parse_address

    mail = required_mail(context)
    try:
        parsed = parse_address(address)
    except ValueError as error:
        raise UsageError(f"{error}; write it like name@example.com") from None
    letter = trial_letter(context.settings, parsed, context.now)
    stages = try_letter(open_transport(mail), letter)
    is_accepted = stages[-1].is_passed
    value = {
        "accepted": is_accepted,
        "message_id": letter.message_id,
        "stages": [
            {"stage": one.name, "passed": one.is_passed, "answer": one.answer} for one in stages
        ],
    }
    context.report(value, lambda: _show(stages))
    if not is_accepted:
        tell_next("statusgen doctor")
        raise click.exceptions.Exit(Unavailable.exit_code)
    tell("accepted is not delivered: look into the mailbox, and into its folder for spam")


def _show(stages: "tuple[TrialStep, ...]") -> None:
    for one in stages:
        colour = "green" if one.is_passed else "red"
        say_under(f"{one.name:<{_WIDTH}}", one.answer, colour)
