"""The kinds of letters: each has its own subject, text and HTML template."""

from enum import StrEnum

from statusgen.content.incident import Incident
from statusgen.content.step import Step
from statusgen.values.vocabulary import Phase


class LetterKind(StrEnum):
    """What a letter is for; the value names its templates in `site_templates/mail/`."""

    INVESTIGATING = "investigating"
    """The first about an incident, whatever its phase is by then."""
    UPDATE = "update"
    RESOLVED = "resolved"
    SCHEDULED = "scheduled"
    MAINTENANCE_UPDATE = "maintenance_update"
    """In progress, verifying, a moved window, or anything else before the end."""
    COMPLETED = "completed"
    CANCELED = "canceled"


_CLOSING = {
    Phase.RESOLVED: LetterKind.RESOLVED,
    Phase.COMPLETED: LetterKind.COMPLETED,
    Phase.CANCELED: LetterKind.CANCELED,
}


def letter_before(incident: Incident, step: Step) -> Step | None:
    """The last step before `step` that went to anybody; None when `step` is the first letter."""
    earlier = incident.steps[: step.number - 1]
    return next((one for one in reversed(earlier) if one.audiences), None)


def kind_of(incident: Incident, step: Step) -> LetterKind:
    """The kind of the letter about `step`; an end is an end even where it is the first letter."""
    if step.phase.is_closing and (step.is_new_phase or step.update.phase is not None):
        return _CLOSING[step.phase]
    is_first = letter_before(incident, step) is None
    if step.window is not None:
        is_plan = is_first and step.phase is Phase.SCHEDULED
        return LetterKind.SCHEDULED if is_plan else LetterKind.MAINTENANCE_UPDATE
    return LetterKind.INVESTIGATING if is_first else LetterKind.UPDATE
