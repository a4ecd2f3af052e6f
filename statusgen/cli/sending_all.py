"""Letters that are owed, and those that others queue while they leave: nobody has to come twice."""

from datetime import datetime
from typing import TYPE_CHECKING

from statusgen.cli.account_view import tell_total
from statusgen.cli.context import Context, open_targets
from statusgen.cli.output import count, tell
from statusgen.cli.sending import Ended, send_queued
from statusgen.errors import ContentError, Refused, TargetError
from statusgen.mail.delivery.deliver import doubted
from statusgen.values.value import Value, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from statusgen.cli.composition import OpenDatabase
    from statusgen.content.archive import Archive
    from statusgen.mail.letter_states import Account
    from statusgen.mail.queueing import Queued


class OwedNow(Value, frozen=True):
    """What is owed, as files, page and ledger are now."""

    archive: "Archive"
    queued: "Queued"
    """What may be sent."""
    unshown: tuple[str, ...]
    unqueued: tuple[str, ...]
    """As in `mail.resume.Resumed`."""


def read_owed(context: Context, state: "OpenDatabase", now: datetime, retry: str = "") -> OwedNow:
    """What is owed where the page shows it; see plan_resume for what is raised."""
    from statusgen.content.archive import read_archive
    from statusgen.mail.queueing import queue_letters
    from statusgen.mail.resume import plan_resume

    archive = read_archive(context.settings, context.open_cache(), now)
    with open_targets(context.settings) as targets:
        resumed = plan_resume(targets, archive, state.ledger, now, retry)
    queued = queue_letters(resumed.plan, archive, state.ledger, now)
    return OwedNow(archive, queued, resumed.unshown, resumed.unqueued)


def tell_unsendable(owed: OwedNow) -> bool:
    """Names what the page does not show and what is not queued; returns whether letters wait."""
    for one in owed.unshown:
        tell(
            f"letters about {one}, because the page does not show what the files say; "
            "`statusgen publish` sends them",
            "still owed",
            "yellow",
        )
    if owed.unqueued:
        number = count(len(owed.unqueued), "update")
        tell(f"{number}; `statusgen publish` queues the letters", "not queued yet", "yellow")
    return bool(owed.unshown)


def send_all(
    context: Context,
    state: "OpenDatabase",
    archive: "Archive",
    queued: "Queued",
    *,
    only: frozenset[int] | None = None,
    page_behind: bool = False,
    on_load: "Callable[[str], None] | None" = None,
) -> Ended:
    """Sends what is queued, and then what others have queued meanwhile, until there is nothing.

    Whoever finds us at work on a ledger that takes one sender at a time leaves their letters to
    us. Trouble ends it, and so does a rehearsal. What is cut off by Ctrl-C is accounted for.

    Raises:
        Refused: another was sending already.

    """
    ids = dict.fromkeys(queued.update_ids)
    try:
        ended = send_queued(
            context,
            state,
            archive,
            queued,
            context.moment(),
            only=only,
            page_behind=page_behind,
            heeds_news=not page_behind,
            on_load=on_load,
        )
        while only is None and ended.report.trouble is None and not ended.flaw:
            more = _find_more(context, state, archive, queued, context.moment())
            if more is None:
                break
            has_canary = not ids.keys() >= {*more.queued.update_ids}
            ids |= dict.fromkeys(more.queued.update_ids)
            now = context.moment()
            then = _send_more(more, state, now, has_canary=has_canary, page_behind=page_behind)
            if then is None:
                break
            ended = _joined(ended, then, state, ids)
    except KeyboardInterrupt:
        tell_total(total_of(state, ids))
        raise
    return ended


def total_of(state: "OpenDatabase", update_ids: "Iterable[str]") -> "Account":
    """Where every letter about the updates is."""
    from statusgen.mail.letter_states import Account

    return sum((state.ledger.account(one) for one in update_ids), Account())


class _More(Value, frozen=True):
    """What was left when a run ended, because something was published."""

    context: Context
    archive: "Archive"
    queued: "Queued"
    is_new: bool
    """Whether files, page and settings are as they are now; else as they were when we began."""


def _find_more(
    context: Context, state: "OpenDatabase", archive: "Archive", queued: "Queued", now: datetime
) -> _More | None:
    """What is queued and can be sent: as of now, or else as it was known; None: there is nothing.

    What is published may not be at hand here; our own letters must not wait for that.
    """
    from statusgen.values.vocabulary import InDoubt

    backlog = state.ledger.backlog(InDoubt.HOLD)
    fresh = {one for one, letters in backlog if letters and state.ledger.account(one).queued}
    if not fresh:
        return None
    try:
        context = context.with_settings_of_now()
        owed = read_owed(context, state, now)
    except (Refused, TargetError, ContentError) as error:
        ids = tuple(one for one in queued.update_ids if one in fresh)
        if not ids:
            tell(f"what was published meanwhile; {error}", "still owed", "yellow")
        found, is_new = queued, False
    else:
        ids = tuple(one for one in owed.queued.update_ids if one in fresh)
        if not ids:
            tell_unsendable(owed)
        archive, found, is_new = owed.archive, owed.queued, True
    if not ids:
        return None
    found = replace(found, update_ids=ids, letters=total_of(state, ids).owed)
    return _More(context, archive, found, is_new)


def _send_more(
    more: _More, state: "OpenDatabase", now: datetime, *, has_canary: bool, page_behind: bool
) -> Ended | None:
    """None: another sender was faster."""
    try:
        return send_queued(
            more.context,
            state,
            more.archive,
            more.queued,
            now,
            has_canary=has_canary,
            page_behind=page_behind,
            heeds_news=more.is_new and not page_behind,
            on_load=tell,
        )
    except Refused:
        return None


def _joined(first: Ended, then: Ended, state: "OpenDatabase", ids: "Collection[str]") -> Ended:
    report = replace(
        then.report,
        accounts=tuple((one, state.ledger.account(one)) for one in ids),
        sent=first.report.sent + then.report.sent,
        resent=tuple(sorted({*first.report.resent, *then.report.resent})),
        in_doubt=doubted(state.ledger, ids),
    )
    return Ended(report, then.flaw)
