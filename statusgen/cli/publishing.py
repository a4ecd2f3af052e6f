"""`plan` and `publish`: what would happen, and making it happen."""

import time
from typing import TYPE_CHECKING

import click

from statusgen.cli import publishing_consent as consent
from statusgen.cli import publishing_letters as letters
from statusgen.cli.account_view import tell_end
from statusgen.cli.context import Context, need_terminal, pass_context
from statusgen.cli.output import (
    count,
    progress,
    say,
    tell,
    tell_next,
    tell_warnings,
)
from statusgen.cli.plan_view import plan_as_json, show_plan, tell_kept
from statusgen.cli.publish_view import (
    BEHIND,
    BUSY,
    HELD,
    Mailed,
    mailed_of,
    result_as_json,
    say_result,
    tell_stopped,
    tell_uploads,
    waiting_for,
)
from statusgen.cli.publishing_consent import Answers
from statusgen.cli.publishing_job import Job, Wishes, open_job, planning_options
from statusgen.cli.publishing_ledger import lock_publishing, tell_owed
from statusgen.cli.sending import to_option
from statusgen.errors import DatabaseError, Refused, Unavailable, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from statusgen.cli.composition import OpenDatabase
    from statusgen.mail.queueing import Queued
    from statusgen.publish.plan import Plan
    from statusgen.targets.uploading import Uploads

_MOST_PLANS = 3
"""So often a plan is made where promises run out while somebody is asked about it."""


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
        tell_owed(job.trouble)
        tell_warnings(job.prepared.archive.warnings)
        context.report(plan_as_json(job.plan), lambda: _say_plan(job))
        for brake in job.plan.brakes:
            tell(brake, "brake", "yellow")
        if not job.plan.is_empty:
            force = ["--force"] if job.plan.brakes else []
            tell_next(" ".join(["statusgen publish", *force, *wishes.flags()]))
        if job.trouble or any(target.failure for target in job.plan.targets):
            raise click.exceptions.Exit(Unavailable.exit_code)


