"""A folder on an IMAP server as a mailbox: what nobody has seen."""

import base64
import imaplib
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from statusgen.config.mail_source import ImapSource
from statusgen.errors import MailError
from statusgen.mail.bounces.mailbox import MOST_BYTES, Mail
from statusgen.targets.watchdog import Watchdog

_TIMEOUT_S = 30.0
_PATIENCE = 2
"""So many timeouts may the whole answer to a command take, whatever trickles in."""
_LEAVE_S = 2.0
"""For the server's farewell, for which nothing waits."""
_ARRIVED = re.compile(rb'INTERNALDATE "([^"]+)"')
_FETCH = f"(INTERNALDATE BODY.PEEK[]<0.{MOST_BYTES}>)"
_MOST_ANSWER = MOST_BYTES + 2_000_000
"""Bytes: a message's head, or a long list of those that nobody has seen."""

_TOO_MUCH = "the IMAP server sends more than was asked for; check its host and port"
_BROKE_OFF = "the IMAP server broke off; run the command again to go on"
_UNREACHABLE = "the IMAP server can't be reached; check host, port and network, then try again"
_TOO_SLOW = "the IMAP server did not answer in time; run the command again to go on"
_UNTRUSTED = "the certificate of the IMAP server is not trusted; check the host's name"
_NO_LOGIN = "the IMAP server refused the login; check the user and STATUSGEN_IMAP_PASSWORD"
_NO_FOLDER = "the IMAP server has no such folder, or it can't be changed; check the folder's name"


class ImapMailbox:
    """The Mailbox port for `imaps://`; `imap://` on loopback only, see parse_mail_source."""

    is_trusted = False

    def __init__(
        self,
        source: ImapSource,
        password: str,
        tls_context: ssl.SSLContext | None = None,
        timeout_s: float = _TIMEOUT_S,
    ) -> None:
        self._source = source
        self._password = password
        self._tls_context = tls_context
        self._timeout_s = timeout_s
        self._watchdog = Watchdog()
        self._client: imaplib.IMAP4 | None = None

    def unsettled(self) -> Iterator[Mail]:
        """See Mailbox.unsettled."""
        client = self._open()
        with self._waiting(_BROKE_OFF):
            numbers = _checked(client.uid("SEARCH", "UNSEEN"), _BROKE_OFF)
        for number in b" ".join(one for one in numbers if one).split():
            with self._waiting(_BROKE_OFF):
                answer = _checked(client.uid("FETCH", number.decode(), _FETCH), _BROKE_OFF)
            mail = _mail(number.decode(), answer)
            if mail is not None:  # else it was deleted meanwhile
                yield mail

    def settle(self, mail: Mail, *, is_understood: bool) -> None:
        """See Mailbox.settle."""
        flags = r"(\Seen)" if is_understood else r"(\Seen \Flagged)"
        client = self._open()
        with self._waiting(_BROKE_OFF):
            answer = client.uid("STORE", mail.name, "+FLAGS.SILENT", flags)
            _checked(answer, _BROKE_OFF)

    def close(self) -> None:
        """See Mailbox.close."""
        if self._client is not None:
            with suppress(MailError), self._waiting(_BROKE_OFF, _LEAVE_S):
                self._client.logout()
            with suppress(OSError):
                self._client.shutdown()

    def _open(self) -> imaplib.IMAP4:
        if self._client is None:
            source = self._source
            with self._waiting(_UNREACHABLE):
                self._client = self._connect()
            with self._waiting(_NO_LOGIN):
                self._log_in(self._client)
            with self._waiting(_NO_FOLDER):
                name = _quoted(_modified_utf7(source.folder))
                _checked(self._client.select(name), _NO_FOLDER)
        return self._client

    def _log_in(self, client: imaplib.IMAP4) -> None:
        user = self._source.user
        if "AUTH=PLAIN" in client.capabilities:
            client.authenticate("PLAIN", lambda _: f"\0{user}\0{self._password}".encode())
        else:
            client.login(_quoted(user), self._password)

    def _connect(self) -> imaplib.IMAP4:
        source = self._source
        if not source.is_tls:
            plain = _guarded(_Imap, self._watchdog)
            return plain(source.host, source.port, timeout=self._timeout_s)
        context = self._tls_context or ssl.create_default_context()
        context.sslsocket_class = _guarded_tls(self._watchdog)
        secure = _guarded(_ImapOverTls, self._watchdog)
        return secure(source.host, source.port, ssl_context=context, timeout=self._timeout_s)

    @contextmanager
    def _waiting(self, otherwise: str, end_s: float | None = None) -> Iterator[None]:
        end_s = end_s or _PATIENCE * self._timeout_s
        with _explained(otherwise), self._watchdog.ending(end_s):
            if self._client is not None:
                self._watchdog.guard(self._client)
            yield


