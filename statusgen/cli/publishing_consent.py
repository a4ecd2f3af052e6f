"""What is shown, asked and refused before a publish does anything."""

from typing import TYPE_CHECKING

import click

from statusgen.cli import publishing_letters as letters
from statusgen.cli.context import is_terminal
from statusgen.cli.output import tell, tell_lines, tell_warnings
from statusgen.cli.plan_view import question, show_plan, tell_kept, tell_removals
from statusgen.cli.publishing_job import Job
from statusgen.cli.publishing_ledger import tell_owed
from statusgen.errors import Refused
from statusgen.values.value import Value

if TYPE_CHECKING:
    from statusgen.cli.context import Context
    from statusgen.publish.plan import Plan
    from statusgen.publish.promises import BrokenPromise

_MOST_FILES_ASKED = 4
"""How many files are named before the question; `plan` names more."""


class Answers(Value, frozen=True):
    """What the command line says about questions and refusals."""

    yes: bool
    force: bool
    redate: bool
    expect: str | None

    @property
    def can_ask(self) -> bool:
        """Whether somebody may be asked whether the plan is to be another."""
        return not self.yes and self.expect is None and is_terminal()


def agree(job: Job, only: frozenset[int] | None, answers: Answers, asked: "Plan | None") -> None:
    """All that can be said against the plan; `asked` is one like it that was agreed to."""
    from statusgen.publish.publish import refuse

    tell_kept(job.plan.kept)
    tell_owed(job.trouble)
    refuse(job.plan, answers.expect, force=answers.force)
    _rehearse(job)
    tell_warnings(job.prepared.archive.warnings)
    if answers.yes:
        tell_removals(job.plan)
    elif not job.plan.is_empty and not (asked and job.plan.reaches_the_same(asked)):
        _ask(job, only)


def redate_first(job: Job) -> "Context | None":
    """Dates anew what `--redate` is about; None: there is nothing, and the plan stands."""
    broken = _broken(job)
    return _redate(job, broken) if broken else None


def judge(job: Job, answers: Answers) -> "Context | None":
    """Judges promises once, when all is asked and nothing has been done yet.

    Returns what to begin anew with where updates were dated anew; None: the plan stands.
    Raises `Refused`, or `Exit` for somebody who was asked and declined.
    """
    from statusgen.publish.promises import refuse_broken

    broken = () if answers.force else _broken(job)
    if not broken:
        return None
    if not all(one.can_move for one in broken) or not (answers.redate or answers.can_ask):
        refuse_broken(broken)
    if not answers.redate:
        for one in broken:
            tell(str(one), "late", "yellow")
        if not click.confirm("Set its time to now and publish?", default=True, err=True):
            tell("nothing was published")
            raise click.exceptions.Exit(Refused.exit_code)
    return _redate(job, broken)


def _ask(job: Job, only: frozenset[int] | None) -> None:
    show_plan(job.plan, tell, with_letters=job.state is not None, most_files=_MOST_FILES_ASKED)
    number = letters.leaving(job, only)
    letters.tell_waiting(job, number)
    tell_lines([*letters.canary(job, number), *letters.samples(job, only)])
    if not click.confirm(f"\n{question(job.plan, number)}", err=True):
        tell("nothing was published")
        raise click.exceptions.Exit(Refused.exit_code)


def _rehearse(job: Job) -> None:
    """Raises what would keep the letters from leaving, while nothing is done yet."""
    settings = job.context.settings
    if job.state is None or settings.mail is None or not job.plan.mail.letters:
        return
    from statusgen.cli.composition import open_transport
    from statusgen.mail.letters.compose import make_forms
    from statusgen.mail.sending import rehearse

    open_transport(settings.mail)
    forms = make_forms(settings, job.state.secret_key)
    rehearse(job.plan.mail, job.prepared.archive, forms, job.context.now)


def _broken(job: Job) -> "tuple[BrokenPromise, ...]":
    if job.state is None:
        return ()
    from statusgen.publish.promises import broken_promises

    return broken_promises(job.plan.mail, job.prepared.archive, job.context.moment())


def _redate(job: Job, broken: "tuple[BrokenPromise, ...]") -> "Context":
    from statusgen.publish.promises import redate, refuse_broken
    from statusgen.values.notation import format_instant

    refuse_broken(tuple(one for one in broken if not one.can_move))
    for one in broken:
        at = redate(one, job.context.settings, job.context.moment())
        tell(f"{one.update.id} is of {format_instant(at)} now", "redated", "green")
    return job.context.moved_on()
