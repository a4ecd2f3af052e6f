"""What a relay or a mail service says of itself, of our account, and of whom letters come from."""

from collections.abc import Mapping
from enum import StrEnum

from statusgen.mail.letter_states import Outcome
from statusgen.values.value import Value


class RelayFacts(Value, frozen=True):
    """What a relay said of itself once it was reached and, if asked, had let us log in."""

    is_encrypted: bool
    is_logged_in: bool
    extensions: Mapping[str, str]
    """Each with what it says after its name, by the names in lower case."""
    answer: Outcome | None = None
    """To an envelope from and to the sender; None: it was not asked."""


class Verification(StrEnum):
    """Whether a service was shown that a sender is ours; it sends for no other.

    In the order in which answers about the same sender count.
    """

    VERIFIED = "verified"
    NOT_ALLOWED = "not allowed"
    """The credentials may not ask."""
    UNKNOWN = "unknown"
    """It gave no answer to that."""
    UNVERIFIED = "unverified"
    """It knows the sender, but the proof is missing or has failed."""
    MISSING = "missing"
    """It doesn't know the sender."""


class SenderFacts(Value, frozen=True):
    """What a service that letters leave through said of whom they come from."""

    domain: str
    """The one that this is about: that of the sender, or one above it. Never an address."""
    verification: Verification
    is_signed: bool = False
    """Whether letters get a DKIM signature there."""


class AccountFacts(Value, frozen=True):
    """What a service that letters leave through said of our account there."""

    may_send: bool
    is_trial: bool
    """Whether it mails nobody but those whose addresses were verified there."""
    standing: str
    """How it sees what was sent so far, in its own word: of SES `HEALTHY`, say."""
    per_second: float
    """Letters; 0: it does not say."""
    per_day: int | None
    """Letters; None: no limit."""
    left_today: int | None
    """Letters; None: no limit."""
    sender: SenderFacts | None = None
    """None: it was not asked."""
