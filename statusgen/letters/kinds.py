"""The kinds of letters: each has its own subject, text and HTML template."""

from enum import StrEnum

from statusgen.model.step import Step
from statusgen.model.vocabulary import Phase


class Kind(StrEnum):
    """What a letter is for; the value names its templates in `site_templates/mail/`."""

    INVESTIGATING = "investigating"
    UPDATE = "update"
    RESOLVED = "resolved"
    SCHEDULED = "scheduled"
    MAINTENANCE_UPDATE = "maintenance_update"
    """In progress, verifying, a moved window, or anything else before the end."""
    COMPLETED = "completed"
    CANCELED = "canceled"


_CLOSING = {
    Phase.RESOLVED: Kind.RESOLVED,
    Phase.COMPLETED: Kind.COMPLETED,
    Phase.CANCELED: Kind.CANCELED,
}


def kind_of(step: Step) -> Kind:
    """The kind of the letter about `step`; an end is an end even where it is the first update."""
    if step.phase.is_closing and (step.is_new_phase or step.update.phase is not None):
        return _CLOSING[step.phase]
    if step.window is not None:
        is_plan = step.number == 1 and step.phase is Phase.SCHEDULED
        return Kind.SCHEDULED if is_plan else Kind.MAINTENANCE_UPDATE
    return Kind.INVESTIGATING if step.number == 1 else Kind.UPDATE
