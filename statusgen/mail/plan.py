"""Which updates are mailed and which are not: content minus ledger, with every skip's reason."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from statusgen.content.outline import Outline, Told
from statusgen.mail.edits import Edit, Reworded
from statusgen.mail.letter_states import KnownUpdate
from statusgen.values.value import Value

TOO_LATE_AFTER = timedelta(hours=24)
"""An update older than this is history, not news."""


class Skip(StrEnum):
    """Why an update is recorded as known and mailed to nobody."""

    TOO_OLD = "older than 24 hours"
    SILENT = "notify: false"
    SUPERSEDED = "superseded by the end"
    CLAIMED = "claimed by another ledger"
    """Not settled while it is news: until then every publish says that its letters are stopped."""


class Why(StrEnum):
    """Why an update is mailed."""

    NEW = "new"
    LATE = "asked for with --late"
    """It is older than 24 hours."""
    TAKEN_OVER = "asked for with --takeover"
    """Another ledger has claimed it."""


class MailOptions(Value, frozen=True):
    """What the command line says about letters."""

    late: bool = False
    takeover: bool = False


class Mailing(Value, frozen=True):
    """One update to be mailed."""

    update: KnownUpdate
    audience_size: int = 0
    is_closing: bool = False
    """Whether it ends its incident: then it supersedes unsent letters about earlier updates."""
    why: Why = Why.NEW


class Backlog(Value, frozen=True):
    """Letters that an earlier run left unsent."""

    update_id: str
    letters: int


class MailPlan(Value, frozen=True):
    """What is to be mailed, what an earlier run left unsent, and what the ledger is to note."""

    mailings: tuple[Mailing, ...] = ()
    """Oldest first."""
    skipped: tuple[KnownUpdate, ...] = ()
    """Those to be recorded, and those whose letters a stranger's claim goes on stopping."""
    renamed: tuple[tuple[str, str], ...] = ()
    """Known id and new id of updates whose file was renamed."""
    backlog: tuple[Backlog, ...] = ()
    reworded: tuple[Reworded, ...] = ()
    """What the ledger is to know anew of updates whose letters were queued."""
    edits: tuple[Edit, ...] = ()
    """Those of them that somebody has been mailed about."""

    @property
    def letters(self) -> int:
        """How many letters would leave, old and new."""
        new = sum(mailing.audience_size for mailing in self.mailings)
        return new + sum(one.letters for one in self.backlog)


def vanished_ids(outlines: Iterable[Outline], skips: Mapping[str, str]) -> frozenset[str]:
    """Ids that the ledger knows and no file has any more."""
    told = {f"{one.id}/{update.stem}" for one in outlines for update in one.told}
    return frozenset(skips.keys() - told)


def choose_mail(
    outlines: Iterable[Outline],
    skips: Mapping[str, str],
    vanished: Mapping[str, KnownUpdate],
    now: datetime,
    options: MailOptions,
) -> MailPlan:
    """Sorts every update that the ledger has not settled into mailed, skipped and renamed.

    Audiences are not counted yet, and what is left from earlier runs is not looked at.

    `skips` has every update that the ledger knows, with the reason why it was skipped, empty if
    it was not; `vanished` has those of them whose files are gone.
    """
    told = [
        (update_id, one, update)
        for one in outlines
        for update in one.told
        if not _is_settled(skips.get(update_id := f"{one.id}/{update.stem}"), options)
    ]
    known = _Known()
    renamed = _renames([one for one in told if one[0] not in skips], vanished, known)
    old_ids = {new: old for old, new in renamed}
    mailed: list[Mailing] = []
    skipped: list[KnownUpdate] = []
    for update_id, one, update in told:
        before = skips.get(old_ids.get(update_id, update_id))
        if _is_settled(before, options):
            continue
        reason = _reason_to_skip(one, update, now, options)
        if reason is None and before == Skip.CLAIMED and not options.takeover:
            reason = Skip.CLAIMED
        if reason is not None:
            if before is None or reason is Skip.CLAIMED:
                skipped.append(known(update_id, one, update, reason))
            continue
        closing = one.ended is not None and update is one.told[-1]
        why = _why_to_mail(update, before, now)
        mailed.append(Mailing(known(update_id, one, update), is_closing=closing, why=why))
    mailed.sort(key=lambda mailing: (mailing.update.at, mailing.update.update_id))
    return MailPlan(tuple(mailed), tuple(skipped), renamed)


class _Known:
    """Makes what the ledger is to know; the line of an incident is taken apart once."""

    def __init__(self) -> None:
        self._wordings: dict[str, dict[str, str]] = {}

    def wording(self, one: Outline, update: Told) -> str:
        if one.id not in self._wordings:
            self._wordings[one.id] = one.wordings
        return self._wordings[one.id].get(update.stem, "")

    def __call__(
        self, update_id: str, one: Outline, update: Told, skipped: str = ""
    ) -> KnownUpdate:
        wording = self.wording(one, update)
        return KnownUpdate(update_id, one.id, update.at, skipped, wording=wording)


def _is_settled(skipped: str | None, options: MailOptions) -> bool:
    if skipped is None:
        return False
    if skipped == Skip.TOO_OLD:
        return not options.late
    return skipped != Skip.CLAIMED


def _reason_to_skip(one: Outline, update: Told, now: datetime, options: MailOptions) -> Skip | None:
    if not update.is_mailed:
        return Skip.SILENT
    if not options.late and update.at < now - TOO_LATE_AFTER:
        return Skip.TOO_OLD
    if one.ended is not None and update is not one.told[-1] and one.told[-1].is_for_all:
        return Skip.SUPERSEDED
    return None


def _why_to_mail(update: Told, before: str | None, now: datetime) -> Why:
    if before == Skip.CLAIMED:
        return Why.TAKEN_OVER
    return Why.LATE if update.at < now - TOO_LATE_AFTER else Why.NEW


def _renames(
    fresh: Iterable[tuple[str, Outline, Told]],
    vanished: Mapping[str, KnownUpdate],
    known: _Known,
) -> tuple[tuple[str, str], ...]:
    """Told by the instant; where that was changed with the name, by the text."""
    gone = dict(vanished)
    incidents = {one.incident_id for one in vanished.values()}
    left = [
        known(update_id, one, update)
        for update_id, one, update in sorted(fresh, key=lambda each: each[0])
        if one.id in incidents
    ]
    renamed = []
    for trait in ("at", "wording"):
        by_trait: dict[tuple[str, object], list[str]] = {}
        for old_id, old in sorted(gone.items(), reverse=True):
            if value := getattr(old, trait):
                by_trait.setdefault((old.incident_id, value), []).append(old_id)
        others = []
        for new in left:
            old_ids = by_trait.get((new.incident_id, getattr(new, trait)))
            if old_ids:
                renamed.append((old_id := old_ids.pop(), new.update_id))
                del gone[old_id]
            else:
                others.append(new)
        left = others
    return tuple(renamed)
