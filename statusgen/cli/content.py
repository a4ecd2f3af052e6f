"""`new`, `update`, `resolve`: writing the next words of an incident."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from statusgen.cli.context import Context, is_terminal, json_option, pass_context
from statusgen.cli.output import say, short_path, tell_next
from statusgen.errors import UsageError

if TYPE_CHECKING:
    from statusgen.content.incident import Incident

message_option = click.option(
    "-m", "message", metavar="TEXT", help="The text; without it your editor opens."
)
components_option = click.option(
    "--component",
    "components",
    metavar="ID[=STATUS]",
    multiple=True,
    help="A component it touches, and how it is, such as partial_outage; may be repeated.",
)
_severity = click.option("--severity", metavar="SEV", help="SEV1 (worst) to SEV4.")
_impact = click.option("--impact", metavar="TEXT", help="One sentence: what customers noticed.")
_cause = click.option("--cause", metavar="TEXT", help="One sentence: what happened.")


@click.command()
@click.argument("title")
@click.option("--severity", metavar="SEV", required=True, help="SEV1 (worst) to SEV4.")
@components_option
@message_option
@json_option
@pass_context
def new(
    context: Context, title: str, severity: str, components: tuple[str, ...], message: str | None
) -> None:
    """Begin an incident: a folder with its first update.

    \b
    statusgen new "Errors at checkout" --severity SEV1 --component checkout
    """  # noqa: D301
    from statusgen.content import write
    from statusgen.values.vocabulary import Phase

    settings = context.settings
    touched = tuple(write.parse_component(one, settings) for one in components)
    body = write.default_body(settings, Phase.INVESTIGATING, [name for name, _ in touched])
    draft = write.Draft(
        status=Phase.INVESTIGATING,
        at=second_of(context.now),
        title=title,
        severity=write.parse_severity(severity, settings),
        components=touched,
        body=text_or(message, body),
    )
    path = write.write_incident(settings, draft)
    finish(context, path, message, draft.body)


@click.command()
@click.argument("incident", required=False)
@click.option("--phase", metavar="PHASE", help="The new phase, such as identified or monitoring.")
@_severity
@components_option
@message_option
@json_option
@pass_context
def update(
    context: Context,
    incident: str | None,
    phase: str | None,
    severity: str | None,
    components: tuple[str, ...],
    message: str | None,
) -> None:
    """Write the next update of INCIDENT.

    INCIDENT is any unique part of its id; the only open incident needs no name. Without --phase
    the phase stays as it is.
    """
    from statusgen.content import write

    settings = context.settings
    about = _find(context, incident)
    status = write.status_of(phase, about)
    touched = tuple(write.parse_component(one, settings) for one in components)
    body = write.default_body(settings, _wording(about, status), about.affected)
    draft = write.Draft(
        status=status,
        at=second_of(context.now),
        severity=write.parse_severity(severity, settings) if severity is not None else None,
        components=touched,
        body=text_or(message, body),
    )
    finish(context, write.write_update(settings, about, draft), message, draft.body)


@click.command()
@click.argument("incident", required=False)
@_impact
@_cause
@message_option
@json_option
@pass_context
def resolve(
    context: Context,
    incident: str | None,
    impact: str | None,
    cause: str | None,
    message: str | None,
) -> None:
    """Write the update that ends INCIDENT.

    INCIDENT is any unique part of its id; the only open incident needs no name. A maintenance is
    completed, a notice ends.
    """
    from statusgen.content import write
    from statusgen.values.vocabulary import SAME_PHASE, Phase

    settings = context.settings
    about = _find(context, incident)
    if not about.is_open(context.now):
        raise UsageError(f"{about.id} is over already; use `statusgen update` to add to it")
    status: str = Phase.COMPLETED if about.is_maintenance else Phase.RESOLVED
    if about.is_notice:
        status = SAME_PHASE
    draft = write.Draft(
        status=status,
        at=second_of(context.now),
        ends=second_of(context.now) if about.is_notice else None,
        impact=_sentence("impact", impact),
        cause=_sentence("cause", cause),
        body=text_or(
            message, write.default_body(settings, _wording(about, status), about.affected)
        ),
    )
    finish(context, write.write_update(settings, about, draft), message, draft.body)


def text_or(message: str | None, wording: str) -> str:
    """What `-m` says, else the `wording`; raises `UsageError` for an empty message."""
    if message is None:
        return wording
    if not message.strip():
        raise UsageError("-m is empty; write what readers should know")
    return message


def _sentence(name: str, text: str | None) -> str | None:
    """What an option says; raises `UsageError` for an empty one, as an unset variable leaves it."""
    if text is not None and not text.strip():
        raise UsageError(f"--{name}: {name} is empty; write one sentence, or leave it out")
    return text


def second_of(now: datetime) -> datetime:
    """The instant as it is written: in whole seconds."""
    return now.replace(microsecond=0)


def finish(context: Context, path: Path, message: str | None, body: str) -> None:
    """Let the author edit what was begun in `path`, unless there is a message; say what is next."""
    from statusgen.content.write import placeholder_in

    if message is None and is_terminal() and sys.stdout.isatty():
        body = edited(path)
    placeholder = placeholder_in(context.settings, body)
    value = {
        "id": f"{path.parent.name}/{path.stem}",
        "incident": path.parent.name,
        "path": short_path(path),
        "placeholder": placeholder,
    }
    context.report(value, lambda: say(short_path(path)))
    first = f"fill in {placeholder}, then " if placeholder else ""
    tell_next(f"{first}statusgen publish")


def edited(path: Path) -> str:
    """The words that the author leaves in `path`; raises `UsageError` when the editor fails."""
    try:
        click.edit(filename=str(path))
        return path.read_text(encoding="utf-8", errors="replace")
    except (click.ClickException, OSError) as error:
        raise UsageError(
            f"{short_path(path)} was begun, but not edited ({_failure(error)}); "
            "set EDITOR, or finish it in an editor of your own, before you publish"
        ) from error


def _find(context: Context, incident: str | None) -> "Incident":
    from statusgen.cli.output import tell_problems
    from statusgen.content.write import find_incident

    archive = context.survey()
    tell_problems(archive.errors)
    return find_incident(archive, incident, context.now)


def _wording(about: "Incident", status: str) -> str:
    """The status whose words an update of `about` starts with: a notice only ever tells."""
    from statusgen.values.vocabulary import Phase

    return Phase.NOTICE if about.is_notice else status


def _failure(error: click.ClickException | OSError) -> str:
    cause = error.__cause__ if isinstance(error, click.ClickException) else error
    what = cause.strerror if isinstance(cause, OSError) else "it ended with a failure"
    return f"the editor: {what}"