@click.command()
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.option("--expect", metavar="DIGEST", help="Apply the plan with this digest, or nothing.")
@click.option("--force", is_flag=True, help="Go past the brakes: what was refused is meant.")
@click.option(
    "--redate",
    is_flag=True,
    help="Set the `at` of an update whose promise has passed to now, in its file.",
)
@to_option
@planning_options
@pass_context
def publish(
    context: Context,
    yes: bool,
    expect: str | None,
    force: bool,
    redate: bool,
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

    --to is for rehearsals of the letters; the site is published for everybody. All other letters
    are held, as by `mail hold`: no publish, cron or worker sends them until `mail resume`.

    \b
    Examples:
      statusgen publish
      statusgen publish --to me@example.com      a rehearsal, others are held
      statusgen publish --yes --expect DIGEST    the plan looked at, or none
    """  # noqa: D301  \b keeps click from filling the lines
    if redate and expect is not None:
        raise UsageError("--redate makes another plan than the one that --expect names; leave one")
    if not yes:
        need_terminal()
    wishes = Wishes(no_mail, late, takeover, verify, keep_broken)
    answers = Answers(yes, force, redate, expect)
    lock = lock_publishing(context)
    with lock.held:
        if redate:
            with open_job(context, wishes, lock.trouble) as job:
                context = consent.redate_first(job) or context
        asked: Plan | None = None
        for _ in range(_MOST_PLANS):
            with open_job(context, wishes, lock.trouble) as job:
                only = letters.named(job, readers)
                consent.agree(job, only, answers, asked)
                moved = consent.judge(job, answers)
                if moved is None:
                    letters.hold_others(job, only)
                    letters.remember_meant(job)
                    failed = _apply(job, only, lock.held.close)
                    break
                context, asked = moved, job.plan
        else:
            raise Refused(
                "the time of the promised update passed again while you were asked; nothing was "
                "published. Write a longer next_update, then publish again"
            )
    if failed:
        raise click.exceptions.Exit(Unavailable.exit_code)


def _say_plan(job: Job) -> None:
    show_plan(job.plan, say, with_letters=job.state is not None)
    number = letters.leaving(job, None)
    for line in letters.canary(job, number):
        say(line)
    letters.tell_waiting(job, number)
    say(f"digest {job.plan.digest}")


def _apply(job: Job, only: frozenset[int] | None, unlock: "Callable[[], None]") -> bool:
    """Upload, then mail; returns whether anything is left behind."""
    started_s = time.monotonic()
    with progress("Rendering", None):
        job.prepared.render_ahead(job.plan.keys, job.context.now)
    uploads = job.uploader.upload(job.plan.targets)
    if uploads.is_held:
        raise Refused(*(one.failure for one in uploads.behind))
    page_behind = False
    if job.state is not None and not job.uploader.is_page_up(uploads):
        uploads, page_behind = _wait_for_page(job, uploads, started_s)
    tell_uploads(uploads)
    mailed, trouble = Mailed(), job.trouble
    if job.state is not None and (page_behind or job.uploader.is_page_up(uploads)):
        try:
            mailed = _mail(job, uploads, only, unlock, page_behind=page_behind)
        except DatabaseError as error:
            trouble = str(error)
            tell_owed(trouble)
    elif job.state is not None and job.plan.mail.letters:
        tell(waiting_for(uploads, job.uploader.of_readers(uploads)))
        mailed = Mailed(stopped=job.plan.mail.letters)
    is_behind = bool(trouble or uploads.behind or mailed.is_behind)
    _report(job, uploads, mailed, trouble, is_behind=is_behind)
    return is_behind


def _wait_for_page(job: Job, uploads: "Uploads", started_s: float) -> "tuple[Uploads, bool]":
    """Tries for `without_page_after`; then letters go out although the page can't be reached."""
    mail = job.context.settings.mail
    limit = mail.without_page_after if mail else None
    if limit is None or not job.plan.mail.letters or not job.uploader.is_out_of_reach(uploads):
        return uploads, False
    tell(
        "no target that readers see can be reached; "
        f"trying for {limit.total_seconds():.0f} s before mailing"
    )
    deadline_s = started_s + limit.total_seconds()
    uploads = job.uploader.upload_until(deadline_s, job.plan.targets, uploads)
    is_behind = job.uploader.is_out_of_reach(uploads)  # else it is up, or said no: letters wait
    if is_behind:
        tell("still none; the letters go out with the full text and say that the page lags")
    return uploads, is_behind


def _mail(
    job: Job,
    uploads: "Uploads",
    only: frozenset[int] | None,
    unlock: "Callable[[], None]",
    *,
    page_behind: bool,
) -> Mailed:
    """Queue the letters; then, while others may publish, send them."""
    from statusgen.cli.sending_all import send_all
    from statusgen.mail.queueing import Claiming, queue_letters

    state, now = job.state, job.context.moment()
    assert state is not None  # noqa: S101  asked by the caller
    archive = job.prepared.archive
    claiming = Claiming(job.uploader.claimants(uploads), job.run.by, takeover=job.wishes.takeover)
    queued = queue_letters(job.plan.mail, archive, state.ledger, now, claiming)
    if job.plan.keys or job.plan.mail.mailings:
        state.ledger.new_edition()
    unlock()
    behind = tell_stopped(queued)
    if not queued.update_ids:
        return Mailed(is_behind=behind, stopped=job.plan.mail.letters)
    if queued.letters and only is None and state.ledger.is_held():
        return _left(state, queued, "letters are held", HELD)
    try:
        ended = send_all(job.context, state, archive, queued, only=only, page_behind=page_behind)
    except Refused:
        return _left(
            state,
            queued,
            "another statusgen is sending, and takes them along unless it is stopped",
            BUSY,
        )
    tell_end(ended, state.ledger)
    steps = HELD if state.ledger.is_held() else BEHIND
    mailed = mailed_of(ended.report.total, ended.report.sent, len(ended.report.accounts))
    return mailed.behind("" if behind else steps) if ended.is_behind or behind else mailed


def _left(state: "OpenDatabase", queued: "Queued", why: str, steps: str) -> Mailed:
    """The page is up, and the letters are queued for whoever sends next."""
    from statusgen.cli.sending_all import total_of

    tell(f"{count(queued.letters, 'letter')}, because {why}", "still owed", "yellow")
    total = total_of(state, queued.update_ids)
    return mailed_of(total, 0, len(queued.update_ids)).behind(steps)


def _report(job: Job, uploads: "Uploads", mailed: Mailed, trouble: str, *, is_behind: bool) -> None:
    from statusgen.cli.due_view import due_text
    from statusgen.content.due import due, open_incidents
    from statusgen.values.notation import format_instant
    from statusgen.words.times import PageClock

    now, settings = job.context.now, job.context.settings
    rows = due(open_incidents(job.prepared.archive, now), now)
    first = next((row for row in rows if row.at), None)
    instant = format_instant(first.at) if first and first.at else None
    promise = due_text(first, PageClock(settings.page.zone), now) if first else ""
    told = mailed if job.state is not None and not trouble else None
    job.context.report(
        result_as_json(job.plan, uploads, mailed, instant, trouble),
        lambda: say_result(uploads, told, promise),
    )
    if job.wishes.no_mail and settings.mail is not None:
        tell("no letter was queued or sent; `statusgen publish` mails what is to be mailed")
    if mailed.next_step and not uploads.behind:
        tell_next(mailed.next_step)
    elif is_behind:
        kept = " --keep-broken" if job.plan.kept else ""
        tell_next(f"statusgen publish{kept} goes on")
    elif first:
        tell_next("statusgen update, then statusgen publish")
