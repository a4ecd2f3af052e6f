"""Which updates are mailed and which are not: content minus ledger, with every skip's reason."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from statusgen.model.delivery import KnownUpdate
from statusgen.model.outline import Outline, Told

TOO_LATE_AFTER = timedelta(hours=24)
"""An update older than this is history, not news (DESIGN.md section 6)."""


class Skip(StrEnum):
    """Why an update is recorded as known and mailed to nobody."""

    TOO_OLD = "older than 24 hours"
    SILENT = "notify: false"
    SUPERSEDED = "superseded by the end"
    CLAIMED = "claimed by another ledger"


@dataclass(frozen=True, slots=True)
class MailOptions:
    """What the command line says about letters."""

    late: bool = False
    takeover: bool = False


@dataclass(frozen=True, slots=True)
class Mailing:
    """One update to be mailed."""

    update: KnownUpdate
    audience_size: int = 0
    is_closing: bool = False
    """Whether it ends its incident: then it supersedes unsent letters about earlier updates."""


@dataclass(frozen=True, slots=True)
class MailChoice:
    """What follows from content and ledger alone, before audiences are counted."""

    mailed: tuple[Mailing, ...]
    """Oldest first."""
    skipped: tuple[KnownUpdate, ...]
    renamed: tuple[tuple[str, str], ...]
    """Known id and new id of updates whose file was renamed."""


def choose_mail(
    outlines: Iterable[Outline],
    known: Mapping[str, KnownUpdate],
    now: datetime,
    options: MailOptions,
) -> MailChoice:
    """Sorts every update that the ledger has not settled into mailed, skipped and renamed."""
    told = {f"{one.id}/{update.stem}": (one, update) for one in outlines for update in one.told}
    renamed = _renames(told, known)
    ledger = dict(known) | {new: known[old] for old, new in renamed}
    mailed: list[Mailing] = []
    skipped: list[KnownUpdate] = []
    for update_id, (one, update) in told.items():
        if _is_settled(ledger.get(update_id), options):
            continue
        reason = _reason_to_skip(one, update, now, options)
        if reason is not None:
            if update_id not in ledger:
                skipped.append(KnownUpdate(update_id, one.id, update.at, reason))
            continue
        closing = one.ended is not None and update is one.told[-1]
        mailed.append(Mailing(KnownUpdate(update_id, one.id, update.at), is_closing=closing))
    mailed.sort(key=lambda mailing: (mailing.update.at, mailing.update.update_id))
    return MailChoice(tuple(mailed), tuple(skipped), renamed)


def _is_settled(known: KnownUpdate | None, options: MailOptions) -> bool:
    if known is None:
        return False
    if options.late and known.skipped == Skip.TOO_OLD:
        return False
    return not (options.takeover and known.skipped == Skip.CLAIMED)


def _reason_to_skip(one: Outline, update: Told, now: datetime, options: MailOptions) -> Skip | None:
    if not update.is_mailed:
        return Skip.SILENT
    if not options.late and update.at < now - TOO_LATE_AFTER:
        return Skip.TOO_OLD
    if one.ended is not None and update is not one.told[-1] and one.told[-1].is_for_all:
        return Skip.SUPERSEDED
    return None


def _renames(
    told: Mapping[str, tuple[Outline, Told]], known: Mapping[str, KnownUpdate]
) -> tuple[tuple[str, str], ...]:
    vanished = {
        (update.incident_id, update.at): update_id
        for update_id, update in sorted(known.items(), reverse=True)
        if update_id not in told
    }
    renamed = []
    for update_id, (one, update) in sorted(told.items()):
        if update_id not in known:
            old = vanished.pop((one.id, update.at), None)
            if old is not None:
                renamed.append((old, update_id))
    return tuple(renamed)
