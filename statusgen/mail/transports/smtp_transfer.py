"""Letters over an open SMTP connection: with PIPELINING (RFC 2920) one round trip each.

The final dot of a letter and the envelope of the next go out in one write; the content follows
as soon as the relay has answered both, and the dot waits until the engine asks for it.
"""

import re
from collections.abc import Mapping
from typing import Final

from statusgen.config.relay import Relay
from statusgen.errors import MailError
from statusgen.mail.delivery.replies import (
    LOGIN_CODES,
    SERVICE_NOT_AVAILABLE,
    Meaning,
    Reply,
    SmtpStage,
    is_about_greeting,
    judge,
)
from statusgen.mail.letter_states import DeliveryState, Outcome
from statusgen.mail.letters.letter import Letter
from statusgen.mail.transports.smtp_wire import Wire
from statusgen.values.addresses import needs_smtputf8
from statusgen.values.value import Value

_QUIT_TIMEOUT_S: Final = 2.0

_ADDRESS = re.compile(r"[^\x00-\x20\x7f<>\\]+")
_BARE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_ENVELOPE: Final = (SmtpStage.SENDER, SmtpStage.RECIPIENT, SmtpStage.DATA)
_DOT: Final = b".\r\n"
_REFUSALS: Final = (4, 5)
_GARBLED: Final = "garbled answer"
_NO_REPLY: Final = Reply(0)

_ACCEPTED: Final = Outcome(DeliveryState.ACCEPTED)
_ACCEPTED_LAST: Final = Outcome(DeliveryState.ACCEPTED, is_connection_usable=False)


class SmtpTimeouts(Value, frozen=True):
    """How many seconds a relay has for its answers."""

    connect_s: float = 15.0
    reply_s: float = 60.0
    final_dot_s: float = 600.0
    """RFC 5321 section 4.5.3.2.6: giving up early makes copies."""


