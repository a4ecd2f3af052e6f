"""`preview`: look at the page and the letters before anyone else does."""

from functools import partial
from typing import TYPE_CHECKING

import click

from statusgen.cli.context import Context, pass_context
from statusgen.cli.output import progress, say, tell, tell_problems, tell_trouble
from statusgen.errors import StatusgenError

if TYPE_CHECKING:
    from statusgen.content.cache import Cache
    from statusgen.publish.preview_port import PreviewServer


@click.command()
@click.option("--port", metavar="N", type=click.IntRange(0, 65535), default=8000, show_default=True)
@pass_context
def preview(context: Context, port: int) -> None:
    """Serve the site and the letters locally, drafts included.

    Pages load again by themselves when a file is saved.
    """
    from statusgen.cli.composition import open_preview_server, watch
    from statusgen.config.places import CONTENT_FOLDER
    from statusgen.config.reader import FILE_NAME
    from statusgen.words.template_files import FOLDER

    root = context.settings.root
    server = open_preview_server(port)
    desk = _PreviewDesk(server)
    desk.show(context)
    say(f"page     {server.url}/")
    say(f"letters  {server.url}/_mail/")
    tell("drafts are shown; every save is; Ctrl-C ends this")
    try:
        watch(root, (CONTENT_FOLDER, FOLDER, FILE_NAME), lambda: desk.show(context.again()))
    finally:
        server.close()


class _PreviewDesk:
    """Makes one preview after the other; what a save left alone is not made again."""

    def __init__(self, server: "PreviewServer") -> None:
        self._server = server
        self._cache: Cache | None = None
        self._cached_settings = ""

    def show(self, context: Context) -> None:
        from statusgen.publish.preview import make_preview

        try:
            with progress("Rendering", None):
                made = make_preview(context.settings, self._cache_of(context), context.now)
        except StatusgenError as error:
            tell_trouble(error)
            return
        tell_problems(made.problems)
        bodies = {key: artifact.load for key, artifact in made.site.items()}
        self._server.show(
            bodies | {key: partial(bytes, body) for key, body in made.letters.items()}
        )

    def _cache_of(self, context: Context) -> "Cache":
        from statusgen.cli.composition import open_draft_cache

        fingerprint = context.settings.fingerprint
        if self._cache is None or fingerprint != self._cached_settings:
            self._cache, self._cached_settings = open_draft_cache(), fingerprint
        return self._cache
