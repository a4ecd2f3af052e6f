"""`check`, `build` and `due`: what the content says, without telling anyone."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from statusgen.cli.context import Context, json_option, pass_context
from statusgen.cli.output import (
    count,
    problem_as_json,
    progress,
    say,
    short_path,
    tell,
    tell_next,
    tell_problems,
    tell_warnings,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from statusgen.config.settings import Settings
    from statusgen.content.due import Due

LATE = 5


@click.command()
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
@json_option
@pass_context
def check(context: Context, strict: bool) -> None:
    """Check every file and the configuration.

    Names all problems at once, each with file, line and remedy.
    """
    from statusgen.errors import ContentError
    from statusgen.publish.check import check as check_all

    try:
        with _bounded(context.settings):
            checked = check_all(context.settings, context.open_cache(), context.now)
        problems, failed = checked.problems, checked.has_errors(strict=strict)
        numbers = (checked.incidents, checked.updates)
    except ContentError as error:
        problems, failed, numbers = error.problems, True, (0, 0)
    value = {
        "ok": not failed,
        "incidents": numbers[0],
        "updates": numbers[1],
        "problems": [problem_as_json(one) for one in problems],
    }
    tell_problems(() if context.as_json else problems)
    wrong = sum(strict or not one.is_warning for one in problems)
    found = count(len(problems), "warning") if problems else "no problems"
    text = f"{count(numbers[0], 'incident')}, {count(numbers[1], 'update')}: {found}"
    context.report(value, lambda: tell(count(wrong, "problem")) if failed else say(text))
    if failed:
        raise click.exceptions.Exit(1)


@click.command()
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the site goes (default: _site).",
)
@json_option
@pass_context
def build(context: Context, out: Path | None) -> None:
    """Render the site into a folder, and tell nobody."""
    from statusgen.cli.composition import open_folder
    from statusgen.publish.build import DEFAULT_OUT, check_out
    from statusgen.publish.build import build as build_site

    settings = context.settings
    path = check_out(settings, out if out is not None else settings.root / DEFAULT_OUT)
    with _bounded(settings):
        built = build_site(settings, context.open_cache(), open_folder(path), context.now, progress)
    tell_warnings(built.archive.warnings)
    value = {
        "path": short_path(path),
        "incidents": built.incidents,
        "updates": built.updates,
        "files": built.files,
        "written": built.written,
        "removed": built.removed,
    }
    removed = f", {count(built.removed, 'file')} removed" if built.removed else ""
    text = (
        f"{short_path(path)}: {count(built.files, 'file')} for "
        f"{count(built.incidents, 'incident')} and {count(built.updates, 'update')}; "
        f"{count(built.written, 'file')} written{removed}"
    )
    context.report(value, lambda: say(text))
    tell_next("statusgen publish, or statusgen preview to look at it first")


@click.command()
@json_option
@pass_context
def due(context: Context) -> None:
    """Say when each open incident owes its next update.

    Leaves with exit code 5 if one is late.
    """
    from statusgen.content.due import due as all_due
    from statusgen.content.due import open_incidents
    from statusgen.values.notation import format_instant

    archive = context.survey()
    tell_problems(archive.errors)
    rows = all_due(open_incidents(archive, context.now), context.now)
    value = [
        {
            "incident": row.incident.id,
            "title": row.incident.title,
            "severity": row.incident.severity.key if row.incident.severity else None,
            "phase": row.incident.phase_at(context.now),
            "next_update_due": format_instant(row.at) if row.at else None,
            "is_late": row.is_late,
            "late_by_s": int(row.late_by.total_seconds()),
        }
        for row in rows
    ]
    context.report(value, lambda: _say_due(context, rows))
    if any(row.is_late for row in rows):
        tell_next("statusgen update, then statusgen publish")
        raise click.exceptions.Exit(LATE)


def _say_due(context: Context, rows: "Sequence[Due]") -> None:
    from statusgen.cli.due_view import due_text
    from statusgen.words.labels import PHASES
    from statusgen.words.times import PageClock

    if not rows:
        say("no incident is open")
    clock = PageClock(context.settings.page.zone)
    for row in rows:
        incident = row.incident
        level = f"{incident.severity.key}  " if incident.severity else ""
        promise = due_text(row, clock, context.now)
        late = click.style(promise, fg="red", bold=True) if row.is_late else promise
        say(click.style(incident.id, bold=True))
        say(f"  {level}{PHASES[incident.phase_at(context.now)]}  {late}")


def _bounded(settings: "Settings") -> "AbstractContextManager[None]":
    """Ends this process if templates of the repository, which anybody may propose, never do."""
    from statusgen.words.process_limits import bounded
    from statusgen.words.template_files import FOLDER as TEMPLATES_FOLDER

    return bounded() if (settings.root / TEMPLATES_FOLDER).is_dir() else nullcontext()
