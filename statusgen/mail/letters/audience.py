"""Who hears about an update: the severity's audiences, the subscriber's wishes, and followers."""

from collections.abc import Mapping

from statusgen.config.severity import Severity
from statusgen.content.step import Step
from statusgen.mail.letter_states import Audience


def audience_of(step: Step, severities: Mapping[str, Severity]) -> Audience | None:
    """The rule that picks the subscribers of an update, as of that update; None: nobody.

    An incident that names no component goes to subscribers of every component. `notify` with a
    list narrows the update to these audiences.
    """
    if step.update.notify is False:
        return None
    return Audience(
        names=step.audiences,
        components=step.affected or None,
        min_severities=_min_severities(step, severities),
        is_narrowed=step.update.notify is not True,
    )


def _min_severities(step: Step, severities: Mapping[str, Severity]) -> tuple[str, ...] | None:
    """The minimum severities that let this update through; all of them for a maintenance."""
    if step.severity is None:
        return None
    return tuple(key for key, level in severities.items() if level.rank >= step.severity.rank)
