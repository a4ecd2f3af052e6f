"""What is owed is fixed: each new update is claimed, and its letters enter the ledger."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from statusgen.content.archive import Archive
from statusgen.errors import TargetError
from statusgen.mail.ledger import Ledger
from statusgen.mail.letters.kinds import kind_of
from statusgen.mail.plan import MailPlan, Skip
from statusgen.mail.planning import audiences, says_of
from statusgen.mail.schedule import lifetime_of
from statusgen.targets.claim import UNKNOWN, Claim
from statusgen.targets.manifest import Publisher
from statusgen.targets.storage import Storage
from statusgen.values.value import Value, replace


class Claiming(Value, frozen=True):
    """Where updates are claimed before they are mailed, and for whom."""

    targets: Sequence[Storage]
    by: Publisher
    takeover: str | None = None
    """Why a stranger's claim is taken over; None: it stops the letters."""


class Queued(Value, frozen=True):
    """What the ledger owes after a plan was entered into it."""

    update_ids: tuple[str, ...]
    """In the order of sending: oldest first."""
    letters: int
    claimed_elsewhere: tuple[tuple[str, Claim], ...]
    """Updates whose letters are stopped, because another ledger has mailed them."""
    taken_over: tuple[tuple[str, Claim], ...]
    """Updates that are mailed although another ledger had claimed them, with its claim."""
    behind: tuple[str, ...]
    """Why targets that were up could not be claimed on, each in a sentence."""
    unclaimed: tuple[str, ...]
    """Updates that stay owed, because no target was left to claim them on."""
    vanished: tuple[str, ...]
    """Updates with letters owed whose files are gone; nothing can be sent about them."""


def queue_letters(
    plan: MailPlan,
    archive: Archive,
    ledger: Ledger,
    now: datetime,
    claiming: Claiming | None = None,
) -> Queued:
    """Enters the plan into the ledger: renames, skips, and each new update with its audience.

    Every update that has readers is claimed on each target of `claiming` first; a stranger's
    claim stops its letters. A target that can't be claimed on is behind from then on, and
    another has to do.
    """
    for old_id, new_id in plan.renamed:
        ledger.rename(old_id, new_id)
    ledger.remember(one.now for one in plan.reworded)
    ledger.record_skipped(plan.skipped, now)
    renamed = dict(plan.renamed)
    backlog = [renamed.get(one.update_id, one.update_id) for one in plan.backlog]
    registry = _Registry(ledger, claiming, now)
    new, unclaimed, taken_over = [], [], []
    strangers = [(one.update_id, UNKNOWN) for one in plan.skipped if one.skipped == Skip.CLAIMED]
    for mailing, audience in audiences(plan.mailings, archive):
        update_id = mailing.update.update_id
        has_readers = ledger.audience_size(mailing.update.incident_id, audience) > 0
        stranger = registry.claim(update_id) if has_readers else None
        if not registry.is_open:
            unclaimed.append(update_id)
            continue
        if stranger is not None and not registry.takes_over:
            strangers.append((update_id, stranger))
            ledger.record_skipped([replace(mailing.update, skipped=Skip.CLAIMED)], now)
            continue
        if stranger is not None:
            taken_over.append((update_id, stranger))
        expires_at = _expiry(archive, update_id, now)
        told = replace(mailing.update, says=says_of(archive, update_id))
        ledger.queue(told, audience, now, expires_at, supersedes=mailing.is_closing)
        new.append(update_id)
    owed = _in_order([*backlog, *new], archive)
    return Queued(
        update_ids=tuple(owed),
        letters=sum(ledger.account(one).owed for one in owed),
        claimed_elsewhere=tuple(strangers),
        taken_over=tuple(taken_over),
        behind=tuple(registry.failures),
        unclaimed=tuple(unclaimed),
        vanished=tuple(one for one in backlog if one not in owed),
    )


def remember_meant(plan: MailPlan, ledger: Ledger) -> None:
    """Notes what was refused and is meant, so that it is not refused again if the upload fails."""
    meant = [one.reworded for one in plan.edits if one.says_else]
    ledger.remember(replace(one.now, update_id=one.known.update_id) for one in meant)


class _Registry:
    """The targets that updates are claimed on, as long as they answer."""

    def __init__(self, ledger: Ledger, claiming: Claiming | None, now: datetime) -> None:
        self._ledger = ledger
        self._targets = list(claiming.targets) if claiming else []
        self._by = str(claiming.by) if claiming else ""
        self._takeover = claiming.takeover if claiming else None
        self._now = now
        self.failures: list[str] = []

    @property
    def is_open(self) -> bool:
        """Whether letters may leave: a target still answers, or there never was one to ask."""
        return bool(self._targets) or not self.failures

    @property
    def takes_over(self) -> bool:
        """Whether strangers' claims stop nothing."""
        return self._takeover is not None

    def claim(self, update_id: str) -> Claim | None:
        """Claim the update wherever it can be; return a stranger's claim, if one was anywhere."""
        if not self._targets:
            return None
        ours = Claim(self._ledger.token_for(update_id), self._by, self._now)
        strangers = [one for one in self._held(update_id, ours) if one.token != ours.token]
        return strangers[0] if strangers else None

    def _held(self, update_id: str, ours: Claim) -> Iterator[Claim]:
        for one in tuple(self._targets):
            try:
                held = one.claim(update_id, ours)
                if held.token != ours.token and self._takeover is not None:
                    one.claim(update_id, replace(ours, reason=self._takeover), takeover=True)
                yield held
            except TargetError as error:
                self._targets.remove(one)
                self.failures.append(str(error))


def _in_order(update_ids: Sequence[str], archive: Archive) -> list[str]:
    """Those that still have a file, oldest first."""
    found = {one: archive.incident_and_step(one) for one in update_ids}
    told = {one: story[1].update.at for one, story in found.items() if story}
    return sorted(told, key=lambda one: (told[one], one))


def _expiry(archive: Archive, update_id: str, now: datetime) -> datetime | None:
    """When the letters about an update are too old to be sent."""
    found = archive.incident_and_step(update_id)
    return now + lifetime_of(kind_of(*found)) if found else None
