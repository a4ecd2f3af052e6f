"""`init`: a new status repository."""

from pathlib import Path

import click

from statusgen.cli.context import Context, pass_context
from statusgen.cli.output import say, tell


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@pass_context
def init(context: Context, folder: Path) -> None:
    """Make a new status repository in DIR.

    It builds, publishes into a folder and mails into a folder right away.
    """
    from statusgen.composition import open_state
    from statusgen.config.reader import read_settings
    from statusgen.model.subscriber import NewSubscriber
    from statusgen.usecases.starter import SAMPLE_ADDRESS, write_starter

    now = context.now_without_page()
    for path in write_starter(folder, now):
        say(str(folder / path))
    with open_state(read_settings(folder.resolve())) as state:
        sample = NewSubscriber(SAMPLE_ADDRESS, min_severity="SEV4")
        state.address_book.add(sample, "statusgen init", now)
    tell(f"one sample subscriber is in the address book: {SAMPLE_ADDRESS}")
    tell(f"next: cd {folder} && statusgen preview, and make statusgen.toml your own")
