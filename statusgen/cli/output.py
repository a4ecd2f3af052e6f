"""What commands print: results on stdout, talk on stderr, colour and progress for people only."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.table import Table

    from statusgen.errors import Problem

FEW_WARNINGS = 5
PIPE_WIDTH = 160
"""How wide a table may be where no terminal says so."""


def say(text: str = "") -> None:
    """A line of the result."""
    click.echo(text)


def tell(text: str) -> None:
    """A line of talk."""
    click.echo(text, err=True)


def say_json(value: object) -> None:
    """The result for programs."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def tell_problems(problems: Iterable["Problem"]) -> None:
    """Each problem on its line, where a terminal or an editor can follow it."""
    for one in problems:
        colour = "yellow" if one.is_warning else "red"
        place, _, rest = str(one).partition(": ")
        click.echo(f"{click.style(place, bold=True)}: {click.style(rest, fg=colour)}", err=True)


def tell_warnings(problems: Sequence["Problem"]) -> None:
    """A few warnings in full, many as a number."""
    if len(problems) <= FEW_WARNINGS:
        tell_problems(problems)
    else:
        tell(f"{count(len(problems), 'warning')}; `statusgen check` lists them")


def count(number: int, noun: str) -> str:
    """`1 file`, `2,041 files`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def short_path(path: Path) -> str:
    """The path as the user would type it here."""
    try:
        return os.path.relpath(path)
    except ValueError:
        return str(path)


def make_table(*columns: str) -> "Table":
    """A table for people."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE, pad_edge=False, header_style="dim")
    for name in columns:
        table.add_column(name, overflow="fold")
    return table


def say_table(table: "Table") -> None:
    """Prints a table to stdout."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else PIPE_WIDTH
    Console(file=sys.stdout, highlight=False, width=width).print(table)


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[..., None]]:
    """A progress bar on a terminal, nothing elsewhere; yields what counts one more done."""
    if total == 0 or not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=total)

        def one_more(*_: Any) -> None:
            bar.advance(task)

        yield one_more
