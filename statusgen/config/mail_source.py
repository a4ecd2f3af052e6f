"""Where bounces are read: `maildir:PATH`, `imaps://user@host/FOLDER` or `sqs://region/queue`."""

import re
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from statusgen.config.relay import is_this_machine
from statusgen.values.value import Value

EXAMPLES = "maildir:/var/mail/bounces, imaps://bounces@mail.example.com or sqs://eu-west-1/bounces"

_IMAP_PORTS = {"imap": 143, "imaps": 993}
_DEFAULT_FOLDER = "INBOX"


class MaildirSource(Value, frozen=True):
    """A folder with `new` and `cur` in it."""

    path: Path


class ImapSource(Value, frozen=True):
    """A folder on an IMAP server."""

    host: str
    port: int
    user: str
    folder: str = _DEFAULT_FOLDER
    is_tls: bool = True
    """False on loopback only."""


class SqsSource(Value, frozen=True):
    """A queue that Amazon SES feeds, by way of SNS or directly."""

    region: str
    queue: str
    """A name, or a URL."""


MailSource = MaildirSource | ImapSource | SqsSource


def parse_mail_source(text: str) -> MailSource:
    """Return the source that `text` names.

    Raises:
        ValueError: with a sentence that says what is wrong.

    """
    scheme, _, rest = text.partition(":")
    if any(not character.isprintable() for character in text):
        raise ValueError("it holds a control character")
    match scheme.lower():
        case "maildir" if rest:
            return MaildirSource(Path(rest))
        case "imap" | "imaps":
            return _imap(text)
        case "sqs":
            return _sqs(rest)
        case _:
            raise ValueError(f"name it like {EXAMPLES}")


def _imap(text: str) -> ImapSource:
    parts = urlsplit(text)
    if parts.password is not None:
        raise ValueError("a password does not belong in it: set STATUSGEN_IMAP_PASSWORD")
    if not parts.hostname or re.search(r"\s", parts.hostname):
        raise ValueError("the host is missing or holds a space")
    if not parts.username:
        raise ValueError("the user is missing; write imaps://USER@HOST/FOLDER, with %40 for an @")
    if parts.query or parts.fragment:
        raise ValueError("it ends after the folder")
    folder = unquote(parts.path.strip("/")) or _DEFAULT_FOLDER
    user = unquote(parts.username)
    if not user.isascii() or not (folder + user).isprintable():
        raise ValueError("the user must be printable ASCII, and the folder printable text")
    is_tls = parts.scheme == "imaps"
    if not is_tls and not is_this_machine(parts.hostname):
        raise ValueError("imap:// without TLS is for this machine only; write imaps://")
    return ImapSource(parts.hostname, _port(parts), user, folder, is_tls)


def _port(parts: SplitResult) -> int:
    try:
        return parts.port or _IMAP_PORTS[parts.scheme]
    except ValueError as error:
        raise ValueError("the port after the host is no number up to 65535") from error


def _sqs(rest: str) -> SqsSource:
    found = re.fullmatch(r"//([a-z0-9-]+)/(https?://\S+|[A-Za-z0-9_-]{1,80}(?:\.fifo)?)", rest)
    if found is None:
        raise ValueError("name the queue like sqs://eu-west-1/bounces, or by its URL at the end")
    return SqsSource(found[1], found[2])
