"""The `mail` command: what is below it."""

import click

from statusgen.cli.mail.bounces import bounces
from statusgen.cli.mail.hold import hold
from statusgen.cli.mail.preview import preview
from statusgen.cli.mail.resume import resume, retry
from statusgen.cli.mail.status import status
from statusgen.cli.mail.trial import test
from statusgen.cli.mail.work import work


@click.group()
def mail() -> None:
    """See and steer what happens to letters."""


for command in (bounces, hold, preview, resume, retry, status, test, work):
    mail.add_command(command)
