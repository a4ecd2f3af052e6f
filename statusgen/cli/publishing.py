"""`plan` and `publish`: what would happen, and making it happen."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from statusgen.cli.context import Context, is_terminal, pass_context
from statusgen.cli.output import (
    progress,
    say,
    say_json,
    tell,
    tell_warnings,
)
from statusgen.cli.plan_view import plan_as_json, show_plan
from statusgen.cli.publish_view import (
    Mailed,
    result_as_json,
    say_result,
    shortfall,
    tell_doubts,
)
from statusgen.errors import Unavailable, UsageError

if TYPE_CHECKING:
    from statusgen.composition import State
    from statusgen.plan.plan import Plan
    from statusgen.usecases.build import Prepared
    from statusgen.usecases.publish import Uploader, Uploads


_late = click.option("--late", is_flag=True, help="Mail updates older than 24 hours as well.")
_takeover = click.option(
    "--takeover", is_flag=True, help="Mail updates that another ledger has claimed."
)
_no_mail = click.option("--no-mail", is_flag=True, help="Publish the site; letters stay owed.")


@dataclass(frozen=True, slots=True)
class _Job:
    """Everything a plan needs, opened."""

    context: Context
    prepared: "Prepared"
    uploader: "Uploader"
    state: "State | None"
    """None when no letters are to be planned."""
    plan: "Plan"


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
@_no_mail
@_late
@_takeover
@pass_context
def plan(context: Context, as_json: bool, no_mail: bool, late: bool, takeover: bool) -> None:
    """Show what `publish` would do.

    Files with reasons, letters with audience sizes, what is not mailed and why, and the digest
    that `publish --expect` takes.
    """
    with _job(context, no_mail=no_mail, late=late, takeover=takeover) as job:
        if as_json:
            say_json(plan_as_json(job.plan))
        else:
            tell_warnings(job.prepared.archive.warnings)
            show_plan(job.plan, say, with_letters=job.state is not None)
            for brake in job.plan.brakes:
                tell(f"{click.style('brake:', fg='yellow')} {brake} (publish needs --force)")
            say(f"digest {job.plan.digest}")
        if any(target.failure for target in job.plan.targets):
            raise click.exceptions.Exit(Unavailable.exit_code)


@click.command()
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.option("--expect", metavar="DIGEST", help="Apply the plan with this digest, or nothing.")
@_no_mail
@_late
@click.option("--force", is_flag=True, help="Go past the brakes on many updates or removals.")
@_takeover
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def publish(
    context: Context,
    yes: bool,
    expect: str | None,
    no_mail: bool,
    late: bool,
    force: bool,
    takeover: bool,
    as_json: bool,
) -> None:
    """Check, build, plan, ask, upload, and mail the subscribers.

    Safe to stop and to run again at any time: it goes on where it stopped.
    """
    from statusgen.composition import open_publishing_lock
    from statusgen.usecases.publish import refuse

    if not yes and not is_terminal():
        raise UsageError("this is not a terminal, so nobody can be asked; add --yes")
    with (
        open_publishing_lock(context.settings),
        _job(context, no_mail=no_mail, late=late, takeover=takeover) as job,
    ):
        refuse(job.plan, expect, force=force)
        _rehearse(job)
        tell_warnings(job.prepared.archive.warnings)
        if not yes and not job.plan.is_empty:
            show_plan(job.plan, tell, with_letters=job.state is not None)
            click.confirm("Publish this?", abort=True, err=True)
        failed = _apply(job, takeover=takeover, as_json=as_json)
    if failed:
        raise click.exceptions.Exit(Unavailable.exit_code)


@contextmanager
def _job(context: Context, *, no_mail: bool, late: bool, takeover: bool) -> Iterator[_Job]:
    from statusgen.composition import open_state, open_target, prove_live
    from statusgen.plan.mail import MailOptions
    from statusgen.usecases.build import prepare
    from statusgen.usecases.publish import Target, Uploader, plan_publish

    settings = context.settings
    with ExitStack() as stack:
        prepared = prepare(settings, context.open_cache(), context.now)
        targets = tuple(Target(one, open_target(one)) for one in settings.targets)
        for one in targets:
            stack.callback(one.storage.close)
        state = None
        if settings.mail is not None and not no_mail:
            state = stack.enter_context(open_state(settings))
        ledger = state.ledger if state else None
        options = MailOptions(late=late, takeover=takeover)
        uploader = Uploader(settings, prepared.release, targets, prove_live, progress)
        planned = plan_publish(uploader, prepared.archive, ledger, context.now, options)
        yield _Job(context, prepared, uploader, state, planned)


def _apply(job: _Job, *, takeover: bool, as_json: bool) -> bool:
    """Upload, then mail; returns whether anything is left behind."""
    started_s = time.monotonic()
    uploads = job.uploader.upload(job.plan.targets)
    page_behind = False
    if job.state is not None and not job.uploader.is_page_up(uploads):
        uploads, page_behind = _wait_for_page(job, uploads, started_s)
    for one in uploads.behind:
        tell(f"{click.style('behind:', fg='red', bold=True)} {one.failure}")
    mailed = Mailed()
    if job.state is not None and (page_behind or job.uploader.is_page_up(uploads)):
        mailed = _mail(job, uploads, takeover=takeover, page_behind=page_behind)
    elif job.state is not None and job.plan.letters:
        tell("no letter was sent, because the page is not up; run publish again to go on")
    _report(job, uploads, mailed, as_json=as_json)
    return bool(uploads.behind) or mailed.is_behind


def _wait_for_page(job: _Job, uploads: "Uploads", started_s: float) -> "tuple[Uploads, bool]":
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


def _rehearse(job: _Job) -> None:
    """Raises what would keep the letters from leaving, while nothing is done yet."""
    from statusgen.composition import open_transport
    from statusgen.usecases import mailing

    settings = job.context.settings
    if job.state is None or settings.mail is None or not job.plan.letters:
        return
    open_transport(settings.mail)
    forms = mailing.make_forms(settings, job.state.secret_key)
    mailing.rehearse(job.plan, job.prepared.archive, forms, job.context.now)


def _mail(job: _Job, uploads: "Uploads", *, takeover: bool, page_behind: bool) -> Mailed:
    from statusgen.composition import open_transport
    from statusgen.usecases import mailing

    settings, state = job.context.settings, job.state
    assert state is not None  # noqa: S101  asked by the caller
    assert settings.mail is not None  # noqa: S101  or there would be no state
    claimants = job.uploader.claimants(uploads)
    archive, now = job.prepared.archive, job.context.now
    queued = mailing.queue_letters(
        job.plan, archive, state.ledger, claimants, now, takeover=takeover
    )
    for update_id in queued.claimed_elsewhere:
        tell(
            f"{click.style('not mailed:', fg='yellow')} {update_id} is claimed on the target "
            "(_statusgen/claims/) by another ledger, which has mailed it; "
            "if it has not, run publish --takeover"
        )
    for update_id in queued.vanished:
        tell(
            f"letters about {update_id} can't be sent, because its file is gone; restore it, or "
            f"give them up with `statusgen mail hold {update_id}`"
        )
    behind = bool(queued.claimed_elsewhere or queued.vanished)
    if not queued.update_ids:
        return Mailed(is_behind=behind)
    forms = mailing.make_forms(settings, state.secret_key)
    with progress("Mailing", queued.letters) as done:
        report = mailing.send_letters(
            queued,
            archive,
            forms,
            state.ledger,
            open_transport(settings.mail),
            now,
            done,
            page_behind=page_behind,
        )
    tell_doubts(report.resent, report.in_doubt)
    if report.trouble:
        tell(f"{click.style('error:', fg='red', bold=True)} {report.trouble}")
    return Mailed(
        accepted=report.sent,
        audience=report.total.audience,
        updates=len(queued.update_ids),
        problem=shortfall(report.total),
        is_behind=behind or not report.is_done,
    )


def _report(job: _Job, uploads: "Uploads", mailed: Mailed, *, as_json: bool) -> None:
    from statusgen.model.notation import format_instant
    from statusgen.prose.times import PageClock
    from statusgen.usecases.due import due, open_incidents

    rows = due(open_incidents(job.prepared.archive, job.context.now), job.context.now)
    next_due = next((row.at for row in rows if row.at), None)
    if as_json:
        instant = format_instant(next_due) if next_due else None
        say_json(result_as_json(job.plan.digest, uploads, mailed, instant))
        return
    clock = PageClock(job.context.settings.page.zone)
    say_result(uploads, mailed if job.state is not None else None, next_due, clock)
