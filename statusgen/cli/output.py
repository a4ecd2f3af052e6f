"""What commands print: results on stdout, talk on stderr, colour and progress for people only."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

if TYPE_CHECKING:
    from rich.table import Table

    from statusgen.errors import Problem, Refused, StatusgenError

FEW_WARNINGS = 5
MOST_REASONS = 20
"""So many reasons of a refusal are shown; `plan` shows all."""
PIPE_WIDTH = 160
"""How wide a table may be where no terminal says so."""


def say(text: str = "") -> None:
    """A line of the result."""
    click.echo(text, color=_colour())


def say_under(lead: str, text: str, colour: str | None = None) -> None:
    """A line of the result whose folds begin where the text does; the lead bears the colour."""
    lines = _folded(lead + text, sys.stdout, indent=len(lead))
    click.echo(click.style(lead, fg=colour) + lines[len(lead) :], color=_colour())


def tell(text: str, label: str = "", colour: str | None = None) -> None:
    """A line of talk, folded between words on a terminal; the label, with its colour, leads."""
    lead = f"{label}: " if label else ""
    lines = _folded(lead + text, sys.stderr)
    styled = click.style(lead.rstrip(), fg=colour, bold=True) if label else ""
    click.echo(styled + lines.removeprefix(lead.rstrip()), err=True, color=_colour())


def tell_lines(lines: Iterable[str]) -> None:
    """Lines of talk that are laid out already."""
    for line in lines:
        click.echo(line, err=True, color=_colour())


def tell_error(text: str) -> None:
    """What went wrong, and what to do about it; addresses that somebody has typed are hidden."""
    from statusgen.errors import without_addresses

    tell(without_addresses(text), "error", "red")


def tell_next(step: str) -> None:
    """What to do from here."""
    tell(step, "next", "cyan")


def say_json(value: object) -> None:
    """The result for programs; in ASCII where the stream doesn't take every character."""
    is_whole = (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    click.echo(json.dumps(value, ensure_ascii=not is_whole, indent=2))


def tell_problems(problems: Iterable["Problem"]) -> None:
    """Each problem on its line, where a terminal or an editor can follow it."""
    for one in problems:
        place, _, rest = str(one).partition(": ")
        lines = _folded(f"{place}: {rest}", sys.stderr)
        colour = "yellow" if one.is_warning else "red"
        lead = click.style(f"{place}:", fg=colour, bold=True)
        click.echo(lead + lines.removeprefix(f"{place}:"), err=True, color=_colour())


def tell_trouble(error: "StatusgenError") -> None:
    """What the user can act on, and how."""
    from statusgen.errors import ContentError, Refused

    if isinstance(error, ContentError):
        tell_problems(error.problems)
        wrong = sum(not one.is_warning for one in error.problems)
        tell(f"{count(wrong, 'problem')}; nothing was done")
    elif isinstance(error, Refused) and len(error.reasons) > 1:
        _tell_reasons(error)
    else:
        tell_error(str(error))
    for step in getattr(error, "__notes__", ()):
        tell_next(step)


def _tell_reasons(error: "Refused") -> None:
    for one in few(error.reasons, MOST_REASONS):
        tell_error(one)
    if error.ending:
        tell(error.ending)


def tell_warnings(problems: Sequence["Problem"]) -> None:
    """A few warnings in full, many as a number."""
    if len(problems) <= FEW_WARNINGS:
        tell_problems(problems)
    else:
        tell(f"{count(len(problems), 'warning')}; `statusgen check` lists them")


def problem_as_json(problem: "Problem") -> dict[str, object]:
    """A problem for programs."""
    return {
        "path": problem.path,
        "line": problem.line or None,
        "level": "warning" if problem.is_warning else "error",
        "what": problem.what,
        "remedy": problem.remedy,
    }


def count(number: int, noun: str) -> str:
    """`1 file`, `2,041 files`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def few(lines: Sequence[str], most: int) -> list[str]:
    """The first lines of a list, `most` of them, and in a last one how many more there are."""
    rest = len(lines) - most
    return [*lines[:most], *([f"… and {rest:,} more"] if rest > 0 else [])]


def size(number: int) -> str:
    """`512 bytes`, `14.2 kB`, `2.3 MB`."""
    from rich.filesize import decimal

    return decimal(number)


def short_path(path: Path) -> str:
    """The path as the user would type it here."""
    try:
        return os.path.relpath(path)
    except ValueError:
        return str(path)


def make_table(*columns: str) -> "Table":
    """A table for people."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    for name in columns:
        table.add_column(name, overflow="fold")
    return table


def say_table(table: "Table") -> None:
    """Prints a table to stdout."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else PIPE_WIDTH
    Console(file=sys.stdout, highlight=False, width=width).print(table)


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Callable[..., None]]:
    """A progress bar on a terminal, nothing elsewhere; yields what counts one more done.

    It is gone when the work is done. Without a total it shows that work is under way.
    """
    if total == 0 or not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    numbers = "{task.completed:,} of {task.total:,}"
    ahead = () if total is None else (TextColumn(numbers), TimeRemainingColumn(compact=True))
    shape = BarColumn(24, complete_style="cyan", finished_style="cyan", pulse_style="cyan")
    columns = (TextColumn("{task.description}", markup=False), shape, *ahead)
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)

        def one_more(*_: Any) -> None:
            bar.advance(task)

        yield one_more


def _colour() -> bool | None:
    """False where nobody wants colour, None where the stream decides; see no-color.org."""
    return False if os.environ.get("NO_COLOR") else None


def _folded(text: str, stream: TextIO, indent: int | None = None) -> str:
    """The text as a terminal shows it best: words, paths, ids and `commands` stay whole.

    Folds begin two columns to the right of the text, or at `indent`.
    """
    if not stream.isatty():
        return text
    import re
    import textwrap

    try:
        width = os.get_terminal_size(stream.fileno()).columns
    except OSError:
        return text
    lines = textwrap.fill(
        re.sub("`[^`]*`", lambda found: found[0].replace(" ", "\0"), text),
        max(width, 20),
        subsequent_indent=" " * (len(text) - len(text.lstrip()) + 2 if indent is None else indent),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return lines.replace("\0", " ")
