"""What `doctor` asks of the world around a page, and the facts that come back."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from statusgen.model.delivery import Outcome
from statusgen.model.value import Value


class Room(Value, frozen=True):
    """The disk that a folder is on, or would be made on."""

    free_bytes: int
    file_system: str
    """Its kind, such as `ext4`; empty where that can't be told."""
    is_network: bool = False
    synchronised_by: str = ""
    """The program that copies the folder to other machines; empty when none is known to."""


class Answer(Value, frozen=True):
    """What a web server answered."""

    status: int
    reason: str
    headers: Mapping[str, str]
    """By their names in lower case."""
    body: bytes
    ahead_s: float | None = None
    """How far the server's clock was ahead of ours; None: it did not say."""


class Certificate(Value, frozen=True):
    """The TLS certificate of a web server."""

    ends: datetime | None
    """None: it isn't valid."""
    problem: str = ""
    """Why it isn't valid, in a few words."""


class StateFacts(Value, frozen=True):
    """The database, without opening what isn't there."""

    is_there: bool
    has_secret_key: bool
    room: Room | None
    """None: it is on a server, which knows its disk itself."""


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


class Web(Protocol):
    """Web servers, asked as any reader would."""

    def fetch(
        self, url: str, headers: Mapping[str, str] | None = None, *, follows: bool = True
    ) -> Answer:
        """Fetch the url; with `follows` a redirect is followed.

        Raises: Unavailable when there is no answer.
        """
        ...

    def certificate(self, url: str) -> Certificate:
        """Look at the certificate of an https url.

        Raises: Unavailable when there is no answer.
        """
        ...


class Records(Protocol):
    """The domain name system. Every method raises Unavailable when it gives no answer."""

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the TXT records of a name; none where there is no such name."""
        ...

    def mail_hosts(self, name: str) -> tuple[str, ...]:
        """Return the hosts in the MX records of a name; an empty host is a null MX (RFC 7505)."""
        ...

    def has_address(self, name: str) -> bool:
        """Whether the name has an A or AAAA record."""
        ...