def _guarded(client: type[imaplib.IMAP4], watchdog: Watchdog) -> Callable[..., imaplib.IMAP4]:
    """Return the class with its first words with the server, the greeting, looked after."""

    def open_guarded(self: imaplib.IMAP4, *args: Any, **options: Any) -> None:
        client.open(self, *args, **options)
        watchdog.guard(self)

    return type("GuardedIMAP", (client,), {"open": open_guarded})


def _guarded_tls(watchdog: Watchdog) -> type[ssl.SSLSocket]:
    class Socket(ssl.SSLSocket):
        @property
        def sock(self) -> ssl.SSLSocket:
            return self

        def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002  ssl's own
            watchdog.guard(self)
            super().do_handshake(block)

    return Socket


class _Bounded:
    """A client that takes of each answer no more than any that was asked for, and leaves then.

    A server says how long what follows is, and could say 2 GB, or never come to an end.
    """

    _taken = 0

    def uid(self, command: str, *args: str) -> Any:
        self._taken = 0
        return super().uid(command, *args)  # type: ignore[misc]

    def read(self, size: int) -> bytes:
        self._take(size)
        return super().read(size)  # type: ignore[misc, no-any-return]

    def readline(self) -> bytes:
        line: bytes = super().readline()  # type: ignore[misc]
        self._take(len(line))
        return line

    def _take(self, size: int) -> None:
        self._taken += size
        if self._taken > _MOST_ANSWER:
            raise MailError(_TOO_MUCH)


class _Imap(_Bounded, imaplib.IMAP4):
    pass


class _ImapOverTls(_Bounded, imaplib.IMAP4_SSL):
    pass


@contextmanager
def _explained(otherwise: str) -> Iterator[None]:
    """Speaks of what went wrong without the server's words: they may hold an address."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise MailError(_UNTRUSTED) from error
    except TimeoutError as error:
        raise MailError(_TOO_SLOW) from error
    except imaplib.IMAP4.abort as error:
        raise MailError(_BROKE_OFF) from error
    except (OSError, UnicodeError, imaplib.IMAP4.error) as error:
        raise MailError(otherwise) from error


def _checked(answer: tuple[str, list[Any]], otherwise: str) -> list[Any]:
    if answer[0] != "OK":
        raise MailError(otherwise)
    return answer[1]


def _mail(number: str, answer: list[Any]) -> Mail | None:
    content = next((one[1] for one in answer if isinstance(one, tuple)), None)
    if content is None:
        return None
    words = b" ".join(one[0] if isinstance(one, tuple) else one for one in answer)
    return Mail(number, content[:MOST_BYTES], _arrived(words))


def _arrived(words: bytes) -> datetime:
    found = _ARRIVED.search(words)
    try:
        arrived = parsedate_to_datetime(found[1].decode("ascii") if found else "")
    except ValueError as error:
        raise MailError(_BROKE_OFF) from error
    return arrived.astimezone(UTC)


def _quoted(text: str) -> str:
    """RFC 3501: imaplib quotes passwords, but not users and folders."""
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def _modified_utf7(name: str) -> str:
    """RFC 3501 section 5.1.3: how servers write a folder's name."""
    return re.sub(r"&|[^\x20-\x7e]+", lambda found: _shifted(found[0]), name)


def _shifted(text: str) -> str:
    if text == "&":
        return "&-"
    encoded = base64.b64encode(text.encode("utf-16-be"), altchars=b"+,")
    return f"&{encoded.decode().rstrip('=')}-"
