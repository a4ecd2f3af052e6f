"""`check`, `build` and `due`: what the content says, without telling anyone."""

from pathlib import Path

import click

from statusgen.cli.context import Context, pass_context
from statusgen.cli.output import (
    count,
    make_table,
    progress,
    say,
    say_json,
    say_table,
    short_path,
    tell,
    tell_problems,
    tell_warnings,
)

LATE = 5


@click.command()
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def check(context: Context, strict: bool, as_json: bool) -> None:
    """Check every file and the configuration.

    Names all problems at once, each with file, line and remedy.
    """
    from statusgen.errors import ContentError
    from statusgen.usecases.check import check as check_all

    try:
        checked = check_all(context.settings, context.open_cache(), context.now)
        problems, failed = checked.problems, checked.has_errors(strict=strict)
        numbers = (checked.incidents, checked.updates)
    except ContentError as error:
        problems, failed, numbers = error.problems, True, (0, 0)
    if as_json:
        say_json(
            {
                "ok": not failed,
                "incidents": numbers[0],
                "updates": numbers[1],
                "problems": [
                    {
                        "path": one.path,
                        "line": one.line or None,
                        "level": "warning" if one.is_warning else "error",
                        "what": one.what,
                        "remedy": one.remedy,
                    }
                    for one in problems
                ],
            }
        )
    else:
        tell_problems(problems)
        wrong = [one for one in problems if strict or not one.is_warning]
        if failed:
            tell(count(len(wrong), "problem"))
        else:
            found = count(len(problems), "warning") if problems else "no problems"
            say(f"{count(numbers[0], 'incident')}, {count(numbers[1], 'update')}: {found}")
    if failed:
        raise click.exceptions.Exit(1)


@click.command()
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the site goes (default: _site).",
)
@pass_context
def build(context: Context, out: Path | None) -> None:
    """Render the site into a folder; publish nothing and tell nobody."""
    from statusgen.composition import open_folder
    from statusgen.usecases.build import DEFAULT_OUT, check_out
    from statusgen.usecases.build import build as build_site

    settings = context.settings
    path = check_out(settings, out if out is not None else settings.root / DEFAULT_OUT)
    with progress("Writing", 0) as done:
        built = build_site(settings, context.open_cache(), open_folder(path), context.now, done)
    tell_warnings(built.archive.warnings)
    removed = f", {count(built.removed, 'file')} removed" if built.removed else ""
    say(
        f"{short_path(path)}: {count(built.files, 'file')} for "
        f"{count(built.incidents, 'incident')} and {count(built.updates, 'update')}; "
        f"{count(built.written, 'file')} written{removed}"
    )


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def due(context: Context, as_json: bool) -> None:
    """Say when each open incident owes its next update.

    Leaves with exit code 5 if one is late.
    """
    from statusgen.model.notation import format_instant
    from statusgen.prose.labels import PHASES
    from statusgen.prose.times import PageClock, spoken_duration
    from statusgen.usecases.due import due as all_due
    from statusgen.usecases.due import open_incidents

    archive = context.survey()
    tell_problems(archive.errors)
    rows = all_due(open_incidents(archive, context.now), context.now)
    if as_json:
        say_json(
            [
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
        )
    elif not rows:
        say("no incident is open")
    else:
        clock = PageClock(context.settings.page.zone)
        table = make_table("incident", "severity", "phase", "next update due", "")
        for row in rows:
            severity = row.incident.severity
            late = f"[bold red]{spoken_duration(row.late_by)} late[/]" if row.is_late else ""
            table.add_row(
                row.incident.id,
                severity.key if severity else "",
                PHASES[row.incident.phase_at(context.now)],
                clock.both(row.at) if row.at else "nothing promised",
                late,
            )
        say_table(table)
    if any(row.is_late for row in rows):
        raise click.exceptions.Exit(LATE)
