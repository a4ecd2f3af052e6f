"""Which letters a publish lets go, and what of them is shown before the question."""

from contextlib import suppress
from typing import TYPE_CHECKING

from statusgen.cli.output import count, tell
from statusgen.cli.publish_view import canary_line, sample_lines, terminal_width
from statusgen.cli.sending import find_readers
from statusgen.errors import DatabaseError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from statusgen.cli.publishing_job import Job


def named(job: "Job", readers: "Sequence[str]") -> frozenset[int] | None:
    """Whom --to names, as ids; None: everybody."""
    if not readers:
        return None
    if job.trouble:
        raise DatabaseError(f"{job.trouble}. --to is about letters, so nothing was done")
    if job.state is None:
        raise UsageError("--to is about letters, and none are planned; leave it out")
    return find_readers(job.state, readers)


def leaving(job: "Job", only: frozenset[int] | None) -> int:
    """How many letters are about to leave."""
    from statusgen.mail.letters.samples import letters_to

    if job.state is None:
        return 0
    if only is not None:
        return letters_to(only, job.plan.mail, job.prepared.archive, job.state.ledger)
    return 0 if job.state.ledger.is_held() else job.plan.mail.letters


def hold_others(job: "Job", only: frozenset[int] | None) -> None:
    """A rehearsal never becomes the real thing by itself, whoever publishes or works next."""
    if job.state is None or only is None or leaving(job, only) >= job.plan.mail.letters:
        return
    job.state.ledger.hold_all(job.context.now)
    tell("all other letters; `statusgen mail resume` lets them go out", "held", "yellow")


def remember_meant(job: "Job") -> None:
    """What --force has let through about letters that people have."""
    from statusgen.mail.queueing import remember_meant

    if job.state is not None:
        with suppress(DatabaseError):  # the page doesn't wait for the ledger; it is asked again
            remember_meant(job.plan.mail, job.state.ledger)


def canary(job: "Job", letters: int) -> list[str]:
    """What the canary does to so many letters, if there is one."""
    mail = job.context.settings.mail
    return canary_line(mail.canary, letters) if mail else []


def tell_waiting(job: "Job", letters: int) -> None:
    """Says how many letters of the plan stay where they are when so many leave."""
    waiting = job.plan.mail.letters - letters
    if waiting:
        tell(f"{count(waiting, 'letter')} will wait for `statusgen mail resume`", "held", "yellow")


def samples(job: "Job", only: frozenset[int] | None) -> list[str]:
    """Letters to a few of those who are about to be mailed, as lines."""
    from statusgen.mail.letters.compose import make_forms
    from statusgen.mail.letters.samples import sample_letters

    settings, state = job.context.settings, job.state
    if state is None or settings.mail is None or not job.plan.mail.mailings:
        return []
    forms = make_forms(settings, state.secret_key)
    archive = job.prepared.archive
    letters = sample_letters(job.plan.mail, archive, forms, state.ledger, job.context.now, only)
    return sample_lines(letters, terminal_width())
