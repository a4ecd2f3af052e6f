"""`plan` and `publish`: what would happen, and making it happen."""

import time
from typing import TYPE_CHECKING

import click

from statusgen.cli.account_view import tell_end
from statusgen.cli.context import Context, is_terminal, pass_context
from statusgen.cli.output import (
    count,
    progress,
    say,
    tell,
    tell_lines,
    tell_next,
    tell_warnings,
)
from statusgen.cli.plan_view import plan_as_json, question, show_plan, tell_kept, tell_removals
from statusgen.cli.publish_view import (
    Mailed,
    canary_line,
    mailed_of,
    result_as_json,
    sample_lines,
    say_result,
    tell_stopped,
    terminal_width,
)
from statusgen.cli.publishing_job import Job, Wishes, open_job, planning_options
from statusgen.cli.sending import find_readers, send_queued, to_option
from statusgen.errors import Refused, Unavailable, UsageError

if TYPE_CHECKING:
    from statusgen.usecases.mailing import Queued
    from statusgen.usecases.uploading import Uploads

_MOST_FILES_ASKED = 4
"""How many files are named before the question; `plan` names more."""


@click.command()
@planning_options
@pass_context
def plan(
    context: Context,
    no_mail: bool,
    late: bool,
    takeover: str | None,
    verify: bool,
    keep_broken: bool,
) -> None:
    """Show what `publish` would do.

    Files with reasons, letters with audience sizes, what is not mailed and why, and the digest
    that `publish --expect` takes.
    """
    wishes = Wishes(no_mail, late, takeover, verify, keep_broken)
    with open_job(context, wishes) as job:
        tell_kept(job.plan.kept)
        tell_warnings(job.prepared.archive.warnings)
        context.report(plan_as_json(job.plan), lambda: _say_plan(job))
        for brake in job.plan.brakes:
            tell(brake, "brake", "yellow")
        if not job.plan.is_empty:
            force = ["--force"] if job.plan.brakes else []
            tell_next(" ".join(["statusgen publish", *force, *wishes.flags()]))
        if any(target.failure for target in job.plan.targets):
            raise click.exceptions.Exit(Unavailable.exit_code)


@click.command()
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.option("--expect", metavar="DIGEST", help="Apply the plan with this digest, or nothing.")
@click.option("--force", is_flag=True, help="Go past the brakes on many updates or removals.")
@to_option
@planning_options
@pass_context
def publish(
    context: Context,
    yes: bool,
    expect: str | None,
    force: bool,
    readers: tuple[str, ...],
    no_mail: bool,
    late: bool,
    takeover: str | None,
    verify: bool,
    keep_broken: bool,
) -> None:
    """Check, build, plan, ask, upload, and mail the subscribers.

    Safe to stop and to run again at any time: it goes on where it stopped. Before anything leaves
    a terminal it shows who would be mailed and what.

    \b
    Examples:
      statusgen publish
      statusgen publish --to me@example.com     a rehearsal: everybody else's letters stay owed
      statusgen publish --yes --expect DIGEST   in a script: the plan that was looked at, or none
    """  # noqa: D301  \b keeps click from filling the lines
    from statusgen.composition import open_publishing_lock
    from statusgen.usecases.publish import refuse

    if not yes and not is_terminal():
        raise UsageError("this is not a terminal, so nobody can be asked; add --yes")
    wishes = Wishes(no_mail, late, takeover, verify, keep_broken)
    with open_publishing_lock(context.settings), open_job(context, wishes) as job:
        only = _only(job, readers)
        tell_kept(job.plan.kept)
        refuse(job.plan, expect, force=force)
        _rehearse(job)
        tell_warnings(job.prepared.archive.warnings)
        if yes:
            tell_removals(job.plan.removals)
        elif not job.plan.is_empty:
            _ask(job, only)
        failed = _apply(job, only)
    if failed:
        raise click.exceptions.Exit(Unavailable.exit_code)


def _say_plan(job: Job) -> None:
    show_plan(job.plan, say, with_letters=job.state is not None)
    for line in _canary(job):
        say(line)
    say(f"digest {job.plan.digest}")


def _only(job: Job, readers: tuple[str, ...]) -> frozenset[int] | None:
    """Whom --to names, as ids; None: everybody."""
    if not readers:
        return None
    if job.state is None:
        raise UsageError("--to is about letters, and none are planned; leave it out")
    return find_readers(job.state, readers)


def _canary(job: Job) -> list[str]:
    mail = job.context.settings.mail
    letters = job.plan.letters if job.state is not None else 0
    return canary_line(mail.canary, letters) if mail else []


def _ask(job: Job, only: frozenset[int] | None) -> None:
    show_plan(job.plan, tell, with_letters=job.state is not None, most_files=_MOST_FILES_ASKED)
    tell_lines([*_canary(job), *_samples(job)])
    if only is not None:
        tell(f"{count(len(only), 'subscriber')} named; all other letters stay owed", "--to", "cyan")
    if not click.confirm(f"\n{question(job.plan)}", err=True):
        tell("nothing was published")
        raise click.exceptions.Exit(Refused.exit_code)


