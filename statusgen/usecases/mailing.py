"""The letters of a publish: what is owed is fixed in the ledger, claimed, and delivered."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from statusgen.apply.clock import Clock, clock_from
from statusgen.apply.deliver import DeliveryReport, SendingProcess, deliver
from statusgen.apply.rules import DeliveryRules
from statusgen.config.settings import MailSettings, Settings
from statusgen.errors import TargetError
from statusgen.letters.compose import LetterForm, LetterForms
from statusgen.letters.kinds import kind_of
from statusgen.model.claim import UNKNOWN, Claim
from statusgen.model.delivery import Outcome
from statusgen.model.letter import Letter
from statusgen.model.manifest import Publisher
from statusgen.model.schedule import lifetime_of
from statusgen.model.subscriber import Subscriber
from statusgen.model.value import Value, replace
from statusgen.plan.mail import Skip
from statusgen.plan.plan import Plan
from statusgen.ports.ledger import IsGone, Ledger
from statusgen.ports.storage import Storage
from statusgen.ports.transport import Transport
from statusgen.usecases.archive import Archive
from statusgen.usecases.publish import audiences, incident_and_step


class Claiming(Value, frozen=True):
    """Where updates are claimed before they are mailed, and for whom."""

    targets: Sequence[Storage]
    by: Publisher
    takeover: str | None = None
    """Why a stranger's claim is taken over; None: it stops the letters."""


class Queued(Value, frozen=True):
    """What the ledger owes after a plan was entered into it."""

    update_ids: tuple[str, ...]
    """In the order of sending."""
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


def rehearse(plan: Plan, archive: Archive, forms: LetterForms, now: datetime) -> None:
    """Makes each letter of a plan once in each language whose templates or words may be broken.

    Raises `ContentError` if they are.
    """
    renamed = dict(plan.renamed)
    owed = [renamed.get(one.update_id, one.update_id) for one in plan.backlog]
    for update_id in [*owed, *(one.update.update_id for one in plan.mailings)]:
        found = incident_and_step(archive, update_id)
        if found is None:
            continue
        for language in forms.languages:
            forms.form(*found, language=language, now=now)


def queue_letters(
    plan: Plan,
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
        ledger.queue(mailing.update, audience, now, expires_at, supersedes=mailing.is_closing)
        new.append(update_id)
    owed = [one for one in [*backlog, *new] if incident_and_step(archive, one)]
    return Queued(
        update_ids=tuple(owed),
        letters=sum(ledger.account(one).owed for one in owed),
        claimed_elsewhere=tuple(strangers),
        taken_over=tuple(taken_over),
        behind=tuple(registry.failures),
        unclaimed=tuple(unclaimed),
        vanished=tuple(one for one in backlog if one not in owed),
    )


class Dispatch(Value, frozen=True):
    """What letters leave through, and who lets them go."""

    transport: Transport
    by: Publisher
    is_gone: IsGone
    on_done: Callable[[Outcome], None] = lambda _outcome: None
    only: frozenset[int] | None = None
    """The ids of those who may get letters, in a rehearsal; None: everybody."""
    patience_s: float = 30
    """How long a run waits for a relay that does not answer."""
    waits: bool = False
    """Whether deferred letters are tried again in this run, when their time has come."""
    has_canary: bool = True
    """Whether `mail.canary` holds; not for a run about updates that one before it has begun."""
    heeds_news: bool = True
    """Whether the run ends when something is published; a rehearsal never does."""


def send_letters(  # noqa: PLR0913, PLR0917  what sending needs, each once
    queued: Queued,
    archive: Archive,
    forms: LetterForms,
    ledger: Ledger,
    dispatch: Dispatch,
    now: datetime,
    *,
    page_behind: bool = False,
) -> DeliveryReport:
    """Sends what is owed; see `apply.deliver` for what a report says."""
    known = ledger.known_updates(queued.update_ids).values()
    first_ids = {one.update_id: one.first_id for one in known}
    composer = Composer(archive, forms, clock_from(now), first_ids, page_behind=page_behind)
    rules = replace(
        _rules(archive.settings),
        only=dispatch.only,
        patience_s=dispatch.patience_s,
        waits=dispatch.waits,
        heeds_news=dispatch.heeds_news and dispatch.only is None,
    )
    if not dispatch.has_canary:
        rules = replace(rules, canary=0)
    return deliver(
        ledger,
        dispatch.transport,
        composer.letter,
        queued.update_ids,
        now,
        rules,
        SendingProcess(dispatch.by, dispatch.is_gone, dispatch.on_done),
    )


class Composer:
    """Makes letters: each form once, each letter from its form, dated when it is made.

    A run may take hours, and a date of hours ago is a mark of spam. `first_ids` tell what updates
    were called when their first letters left: a copy bears the same name, whatever was renamed.
    """

    def __init__(
        self,
        archive: Archive,
        forms: LetterForms,
        clock: Clock,
        first_ids: Mapping[str, str],
        *,
        page_behind: bool,
    ) -> None:
        self._archive, self._forms, self._clock = archive, forms, clock
        self._first_ids = first_ids
        self._page_behind = page_behind
        self._ready: dict[tuple[str, str], LetterForm] = {}

    def letter(self, update_id: str, subscriber: Subscriber) -> Letter:
        """The letter about an update, to a subscriber who gets it now."""
        key = (update_id, subscriber.language)
        if key not in self._ready:
            found = incident_and_step(self._archive, update_id)
            if found is None:
                raise LookupError(update_id)
            form = self._forms.form(
                *found,
                language=subscriber.language,
                now=self._clock(),
                page_behind=self._page_behind,
            )
            first_id = self._first_ids.get(update_id) or update_id
            self._ready[key] = replace(form, update_id=first_id)
        return self._ready[key].address_to(subscriber, self._clock())


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


def _expiry(archive: Archive, update_id: str, now: datetime) -> datetime | None:
    """When the letters about an update are too old to be sent."""
    found = incident_and_step(archive, update_id)
    return now + lifetime_of(kind_of(found[1])) if found else None


def _rules(settings: Settings) -> DeliveryRules:
    mail: MailSettings | None = settings.mail
    if mail is None:
        return DeliveryRules()
    return DeliveryRules(
        max_connections=mail.max_connections,
        max_per_second=mail.max_per_second,
        in_doubt=mail.in_doubt,
        canary=mail.canary,
    )
