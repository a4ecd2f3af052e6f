"""Letters to a relay over SMTP, with aiosmtplib: TLS, AUTH, and an honest answer per letter."""

import asyncio
import re
import ssl
from contextlib import suppress
from typing import Final

import aiosmtplib

from statusgen.errors import MailError
from statusgen.model.delivery import DeliveryState, Outcome
from statusgen.model.letter import Letter
from statusgen.model.relay import Relay
from statusgen.model.subscriber import needs_smtputf8
from statusgen.ports.surroundings import RelayFacts
from statusgen.ports.transport import Unreachable

_CONNECT_TIMEOUT_S: Final = 15.0
_REPLY_TIMEOUT_S: Final = 60.0
_FINAL_DOT_TIMEOUT_S: Final = 600.0  # RFC 5321 section 4.5.3.2.6: giving up early makes copies
_QUIT_TIMEOUT_S: Final = 2.0
_ENHANCED_CODE = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")

_SERVICE_NOT_AVAILABLE = 421
_CONFIGURATION_CODES = frozenset({503, 530, 534, 535, 538})
_LOST = Outcome(DeliveryState.QUEUED, is_connection_usable=False)


class SmtpTransport:
    """The Transport port for `smtp:` and `smtps:`.

    TLS with a checked certificate is required, but on loopback: there TLS is used if the
    relay offers it and its certificate is not checked.
    """

    def __init__(
        self,
        relay: Relay,
        password: str = "",
        *,
        local_hostname: str = "localhost",
        tls_context: ssl.SSLContext | None = None,
        final_dot_timeout_s: float = _FINAL_DOT_TIMEOUT_S,
    ) -> None:
        self._relay = relay
        self._password = password
        self._local_hostname = local_hostname
        self._tls_context = tls_context or _tls_context(relay)
        self._final_dot_timeout_s = final_dot_timeout_s

    async def connect(self) -> "_SmtpConnection":
        """See Transport.connect."""
        client = aiosmtplib.SMTP(
            hostname=self._relay.host,
            port=self._relay.port,
            use_tls=self._relay.is_implicit_tls,
            start_tls=False,
            tls_context=self._tls_context,
            timeout=_REPLY_TIMEOUT_S,
            local_hostname=self._local_hostname,
        )
        try:
            await self._prepare(client)
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            await asyncio.sleep(0)  # a closed socket is let go in the loop's next round
            raise self._refusal(error) from error
        except BaseException:
            client.close()
            raise
        return _SmtpConnection(client, self._relay, self._final_dot_timeout_s)

    async def try_out(self) -> RelayFacts:
        """See Transport.try_out."""
        connection = await self.connect()
        facts = connection.facts()
        await connection.close()
        return facts

    async def _prepare(self, client: aiosmtplib.SMTP) -> None:
        await client.connect(timeout=_CONNECT_TIMEOUT_S)
        await client.ehlo()
        if not self._relay.is_implicit_tls:
            await self._start_tls(client)
        if self._relay.user:
            await client.login(self._relay.user, self._password)

    async def _start_tls(self, client: aiosmtplib.SMTP) -> None:
        if client.supports_extension("starttls"):
            await client.starttls()
            await client.ehlo()
        elif not self._relay.is_loopback:
            raise MailError(
                f"the relay {self._relay} offers no STARTTLS, so letters would travel in the "
                "open; use its TLS port with smtps://, or ask who runs it"
            )

    def _refusal(self, error: Exception) -> MailError:
        relay = self._relay
        cause = _cause(error, ssl.SSLError)
        if cause is not None or isinstance(error, ssl.SSLError):
            return MailError(
                f"TLS with the relay {relay} failed ({_tls_reason(cause or error)}); check the "
                "host name in mail.transport, its certificate, and smtp:// or smtps://"
            )
        if isinstance(error, aiosmtplib.SMTPAuthenticationError) and error.code >= 500:  # noqa: PLR2004
            return MailError(
                f"the relay {relay} refused the user or the password ({_codes(error)}); check "
                "mail.transport and STATUSGEN_SMTP_PASSWORD"
            )
        if isinstance(error, aiosmtplib.SMTPResponseException):
            return Unreachable(
                f"the relay {relay} is not ready ({_codes(error)}); run `statusgen mail resume` "
                "when it is"
            )
        if isinstance(error, OSError):  # aiosmtplib's lost and timed out connections are these
            return Unreachable(
                f"the relay {relay} can't be reached; check mail.transport and the network, "
                "then run `statusgen mail resume`"
            )
        return MailError(
            f"the relay {relay} offers no way to log in; check the port in mail.transport, or "
            "leave the user out"
        )