class SmtpConnection:
    """The Connection port for an SMTP connection that is ready for a first letter."""

    def __init__(
        self, wire: Wire, relay: Relay, extensions: Mapping[str, str], timeouts: SmtpTimeouts
    ) -> None:
        self._wire = wire
        self._relay = relay
        self._timeouts = timeouts
        self._is_pipelining = "pipelining" in extensions
        self._takes_8bit = "8bitmime" in extensions
        self._takes_utf8 = "smtputf8" in extensions
        self._announced: Letter | None = None
        self._is_offered = False
        self._is_reset_due = False

    async def offer(self, letter: Letter) -> Outcome | None:
        """See Connection.offer."""
        if self._announced is not None:
            if self._announced != letter:
                return await self._lose()
            replies = await self._wire.replies(len(_ENVELOPE), self._timeouts.reply_s)
            self._announced = None
        else:
            if unfit := self._unfit(letter):
                return unfit
            replies = await self._open_envelope(letter)
        is_odd = len(replies) == len(_ENVELOPE) and replies[-1].code // 100 == 2  # noqa: PLR2004
        if is_odd or self._wire.is_garbled:  # the count of replies can't be trusted
            return await self._lose(_GARBLED)
        for stage, reply in zip(_ENVELOPE, replies, strict=False):
            if reply.code // 100 != (3 if stage is SmtpStage.DATA else 2):
                return await self._refused(stage, replies)
        if len(replies) < len(_ENVELOPE) or not self._wire.send(_prepared(letter.content), 0):
            return await self._lose()
        self._is_offered = True
        return None

    async def finish(self, then: Letter | None = None) -> Outcome:
        """See Connection.finish."""
        if not self._is_offered:
            raise RuntimeError("a letter is offered before it is finished")
        self._is_offered = False
        if not await self._wire.is_drained(self._timeouts.reply_s):
            return await self._lose()
        if then is not None and self._is_pipelining and self._unfit(then) is None:
            self._announced = then
            is_sent = self._wire.send(b"".join((_DOT, *self._envelope(then))), 1 + len(_ENVELOPE))
        else:
            is_sent = self._wire.send(_DOT, 1)
        if not is_sent:
            return await self._lose()
        replies = await self._wire.replies(1, self._timeouts.final_dot_s)
        if replies and replies[0].code // 100 == 2:  # noqa: PLR2004
            return _ACCEPTED if self._wire.is_open else _ACCEPTED_LAST
        return await self._after_dot(replies)

    async def try_envelope(self, sender: str, recipient: str) -> Outcome:
        """Return what the relay says to a letter's envelope, without a letter.

        Raises: as `offer`.
        """
        commands = self._envelope(Letter("", "", "", sender, recipient, b""))
        for stage, command in zip(_ENVELOPE[:2], commands, strict=False):
            self._wire.send(command, 1)
            replies = await self._wire.replies(1, self._timeouts.reply_s)
            if not replies:
                return await self._lose()
            if replies[0].code // 100 != 2:  # noqa: PLR2004
                return await self._refused(stage, [_NO_REPLY] * _ENVELOPE.index(stage) + replies)
        return _ACCEPTED

    async def close(self) -> None:
        """See Connection.close."""
        is_idle = self._announced is None and not self._is_offered
        if is_idle and self._wire.send(b"QUIT\r\n", 1):
            await self._wire.replies(1, _QUIT_TIMEOUT_S)
        await self._wire.close()

    def _unfit(self, letter: Letter) -> Outcome | None:
        """Return why the relay can't be asked to take the letter; None when it can.

        What has passed here holds nothing that could end a command.
        """
        if not (_ADDRESS.fullmatch(letter.sender) and _ADDRESS.fullmatch(letter.recipient)):
            return Outcome(DeliveryState.FAILED, "bad address")
        if self._needs_utf8(letter) and not self._takes_utf8:
            return Outcome(DeliveryState.FAILED, "no SMTPUTF8")
        return None

    def _envelope(self, letter: Letter) -> tuple[bytes, bytes, bytes]:
        options = " SMTPUTF8" if self._needs_utf8(letter) else ""
        if self._takes_8bit and not letter.content.isascii():
            options += " BODY=8BITMIME"
        return (
            f"MAIL FROM:<{letter.sender}>{options}\r\n".encode(),
            f"RCPT TO:<{letter.recipient}>\r\n".encode(),
            b"DATA\r\n",
        )

    @staticmethod
    def _needs_utf8(letter: Letter) -> bool:
        return needs_smtputf8(letter.recipient) or needs_smtputf8(letter.sender)

    async def _open_envelope(self, letter: Letter) -> list[Reply]:
        """Return the replies to MAIL, RCPT and DATA, up to the one that ends the matter."""
        commands = self._envelope(letter)
        if not self._is_reset_due:
            return await self._exchange(commands)
        self._is_reset_due = False
        reset, *replies = await self._exchange((b"RSET\r\n", *commands)) or (_NO_REPLY,)
        if reset.code == SERVICE_NOT_AVAILABLE:  # to any command (RFC 5321 section 3.8)
            return [reset]
        return replies if reset.code // 100 == 2 else []  # noqa: PLR2004

    async def _exchange(self, commands: tuple[bytes, ...]) -> list[Reply]:
        wire, reply_s = self._wire, self._timeouts.reply_s
        if self._is_pipelining:
            wire.send(b"".join(commands), len(commands))
            return await wire.replies(len(commands), reply_s)
        replies: list[Reply] = []
        for command in commands:
            wire.send(command, 1)
            replies += (answer := await wire.replies(1, reply_s))
            if not answer or answer[0].code // 100 in _REFUSALS:
                break
        return replies

    async def _refused(self, stage: SmtpStage, replies: list[Reply]) -> Outcome:
        """Return what a refused envelope means, and make the connection ready for the next."""
        reply = replies[_ENVELOPE.index(stage)]
        if reply.code // 100 not in _REFUSALS:
            return await self._lose(_GARBLED)
        verdict = judge(reply, stage)
        if verdict.meaning is Meaning.CONFIGURATION:
            await self._wire.close()
            raise _fault(self._relay, stage, reply)
        await self._leave_envelope(stage, replies)
        return Outcome(
            DeliveryState(verdict.fate.value), reply.codes, verdict.meaning, self._wire.is_open
        )

    async def _leave_envelope(self, stage: SmtpStage, replies: list[Reply]) -> None:
        self._is_reset_due = True
        is_content_awaited = (
            len(replies) == len(_ENVELOPE) and replies[-1].code // 100 == 3  # noqa: PLR2004
        )
        if any(reply.code == SERVICE_NOT_AVAILABLE for reply in replies):
            await self._wire.close()
        elif is_content_awaited and stage is SmtpStage.RECIPIENT:  # RFC 2920 section 3.1
            self._wire.send(_DOT, 1)
            if not await self._wire.replies(1, self._timeouts.reply_s):
                await self._wire.close()
        elif is_content_awaited:  # there is a recipient, who would get an empty letter
            await self._wire.close()

    async def _after_dot(self, replies: list[Reply]) -> Outcome:
        """Return what any other reply to the final dot means than that the letter was taken."""
        if not replies:
            await self._wire.close()
            why = _GARBLED if self._wire.is_garbled else "no answer"
            return Outcome(DeliveryState.IN_DOUBT, why, is_connection_usable=False)
        reply = replies[0]
        if reply.code // 100 not in _REFUSALS:
            await self._wire.close()
            return Outcome(DeliveryState.IN_DOUBT, _GARBLED, is_connection_usable=False)
        verdict = judge(reply, SmtpStage.CONTENT)
        if verdict.meaning is Meaning.CONFIGURATION:
            await self._wire.close()
            raise _fault(self._relay, SmtpStage.CONTENT, reply)
        if reply.code == SERVICE_NOT_AVAILABLE:
            await self._wire.close()
        return Outcome(
            DeliveryState(verdict.fate.value), reply.codes, verdict.meaning, self._wire.is_open
        )

    async def _lose(self, reply: str = "") -> Outcome:
        """Give the connection up before the final dot: the letter can't have arrived."""
        await self._wire.close()
        if self._wire.is_garbled:
            reply = _GARBLED
        if (farewell := self._wire.farewell) is not None:
            reply, meaning = farewell.codes, Meaning.RELAY_BUSY
            return Outcome(DeliveryState.QUEUED, reply, meaning, is_connection_usable=False)
        return Outcome(DeliveryState.QUEUED, reply, is_connection_usable=False)


