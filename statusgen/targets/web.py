"""What is asked of web servers, as any reader would ask, and what they answer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from statusgen.values.value import Value


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