class _SmtpConnection:
    def __init__(self, client: aiosmtplib.SMTP, relay: Relay, final_dot_timeout_s: float) -> None:
        self._client = client
        self._relay = relay
        self._final_dot_timeout_s = final_dot_timeout_s

    def facts(self) -> RelayFacts:
        """Return what the relay has said of itself."""
        return RelayFacts(
            is_encrypted=self._client.get_transport_info("sslcontext") is not None,
            is_logged_in=bool(self._relay.user),
            extensions=dict(self._client.esmtp_extensions),
        )

    async def send(self, letter: Letter) -> Outcome:
        """See Connection.send."""
        options = []
        if needs_smtputf8(letter.recipient) or needs_smtputf8(letter.sender):
            if not self._client.supports_extension("smtputf8"):
                return Outcome(DeliveryState.FAILED, "no SMTPUTF8")
            options.append("SMTPUTF8")
        if not letter.content.isascii() and self._client.supports_extension("8bitmime"):
            options.append("BODY=8BITMIME")
        refusal = await self._open_envelope(letter, options)
        return refusal or await self._send_content(letter)

    async def close(self) -> None:
        """See Connection.close."""
        with suppress(aiosmtplib.SMTPException, OSError):
            await self._client.quit(timeout=_QUIT_TIMEOUT_S)
        self._client.close()
        await asyncio.sleep(0)

    async def _open_envelope(self, letter: Letter, options: list[str]) -> Outcome | None:
        """Send MAIL and RCPT; None when the relay will take the content."""
        encoding = "utf-8" if "SMTPUTF8" in options else "ascii"
        try:
            await self._client.mail(letter.sender, options=options, encoding=encoding)
            await self._client.rcpt(letter.recipient, encoding=encoding)
        except aiosmtplib.SMTPResponseException as error:
            self._raise_if_misconfigured(error)
            outcome = _decided(error)
            return outcome if not outcome.is_connection_usable else await self._reset(outcome)
        except (aiosmtplib.SMTPException, OSError):
            return _LOST
        return None

    async def _send_content(self, letter: Letter) -> Outcome:
        """Send DATA and the content. A lost answer leaves the letter in doubt."""
        try:
            await self._client.data(letter.content, timeout=self._final_dot_timeout_s)
        except aiosmtplib.SMTPResponseException as error:
            outcome = _decided(error, if_garbled=DeliveryState.IN_DOUBT)
            # A refusal of DATA itself leaves the envelope open; after the final dot this is idle.
            return await self._reset(outcome) if outcome.is_connection_usable else outcome
        except (aiosmtplib.SMTPException, OSError):
            return Outcome(DeliveryState.IN_DOUBT, "no answer", is_connection_usable=False)
        return Outcome(DeliveryState.ACCEPTED)

    async def _reset(self, outcome: Outcome) -> Outcome:
        try:
            await self._client.rset()
        except (aiosmtplib.SMTPException, OSError):
            return Outcome(outcome.state, outcome.reply, is_connection_usable=False)
        return outcome

    def _raise_if_misconfigured(self, error: aiosmtplib.SMTPResponseException) -> None:
        is_sender_refused = isinstance(error, aiosmtplib.SMTPSenderRefused) and error.code >= 500  # noqa: PLR2004
        if error.code in _CONFIGURATION_CODES:
            raise MailError(
                f"the relay {self._relay} wants a login ({_codes(error)}); name the user in "
                "mail.transport and set STATUSGEN_SMTP_PASSWORD"
            ) from error
        if is_sender_refused:
            raise MailError(
                f"the relay {self._relay} refused the sender ({_codes(error)}); check mail.from "
                "and mail.return_path"
            ) from error


def _tls_context(relay: Relay) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH)
    if relay.is_loopback:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _decided(
    error: aiosmtplib.SMTPResponseException,
    if_garbled: DeliveryState = DeliveryState.QUEUED,
) -> Outcome:
    """Return what a numeric reply means for the letter."""
    reply = _codes(error)
    if error.code == _SERVICE_NOT_AVAILABLE:
        return Outcome(DeliveryState.QUEUED, reply, is_connection_usable=False)
    if 400 <= error.code < 500:  # noqa: PLR2004
        return Outcome(DeliveryState.DEFERRED, reply)
    if 500 <= error.code < 600:  # noqa: PLR2004
        return Outcome(DeliveryState.FAILED, reply)
    return Outcome(if_garbled, "garbled answer", is_connection_usable=False)


def _codes(error: aiosmtplib.SMTPResponseException) -> str:
    """Return `550 5.1.1`: never the text, which may hold an address."""
    enhanced = _ENHANCED_CODE.match(error.message)
    return f"{error.code} {enhanced[0]}" if enhanced else str(error.code)


def _cause(error: BaseException | None, kind: type[BaseException]) -> BaseException | None:
    while error is not None:
        if isinstance(error, kind):
            return error
        error = error.__cause__ or error.__context__
    return None


def _tls_reason(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message.rstrip(".").lower()
    return getattr(error, "reason", None) or "handshake failed"
