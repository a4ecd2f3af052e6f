"""Subscribers: who they are, what they want to hear of, and what became of them."""

from datetime import date, datetime
from enum import StrEnum

from statusgen.config.severity import SUBSCRIBERS
from statusgen.values.value import Value

DEFAULT_MIN_SEVERITY = "SEV2"


class SubscriberState(StrEnum):
    """Whether a subscriber is written to; only `active` ones are."""

    PENDING = "pending"
    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


class NewSubscriber(Value, frozen=True):
    """Somebody who is about to enter the address book; the address has passed parse_address."""

    address: str
    audience: str = SUBSCRIBERS
    components: tuple[str, ...] = ()
    """Component ids, sorted; empty means all."""
    min_severity: str = DEFAULT_MIN_SEVERITY
    language: str = "en"


class Subscriber(Value, frozen=True):
    """One member of the address book.

    `token` stands for the subscriber wherever people look: output, logs, file names.
    """

    id: int
    token: str
    address: str
    """Empty once the subscriber has been erased."""
    state: SubscriberState
    audience: str = SUBSCRIBERS
    components: tuple[str, ...] = ()
    min_severity: str = DEFAULT_MIN_SEVERITY
    language: str = "en"


class Consent(Value, frozen=True):
    """Who vouched that a subscriber wants to be written to, and when."""

    source: str
    """Such as `import of people.csv`; empty once the subscriber has been erased."""
    at: datetime


class SubscriberRecord(Value, frozen=True):
    """What happened to the entry of a subscriber."""

    consent: Consent
    changed_at: datetime
    strikes: tuple[date, ...]
    """The days of trouble with the mailbox that count now, oldest first, in UTC."""