def _prepared(content: bytes) -> bytes:
    """Return the content as it travels: CRLF at every line's end, a second dot before a first.

    Servers that take a bare CR or LF for a line's end would else find the end of the letter,
    and another letter, where there is none.
    """
    if not content.count(b"\r\n") == content.count(b"\n") == content.count(b"\r"):
        content = _BARE_LINE_END.sub(b"\r\n", content)
    if not content.endswith(b"\r\n"):
        content += b"\r\n"
    if content.startswith(b"."):
        content = b"." + content
    return content.replace(b"\n.", b"\n..")


def refused_greeting(relay: Relay, codes: str) -> MailError:
    """Return what is said when a relay does not like how it is greeted, whenever it says so."""
    return MailError(
        f"the relay {relay} refused our greeting, EHLO ({codes}); set mail.helo to the name that "
        "this machine has in the DNS"
    )


def _fault(relay: Relay, stage: SmtpStage, reply: Reply) -> MailError:
    if is_about_greeting(reply):
        return refused_greeting(relay, reply.codes)
    if reply.code in LOGIN_CODES:
        return MailError(
            f"the relay {relay} wants a login ({reply.codes}); name the user in "
            "mail.transport and set STATUSGEN_SMTP_PASSWORD"
        )
    if stage is SmtpStage.SENDER:
        return MailError(
            f"the relay {relay} refused the sender ({reply.codes}); check mail.from and "
            "mail.return_path"
        )
    return MailError(
        f"the relay {relay} sends nothing for our account just now ({reply.codes}); look into "
        "the account there, then run `statusgen mail resume`"
    )
