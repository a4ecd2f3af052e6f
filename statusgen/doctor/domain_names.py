"""What `doctor` asks of the domain name system."""

from typing import Protocol


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
