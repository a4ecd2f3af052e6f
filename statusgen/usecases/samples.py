"""Letters as they are about to leave, for whoever says yes to them: a few of the many."""

from datetime import datetime

from statusgen.letters.compose import LetterForms
from statusgen.model.value import Value
from statusgen.plan.plan import Plan
from statusgen.ports.ledger import Ledger
from statusgen.usecases.archive import Archive
from statusgen.usecases.publish import audiences, incident_and_step

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


def sample_letters(
    plan: Plan, archive: Archive, forms: LetterForms, ledger: Ledger, now: datetime
) -> tuple[SampleLetter, ...]:
    """Letters of the newest update with the largest audience: to its first and to some others.

    They are spread over the audience. None when the plan has no new letters: those left from an
    earlier run were shown then.
    """
    largest = max(reversed(plan.mailings), key=lambda one: one.audience_size, default=None)
    found = []
    for mailing, audience in audiences([largest] if largest else [], archive):
        known = mailing.update
        story = incident_and_step(archive, known.update_id)
        assert story is not None  # noqa: S101  or there would be no audience
        for reader in ledger.sample(known.incident_id, audience, SAMPLES):
            form = forms.form(*story, language=reader.language, now=now)
            found.append(
                SampleLetter(
                    known.update_id, reader.token, reader.language, form.subject, form.text
                )
            )
    return tuple(found)
