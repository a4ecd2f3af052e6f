"""`init`: a new status repository."""

from pathlib import Path
from shlex import quote

import click

from statusgen.cli.context import Context, json_option, pass_context
from statusgen.cli.output import say, tell, tell_next


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@json_option
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
    files = [str(folder / path) for path in write_starter(folder, now)]
    with open_state(read_settings(folder.resolve())) as state:
        sample = NewSubscriber(SAMPLE_ADDRESS, min_severity="SEV4")
        added = state.address_book.add(sample, "statusgen init", now)
    value = {"path": str(folder), "files": files, "subscriber": added.token}
    context.report(value, lambda: say("\n".join(files)))
    tell(f"one sample subscriber is in the address book: {SAMPLE_ADDRESS}")
    tell_next(f"cd {quote(str(folder))} && statusgen preview, and make statusgen.toml your own")
