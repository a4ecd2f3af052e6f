"""The rule of model.delivery.Audience, told plainly: what the database must agree with."""

from statusgen.config.severity import SUBSCRIBERS
from statusgen.mail.letter_states import Audience
from statusgen.mail.subscribers.subscriber import Subscriber, SubscriberState


def picks(audience: Audience, subscriber: Subscriber, *, follows: bool = False) -> bool:
    """Return whether the subscriber is picked; `follows`: has a letter about the incident."""
    if subscriber.state is not SubscriberState.ACTIVE:
        return False
    is_named = subscriber.audience in audience.names
    if follows:
        return is_named or not audience.is_narrowed
    return is_named and (subscriber.audience != SUBSCRIBERS or _wants(audience, subscriber))


def _wants(audience: Audience, subscriber: Subscriber) -> bool:
    is_of_its_components = (
        audience.components is None
        or not subscriber.components
        or not set(audience.components).isdisjoint(subscriber.components)
    )
    is_let_through = (
        audience.min_severities is None or subscriber.min_severity in audience.min_severities
    )
    return is_of_its_components and is_let_through
