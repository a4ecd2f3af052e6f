"""One rendered mail to one subscriber about one update."""

from statusgen.values.value import Value


class Letter(Value, frozen=True):
    """A complete message with its envelope, ready to go."""

    update_id: str
    token: str
    """The subscriber's, for file names and reports."""
    message_id: str
    """The same on every attempt."""
    sender: str
    """The envelope's, where bounces go."""
    recipient: str
    content: bytes
    """Headers and body with CRLF line ends."""
