"""`preview`: look at the page and the letters before anyone else does."""

from functools import partial
from typing import TYPE_CHECKING

import click

from statusgen.cli.context import Context, pass_context
from statusgen.cli.output import say, tell, tell_problems
from statusgen.errors import ContentError

if TYPE_CHECKING:
    from statusgen.ports.preview import PreviewServer


@click.command()
@click.option("--port", metavar="N", type=click.IntRange(0, 65535), default=8000, show_default=True)
@pass_context
def preview(context: Context, port: int) -> None:
    """Serve the site and the letters at a local address, drafts included.

    Pages load again by themselves when a file is saved.
    """
    from statusgen.composition import open_preview_server, watch
    from statusgen.config.reader import FILE_NAME
    from statusgen.entries.tree import CONTENT_FOLDER
    from statusgen.templates import FOLDER

    root = context.settings.root
    server = open_preview_server(port)
    _show(context, server)
    say(f"page     {server.url}/")
    say(f"letters  {server.url}/_mail/")
    tell("drafts are shown; Ctrl-C ends this")
    watched = [root / name for name in (CONTENT_FOLDER, FOLDER, FILE_NAME)]
    try:
        watch(watched, lambda: _show(context.again(), server))
    finally:
        server.close()


def _show(context: Context, server: "PreviewServer") -> None:
    from statusgen.composition import open_draft_cache
    from statusgen.usecases.preview import make_preview

    try:
        made = make_preview(context.settings, open_draft_cache(), context.now)
    except ContentError as error:
        tell_problems(error.problems)
        return
    tell_problems(made.problems)
    bodies = {key: artifact.load for key, artifact in made.site.items()}
    server.show(bodies | {key: partial(bytes, body) for key, body in made.letters.items()})