def _samples(job: Job) -> list[str]:
    from statusgen.usecases.mailing import make_forms
    from statusgen.usecases.samples import sample_letters

    settings, state = job.context.settings, job.state
    if state is None or settings.mail is None or not job.plan.mailings:
        return []
    forms = make_forms(settings, state.secret_key)
    archive = job.prepared.archive
    letters = sample_letters(job.plan, archive, forms, state.ledger, job.context.now)
    return sample_lines(letters, terminal_width())


def _apply(job: Job, only: frozenset[int] | None) -> bool:
    """Upload, then mail; returns whether anything is left behind."""
    started_s = time.monotonic()
    with progress("Rendering", None):
        job.prepared.render_ahead(job.plan.keys, job.context.now)
    uploads = job.uploader.upload(job.plan.targets)
    if uploads.is_held:
        raise Refused("; ".join(one.failure for one in uploads.behind))
    page_behind = False
    if job.state is not None and not job.uploader.is_page_up(uploads):
        uploads, page_behind = _wait_for_page(job, uploads, started_s)
    for one in uploads.behind:
        tell(one.failure, "behind", "red")
    mailed = Mailed()
    if job.state is not None and (page_behind or job.uploader.is_page_up(uploads)):
        mailed = _mail(job, uploads, only, page_behind=page_behind)
    elif job.state is not None and job.plan.letters:
        tell("no letter was sent, because the page is not up; run publish again to go on")
    is_behind = bool(uploads.behind) or mailed.is_behind
    _report(job, uploads, mailed, is_behind=is_behind)
    return is_behind


def _wait_for_page(job: Job, uploads: "Uploads", started_s: float) -> "tuple[Uploads, bool]":
    """Tries for `without_page_after`; then letters go out although the page can't be reached."""
    mail = job.context.settings.mail
    limit = mail.without_page_after if mail else None
    if limit is None or not job.plan.letters or not uploads.is_out_of_reach:
        return uploads, False
    tell(f"no target can be reached; trying for {limit.total_seconds():.0f} s before mailing")
    uploads = job.uploader.upload_until(started_s + limit.total_seconds(), uploads)
    is_up = job.uploader.is_page_up(uploads)
    if not is_up:
        tell("still no target; the letters go out with the full text and say that the page lags")
    return uploads, not is_up


def _rehearse(job: Job) -> None:
    """Raises what would keep the letters from leaving, while nothing is done yet."""
    from statusgen.composition import open_transport
    from statusgen.usecases import mailing

    settings = job.context.settings
    if job.state is None or settings.mail is None or not job.plan.letters:
        return
    open_transport(settings.mail)
    forms = mailing.make_forms(settings, job.state.secret_key)
    mailing.rehearse(job.plan, job.prepared.archive, forms, job.context.now)


def _mail(
    job: Job, uploads: "Uploads", only: frozenset[int] | None, *, page_behind: bool
) -> Mailed:
    from statusgen.usecases import mailing

    state, now = job.state, job.context.now
    assert state is not None  # noqa: S101  asked by the caller
    archive = job.prepared.archive
    claiming = mailing.Claiming(
        job.uploader.claimants(uploads), job.run.by, takeover=job.wishes.takeover
    )
    queued = mailing.queue_letters(job.plan, archive, state.ledger, now, claiming)
    behind = tell_stopped(queued)
    if not queued.update_ids:
        return Mailed(is_behind=behind)
    if queued.letters and state.ledger.is_held():
        return _left(job, queued, "letters are held; `statusgen mail resume` lets them go out")
    try:
        ended = send_queued(
            job.context, state, archive, queued, now, only=only, page_behind=page_behind
        )
    except Refused:
        return _left(job, queued, "another statusgen is sending from this address book")
    tell_end(ended)
    is_behind = ended.is_behind or behind
    return mailed_of(ended.report.total, ended.report.sent, queued, is_behind=is_behind)


def _left(job: Job, queued: "Queued", why: str) -> Mailed:
    """The page is up, and the letters are queued for whoever sends next."""
    from statusgen.model.delivery import Account

    assert job.state is not None  # noqa: S101  or nothing would be queued
    tell(f"{count(queued.letters, 'letter')}, because {why}", "still owed", "yellow")
    total = sum((job.state.ledger.account(one) for one in queued.update_ids), Account())
    return mailed_of(total, 0, queued, is_behind=True)


def _report(job: Job, uploads: "Uploads", mailed: Mailed, *, is_behind: bool) -> None:
    from statusgen.cli.due_view import due_text
    from statusgen.model.notation import format_instant
    from statusgen.prose.times import PageClock
    from statusgen.usecases.due import due, open_incidents

    now, settings = job.context.now, job.context.settings
    rows = due(open_incidents(job.prepared.archive, now), now)
    first = next((row for row in rows if row.at), None)
    instant = format_instant(first.at) if first and first.at else None
    promise = due_text(first, PageClock(settings.page.zone), now) if first else ""
    told = mailed if job.state is not None else None
    job.context.report(
        result_as_json(job.plan, uploads, mailed, instant),
        lambda: say_result(uploads, told, promise),
    )
    if is_behind:
        why = "statusgen mail status says why; " if mailed.problem else ""
        kept = " --keep-broken" if job.plan.kept else ""
        tell_next(f"{why}statusgen publish{kept} goes on")
    elif first:
        tell_next("statusgen update, then statusgen publish")
