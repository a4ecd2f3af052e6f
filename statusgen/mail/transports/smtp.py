"""The way to a relay over SMTP, with aiosmtplib: connecting, TLS and AUTH."""

import asyncio
import logging
import ssl
from typing import cast

import aiosmtplib

from statusgen.config.relay import Relay
from statusgen.errors import MailError
from statusgen.mail.delivery.replies import Reply
from statusgen.mail.transports.machine_name import address_literal
from statusgen.mail.transports.senders import RelayFacts
from statusgen.mail.transports.smtp_transfer import SmtpConnection, SmtpTimeouts, refused_greeting
from statusgen.mail.transports.smtp_wire import Wire
from statusgen.mail.transports.transport import Limits, Unreachable
from statusgen.values.value import replace

logger = logging.getLogger(__name__)


class SmtpTransport:
    """The Transport port for `smtp:` and `smtps:`.

    TLS with a checked certificate is required, but on loopback: there TLS is used if the
    relay offers it and its certificate is not checked.
    """

    def __init__(  # noqa: PLR0913 - four of them by name
        self,
        relay: Relay,
        password: str = "",
        *,
        helo: str = "",
        sender: str = "",
        tls_context: ssl.SSLContext | None = None,
        timeouts: SmtpTimeouts | None = None,
    ) -> None:
        """`helo`: how a relay is greeted; empty: by the address that it sees us at.

        `sender` is whom `try_out` asks for: a letter from there, and to there.
        """
        self._relay = relay
        self._password = password
        self._helo = helo
        self._sender = sender
        self._tls_context = tls_context or _tls_context(relay)
        self._timeouts = timeouts or SmtpTimeouts()
        self._has_encrypted = False

    async def limits(self) -> Limits:
        """See Transport.limits; SMTP has no word for them."""
        return Limits()

    async def connect(self) -> SmtpConnection:
        """See Transport.connect."""
        connection, _ = await self._open()
        return connection

    async def try_out(self) -> RelayFacts:
        """See Transport.try_out."""
        connection, facts = await self._open()
        try:
            if not self._sender:
                return facts
            return replace(facts, answer=await connection.try_envelope(self._sender, self._sender))
        finally:
            await connection.close()

    async def _open(self) -> tuple[SmtpConnection, RelayFacts]:
        if self._relay.user and not self._password:
            raise MailError(
                f"mail.transport names a user of {self._relay}, and STATUSGEN_SMTP_PASSWORD is "
                "not set; set it, or leave the user out"
            )
        client = aiosmtplib.SMTP(
            hostname=self._relay.host,
            port=self._relay.port,
            use_tls=self._relay.is_implicit_tls,
            start_tls=False,
            tls_context=self._tls_context,
            timeout=self._timeouts.reply_s,
            local_hostname="localhost",  # never said: each EHLO has its own
        )
        try:
            await self._prepare(client)
            return self._taken_over(client)
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            await asyncio.sleep(0)  # a closed socket is let go in the loop's next round
            raise self._refusal(error) from error
        except BaseException:
            client.close()
            raise

    def _taken_over(self, client: aiosmtplib.SMTP) -> tuple[SmtpConnection, RelayFacts]:
        """Return the connection as ours: aiosmtplib has done all that it does over it."""
        if client.transport is None:
            raise ConnectionResetError
        facts = RelayFacts(
            is_encrypted=client.get_transport_info("sslcontext") is not None,
            is_logged_in=bool(self._relay.user),
            extensions=dict(client.esmtp_extensions),
        )
        self._has_encrypted |= facts.is_encrypted
        privacy = "encrypted" if facts.is_encrypted else "in the open"
        logger.info("connected to %s:%d, %s", self._relay.host, self._relay.port, privacy)
        wire = Wire(cast("asyncio.Transport", client.transport))
        return SmtpConnection(wire, self._relay, facts.extensions, self._timeouts), facts

    async def _prepare(self, client: aiosmtplib.SMTP) -> None:
        await client.connect(timeout=self._timeouts.connect_s)
        helo = self._helo or address_literal(client.get_transport_info("sockname")[0])
        await client.ehlo(hostname=helo)
        if not self._relay.is_implicit_tls:
            await self._start_tls(client, helo)
        if self._relay.user:
            await client.login(self._relay.user, self._password)

    async def _start_tls(self, client: aiosmtplib.SMTP, helo: str) -> None:
        if client.supports_extension("starttls"):
            await client.starttls()
            await client.ehlo(hostname=helo)
        elif not self._relay.is_loopback:
            raise MailError(
                f"the relay {self._relay} offers no STARTTLS, so letters would travel in the "
                "open; use its TLS port with smtps://, or ask who runs it"
            )

    def _refusal(self, error: Exception) -> MailError:
        relay = self._relay
        tls_error = _cause(error, ssl.SSLError)
        if tls_error is not None and not self._may_pass(tls_error):
            return MailError(
                f"TLS with the relay {relay} failed ({_tls_reason(tls_error)}); check the "
                "host name in mail.transport, its certificate, and smtp:// or smtps://"
            )
        if isinstance(error, aiosmtplib.SMTPAuthenticationError) and error.code >= 500:  # noqa: PLR2004
            return MailError(
                f"the relay {relay} refused the user or the password ({_codes(error)}); check "
                "mail.transport and STATUSGEN_SMTP_PASSWORD"
            )
        if isinstance(error, aiosmtplib.SMTPHeloError) and error.code >= 500:  # noqa: PLR2004
            return refused_greeting(relay, _codes(error))
        if isinstance(error, aiosmtplib.SMTPResponseException):
            return Unreachable(
                f"the relay {relay} is not ready ({_codes(error)}); run `statusgen mail resume` "
                "when it is"
            )
        # aiosmtplib's lost and timed out connections are OSErrors.
        if tls_error is not None or isinstance(error, OSError):
            return Unreachable(
                f"the relay {relay} can't be reached; check mail.transport and the network, "
                "then run `statusgen mail resume`"
            )
        return MailError(
            f"the relay {relay} offers no way to log in; check the port in mail.transport, or "
            "leave the user out"
        )

    def _may_pass(self, error: BaseException) -> bool:
        """Whether only this handshake went wrong: others worked, and it isn't the certificate."""
        return self._has_encrypted and not isinstance(error, ssl.SSLCertVerificationError)


def _tls_context(relay: Relay) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH)
    if relay.is_loopback:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _codes(error: aiosmtplib.SMTPResponseException) -> str:
    """Return `550 5.1.1`: never the text, which may hold an address."""
    return Reply(error.code, error.message).codes if error.code > 0 else "garbled answer"


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
