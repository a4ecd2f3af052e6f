"""Letters as they are about to leave, for whoever says yes to them: how many, and a few of them."""

from collections.abc import Collection, Iterator
from datetime import datetime

from statusgen.content.archive import Archive
from statusgen.mail.ledger import Ledger
from statusgen.mail.letter_states import Audience
from statusgen.mail.letters.compose import LetterForms
from statusgen.mail.plan import Mailing, MailPlan
from statusgen.mail.planning import audiences
from statusgen.values.value import Value, replace
from statusgen.values.vocabulary import InDoubt

SAMPLES = 3


class SampleLetter(Value, frozen=True):
    """One letter that a publish would send."""

    update_id: str
    token: str
    """Of the one who would get it."""
    language: str
    """As the subscriber wishes."""
    subject: str
    text: str


def sample_letters(  # noqa: PLR0913, PLR0917  what letters are made of, each once
    plan: MailPlan,
    archive: Archive,
    forms: LetterForms,
    ledger: Ledger,
    now: datetime,
    only: frozenset[int] | None = None,
) -> tuple[SampleLetter, ...]:
    """Letters of the newest update with the largest audience: to its first and to some others.

    They are spread over the audience, or over those of it whose ids are in `only`. None when the
    plan has no new letters, but only some that earlier runs left.
    """
    sized = [*_sized(plan, archive, ledger, only)]
    largest = max(reversed(sized), key=lambda one: one[0].audience_size, default=None)
    if largest is None:
        return ()
    known, audience = largest[0].update, largest[1]
    story = archive.incident_and_step(known.update_id)
    assert story is not None  # noqa: S101  or there would be no audience
    found = []
    for reader in ledger.sample(known.incident_id, audience, SAMPLES):
        form = forms.form(*story, language=reader.language, now=now)
        sample = SampleLetter(
            known.update_id, reader.token, reader.language, form.subject, form.text
        )
        found.append(sample)
    return tuple(found)


def letters_to(only: frozenset[int], plan: MailPlan, archive: Archive, ledger: Ledger) -> int:
    """How many letters of the plan, old and new, are for these subscribers."""
    new = sum(mailing.audience_size for mailing, _ in _sized(plan, archive, ledger, only))
    mail = archive.settings.mail
    policy = mail.in_doubt if mail else InDoubt.HOLD
    return new + owed_to(only, [one.update_id for one in plan.backlog], policy, ledger)


def owed_to(
    only: Collection[int], update_ids: Collection[str], policy: InDoubt, ledger: Ledger
) -> int:
    """How many letters about these updates the ledger still owes these subscribers."""
    return sum(letters for one, letters in ledger.backlog(policy, only) if one in update_ids)


def _sized(
    plan: MailPlan, archive: Archive, ledger: Ledger, only: frozenset[int] | None
) -> Iterator[tuple[Mailing, Audience]]:
    """The new mailings with their audiences, those in `only` counted again."""
    for mailing, audience in audiences(plan.mailings, archive):
        if only is None:
            yield mailing, audience
            continue
        few = replace(audience, only=only)
        size = ledger.audience_size(mailing.update.incident_id, few)
        yield replace(mailing, audience_size=size), few
