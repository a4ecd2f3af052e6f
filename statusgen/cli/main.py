"""The `statusgen` command: global options, the list of commands, and exit codes."""

import errno
import gc
import os
import sys
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path

import click

from statusgen import __version__
from statusgen.cli.context import Context
from statusgen.cli.output import problem_as_json, say_json, tell, tell_error, tell_trouble
from statusgen.cli.signals import end_like_ctrl_c
from statusgen.errors import ContentError, StatusgenError, Unavailable, without_addresses

INTERRUPTED = 130
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
GC_THRESHOLD = 200_000
"""A command makes many values and few cycles: looking for cycles less often saves a tenth."""

_COMMANDS = {
    "init": "init",
    "new": "content",
    "update": "content",
    "resolve": "content",
    "schedule": "announce",
    "notice": "announce",
    "check": "site",
    "build": "site",
    "preview": "preview",
    "plan": "publishing",
    "publish": "publishing",
    "rollback": "rollback",
    "due": "site",
    "doctor": "doctor",
    "subscribers": "people",
    "mail": "mail.group",
}
"""Command to the module that holds it, in the order of an incident."""


class _Commands(click.Group):
    """Imports a command's module only when it is named, so that `--help` answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return super().get_command(ctx, name)
        module = import_module(f"statusgen.cli.{_COMMANDS[name]}")
        command: click.Command = getattr(module, name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; what keeps it from its result is told to programs too."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # click would leave with 1, which says that nothing was done
            _mute_stdout()
            return 0
        except (StatusgenError, click.ClickException) as error:
            if isinstance(ctx.obj, Context) and ctx.obj.as_json:
                say_json(_as_json(error))
            if isinstance(error, Unavailable):
                name = ctx.invoked_subcommand or ""
                is_one = not isinstance(self.get_command(ctx, name), click.Group)
                again = f"statusgen {name}" if is_one else "the same command"
                error.add_note(f"{again} again, once that is mended")
            raise


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 content or configuration wrong, 2 usage, 3 refused, "
    "4 done in part (run it again), 5 an update is late, 130 interrupted.",
)
@click.option(
    "-C",
    "start",
    metavar="DIR",
    type=click.Path(path_type=Path),
    default=Path(),
    help="Look for statusgen.toml in DIR or above it (default: the current folder).",
)
@click.option(
    "--now", "now_text", metavar="INSTANT", help="Take this for the current time, for tests."
)
@click.option(
    "-v",
    "verbosity",
    count=True,
    help="Say what is going on: targets, relay, database, cache. -vv: each question, with times.",
)
@click.version_option(__version__, prog_name="statusgen")
@click.pass_context
def cli(ctx: click.Context, start: Path, now_text: str | None, verbosity: int) -> None:
    """Run a status page from small Markdown files: tell customers what is wrong, on time.

    \b
    An incident, from the first word to the last:
      statusgen new "Errors at checkout" --severity SEV1 --component checkout
      statusgen publish
      statusgen update --phase identified
      statusgen publish
      statusgen resolve
      statusgen publish
    """  # noqa: D301  click's marker for text that keeps its lines
    if verbosity:
        from statusgen.cli.log import begin_log

        begin_log(verbosity)
    ctx.obj = Context(start, now_text)


def main() -> None:
    """Run the command line and leave with its exit code."""
    gc.set_threshold(GC_THRESHOLD)
    end_like_ctrl_c()
    _open_closed_streams()
    _take_every_character()
    try:
        code = cli.main(prog_name="statusgen", standalone_mode=False)
    except click.exceptions.Exit as done:
        code = done.exit_code
    except click.ClickException as error:
        _show_misuse(error)
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("\ninterrupted; it is safe to run the command again", err=True)
        code = INTERRUPTED
    except StatusgenError as error:
        tell_trouble(error)
        code = error.exit_code
    except OSError as error:
        if error.errno not in _NO_ROOM:  # a bug of ours: it should have been told in our words
            raise
        _mute_stdout()
        with suppress(OSError):  # messages may go to the same full disk
            tell_error(f"{error.strerror}; make room and run the command again")
        code = Unavailable.exit_code
    sys.exit(code if isinstance(code, int) else 0)


def _open_closed_streams() -> None:
    """Give what is printed somewhere to go when the caller has closed stdout or stderr."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  until the end
            setattr(sys, name, nowhere)


def _take_every_character() -> None:
    """Show what the encoding of a stream lacks as an escape: no word of ours is worth a failure."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _mute_stdout() -> None:
    """Drop what is still to be printed, so that Python does not try it again on its way out."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _show_misuse(error: click.ClickException) -> None:
    tell_error(error.format_message())
    if isinstance(error, click.UsageError) and error.ctx is not None:
        tell(f"`{error.ctx.command_path} --help` says how it is used")


def _as_json(error: StatusgenError | click.ClickException) -> dict[str, object]:
    problems = error.problems if isinstance(error, ContentError) else ()
    text = error.format_message() if isinstance(error, click.ClickException) else str(error)
    return {
        "error": text if problems else without_addresses(text),
        "exit_code": error.exit_code,
        "problems": [problem_as_json(one) for one in problems],
    }
