"""Who hears about an update: the severity's audiences, the subscriber's wishes, and followers."""

from collections.abc import Mapping

from statusgen.model.delivery import Audience
from statusgen.model.incident import Step
from statusgen.model.severity import SUBSCRIBERS, Severity
from statusgen.model.subscriber import Subscriber


def audience_of(step: Step, severities: Mapping[str, Severity]) -> Audience | None:
    """The rule that picks the subscribers of an update, as of that update; None: nobody.

    An incident that names no component goes to subscribers of every component. `notify` with a
    list narrows the update to these audiences, so it also leaves out followers of other ones.
    """
    notify = step.update.notify
    if notify is False:
        return None
    return Audience(
        names=notify if isinstance(notify, tuple) else _names(step),
        components=step.affected or None,
        min_severities=_min_severities(step, severities),
        with_followers=notify is True,
    )


def hears(
    subscriber: Subscriber,
    step: Step,
    severities: Mapping[str, Severity],
    *,
    already_told: bool,
) -> bool:
    """Whether the subscriber gets a letter about the update.

    `already_told`: a letter about an earlier update of the same incident was sent or queued.
    """
    audience = audience_of(step, severities)
    if audience is None or not subscriber.is_active:
        return False
    return audience.picks(subscriber) or (already_told and audience.with_followers)


def _names(step: Step) -> tuple[str, ...]:
    return step.severity.audiences if step.severity else (SUBSCRIBERS,)


def _min_severities(step: Step, severities: Mapping[str, Severity]) -> tuple[str, ...] | None:
    """The minimum severities that let this update through; all of them for a maintenance."""
    if step.severity is None:
        return None
    return tuple(key for key, level in severities.items() if level.rank >= step.severity.rank)
