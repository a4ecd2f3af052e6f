"""What is owed is sent: each letter is made as it leaves, from a form made once."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from statusgen.config.settings import MailSettings, Settings
from statusgen.content.archive import Archive
from statusgen.mail.delivery.deliver import DeliveryReport, SendingProcess, deliver
from statusgen.mail.delivery.rules import DeliveryRules
from statusgen.mail.ledger import IsGone, Ledger
from statusgen.mail.letter_states import Outcome
from statusgen.mail.letters.compose import LetterForm, LetterForms
from statusgen.mail.letters.letter import Letter
from statusgen.mail.plan import MailPlan
from statusgen.mail.queueing import Queued
from statusgen.mail.subscribers.subscriber import Subscriber
from statusgen.mail.transports.transport import Transport
from statusgen.targets.manifest import Publisher
from statusgen.values.clock import Clock, clock_from
from statusgen.values.value import Value, replace


def rehearse(plan: MailPlan, archive: Archive, forms: LetterForms, now: datetime) -> None:
    """Makes each letter of a plan once in each language whose templates or words may be broken.

    Raises `ContentError` if they are.
    """
    renamed = dict(plan.renamed)
    owed = [renamed.get(one.update_id, one.update_id) for one in plan.backlog]
    for update_id in [*owed, *(one.update.update_id for one in plan.mailings)]:
        found = archive.incident_and_step(update_id)
        if found is None:
            continue
        for language in forms.languages:
            forms.form(*found, language=language, now=now)


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
    """Sends what is owed; see `mail.delivery.deliver` for what a report says."""
    known = ledger.known_updates(queued.update_ids).values()
    first_ids = {one.update_id: one.first_id for one in known}
    composer = Composer(
        archive,
        forms,
        clock_from(now),
        first_ids,
        queued.update_ids,
        page_behind=page_behind,
    )
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

    `update_ids` are those of the run in the order of sending. Each is dated a second before the
    next one: dates have whole seconds, and mail programs sort by them.
    """

    def __init__(  # noqa: PLR0913  what letters are made of, each once
        self,
        archive: Archive,
        forms: LetterForms,
        clock: Clock,
        first_ids: Mapping[str, str],
        update_ids: Sequence[str] = (),
        *,
        page_behind: bool,
    ) -> None:
        self._archive, self._forms, self._clock = archive, forms, clock
        followed_by = enumerate(reversed(update_ids))
        self._ahead = {one: timedelta(seconds=later) for later, one in followed_by}
        self._first_ids = first_ids
        self._page_behind = page_behind
        self._ready: dict[tuple[str, str], LetterForm] = {}

    def letter(self, update_id: str, subscriber: Subscriber) -> Letter:
        """The letter about an update, to a subscriber who gets it now."""
        key = (update_id, subscriber.language)
        if key not in self._ready:
            found = self._archive.incident_and_step(update_id)
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
        dated = self._clock() - self._ahead.get(update_id, timedelta())
        return self._ready[key].address_to(subscriber, dated)


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
