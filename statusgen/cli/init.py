"""`init`: a new status repository."""

from pathlib import Path
from shlex import quote

import click

from statusgen.cli.context import Context, is_terminal, json_option, pass_context
from statusgen.cli.output import say, tell, tell_next


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--git/--no-git", "wants_git", default=None, help="Make it a git repository; else it is asked."
)
@json_option
@pass_context
def init(context: Context, folder: Path, wants_git: bool | None) -> None:
    """Make a new status repository in DIR.

    It builds, publishes into a folder and mails into a folder right away. Nobody is in the address
    book yet.
    """
    from statusgen.content.installation import installed_from
    from statusgen.content.starter import write_starter

    now = context.now_without_page()
    source = installed_from()
    files = [str(folder / path) for path in write_starter(folder, now, source)]
    is_git = _begin_git(folder.resolve(), wants_git, can_ask=not context.as_json)
    value = {"path": str(folder), "files": files, "git": is_git}
    context.report(value, lambda: say("\n".join(files)))
    if source is None:
        tell(
            "other machines can't install this copy of statusgen; before the workflow runs, set "
            "the repository's variable STATUSGEN to what pip should install there"
        )
    tell_next(f"cd {quote(str(folder))} && statusgen preview, and make statusgen.toml your own")


def _begin_git(folder: Path, wants_git: bool | None, *, can_ask: bool) -> bool:
    """Make a git repository of the folder if that is wanted; whether it is one now."""
    from statusgen.content import git

    if wants_git is False or not git.can_begin(folder):
        return False
    if wants_git is None:
        if not can_ask or not is_terminal():
            return False
        wants_git = click.confirm("Make it a git repository?", default=True, err=True)
    if not wants_git:
        return False
    is_git = git.begin(folder)
    if not is_git:
        tell("git could not make a repository of it; `git init` says why")
    return is_git
