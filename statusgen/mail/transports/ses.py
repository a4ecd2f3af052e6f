"""Letters through Amazon SES: one request of its API (version 2) each, with boto3.

Import it late: boto3 takes its time.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import boto3.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from statusgen.config.relay import is_this_machine
from statusgen.config.ses import Ses
from statusgen.errors import MailError
from statusgen.mail.letter_states import DeliveryState, Outcome
from statusgen.mail.letters.letter import Letter
from statusgen.mail.transports.senders import AccountFacts, SenderFacts, Verification
from statusgen.mail.transports.ses_account import UNREADABLE, ask_about_account, ask_about_sender
from statusgen.mail.transports.ses_replies import explain, fault, refusal_in
from statusgen.mail.transports.transport import Limits
from statusgen.targets.s3.hooks import guard
from statusgen.targets.threads import in_background
from statusgen.targets.watchdog import Watchdog
from statusgen.values.addresses import needs_smtputf8
from statusgen.values.value import Value, replace

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

_PIECE_BYTES: Final = 16_384
_SPARE_S: Final = 5.0
"""For what is no wait on SES, and so not cut there: name services, whoever gives credentials."""


class SesTimeouts(Value, frozen=True):
    """How long an answer is waited for, whatever trickles in."""

    connect_s: float
    read_s: float
    letter_s: float
    """From the first step to the last byte of the answer to a letter."""
    question_s: float
    """The same of a question about the account, for which the whole run waits."""


ENDURING: Final = SesTimeouts(connect_s=10, read_s=60, letter_s=75, question_s=20)
"""Giving up early makes copies."""
HURRIED: Final = SesTimeouts(connect_s=3, read_s=4, letter_s=6, question_s=6)

_NO_ANSWER: Final = Outcome(DeliveryState.IN_DOUBT, "no answer", is_connection_usable=False)


class SesTransport:
    """The Transport port for `ses:`, with the credentials of the SDK's own chain.

    What we call a connection makes one request after the other, each in a thread that nobody
    waits for after Ctrl-C; the SDK keeps as many TLS connections open as there are of ours. SES
    has no way to tell a repeated request from a second one, so nothing is ever sent again by the
    SDK. `sender` is the address in the From of letters.
    """

    def __init__(
        self, ses: Ses, sender: str, connections: int = 10, timeouts: SesTimeouts | None = None
    ) -> None:
        self._ses = ses
        self._sender = sender
        self._connections = connections
        self._timeouts = timeouts or ENDURING
        self._watchdog = Watchdog()
        self._door = threading.Lock()
        self._client: Any = None
        self._account: AccountFacts | None = None
        self._is_proven = False
        """Whether SES has answered since it last failed to."""
        self._sending = threading.local()

    async def connect(self) -> "_SesConnection":
        """See Transport.connect. SES is asked about the account, but not for each connection."""
        account = await self._ask(self._prove)
        logger.info("Amazon SES in %s", self._ses.region)
        if account and not account.may_send:
            raise fault("SendingPaused", self._ses)
        return _SesConnection(self)

    async def limits(self) -> Limits:
        """See Transport.limits. They are asked for each time: what is left grows less."""
        self._is_proven = False
        account = await self._ask(self._prove)
        return Limits(account.per_second, account.left_today) if account else Limits()

    async def try_out(self) -> AccountFacts:
        """See Transport.try_out."""

        def ask() -> AccountFacts:
            with closing(self._open(HURRIED)) as client:
                with self._watchdog.ending(HURRIED.question_s):
                    account = ask_about_account(client, self._ses)
                if account is None:
                    raise MailError(
                        f"{self._ses}: it says nothing about the account; allow ses:GetAccount"
                    )
                domain = self._sender.rpartition("@")[2]
                sender = SenderFacts(domain, Verification.UNKNOWN)
                with suppress(TimeoutError), self._watchdog.ending(HURRIED.question_s):
                    sender = ask_about_sender(client, self._sender)
                return replace(account, sender=sender)

        return await self._ask(ask)

    async def send(self, letter: Letter) -> Outcome:
        """Send a letter. May take long.

        Raises: MailError for what keeps all others here too.
        """
        try:
            return await _in_time(self._timeouts.letter_s, lambda: self._send(letter))
        except TimeoutError:  # it may still be on its way
            self._is_proven = False
            return _NO_ANSWER

    async def _ask(self, question: Callable[[], Result]) -> Result:
        """Ask SES, and have its end too be one that trying again may help."""
        try:
            return await _in_time(self._timeouts.question_s, question)
        except TimeoutError as error:
            raise fault("ReadTimeoutError", self._ses) from error

    def _send(self, letter: Letter) -> Outcome:
        self._sending.upload = None
        more = {"ConfigurationSetName": self._ses.configuration_set}
        try:
            with self._watchdog.ending(self._timeouts.letter_s):
                answer = self._client.send_email(
                    Content={"Raw": {"Data": letter.content}},
                    # Without FromEmailAddress, which would replace the From in our headers.
                    FeedbackForwardingEmailAddress=letter.sender,
                    Destination={"ToAddresses": [letter.recipient]},
                    **(more if self._ses.configuration_set else {}),
                )
        except ClientError as error:
            found = refusal_in(error)
            self._is_proven &= found.outcome.is_connection_usable
            if reason := explain(found.code, self._ses):
                raise reason from error
            return found.outcome
        except (BotoCoreError, TimeoutError):  # some of the SDK's are ValueErrors too
            return self._lost("no answer")
        except UNREADABLE:
            answer = {}
        if not answer.get("MessageId"):
            return self._lost("garbled answer")
        return Outcome(DeliveryState.ACCEPTED)

    def _lost(self, reply: str) -> Outcome:
        """Return what is known of a letter whose request got no answer that can be read."""
        self._is_proven = False
        upload: _Upload | None = self._sending.upload
        if upload is None or not upload.has_left:
            return Outcome(DeliveryState.QUEUED, is_connection_usable=False)
        return replace(_NO_ANSWER, reply=reply)

    def _prove(self) -> AccountFacts | None:
        """Make sure of SES and the credentials; None: it won't say anything about the account.

        Raises: as `connect`.
        """
        with self._door:
            if not self._is_proven:
                self._client = self._client or self._open(self._timeouts)
                with self._watchdog.ending(self._timeouts.question_s):
                    self._account = ask_about_account(self._client, self._ses)
                self._is_proven = True
            return self._account

    def _open(self, timeouts: SesTimeouts) -> Any:
        config = Config(
            connect_timeout=timeouts.connect_s,
            read_timeout=timeouts.read_s,
            retries={"mode": "standard", "total_max_attempts": 1},
            max_pool_connections=self._connections,
            user_agent="statusgen",  # the SDK puts a longer one together for each request
        )
        try:
            session = boto3.session.Session()
            client = session.client("sesv2", region_name=self._ses.region, config=config)
        except BotoCoreError as error:
            raise fault(type(error).__name__, self._ses) from error
        except ValueError as error:
            raise fault("InvalidEndpoint", self._ses) from error
        self._refuse_open_ways(client)
        guard(client, self._watchdog)
        client.meta.events.register("before-send.sesv2.SendEmail", self._watch)
        return client

    def _refuse_open_ways(self, client: Any) -> None:
        endpoint = urlsplit(client.meta.endpoint_url)
        if endpoint.scheme != "https" and not is_this_machine(endpoint.hostname or ""):
            client.close()
            raise MailError(
                f"{self._ses}: letters would travel in the open; "
                "begin AWS_ENDPOINT_URL_SESV2 with https://"
            )

    def _watch(self, request: Any, **_: object) -> None:
        self._sending.upload = request.body = _Upload(request.body)


class _SesConnection:
    def __init__(self, transport: SesTransport) -> None:
        self._transport = transport
        self._letter: Letter | None = None

    async def offer(self, letter: Letter) -> Outcome | None:
        """See Connection.offer. Nothing leaves yet: a request is one piece."""
        if needs_smtputf8(letter.recipient) or needs_smtputf8(letter.sender):
            return Outcome(DeliveryState.FAILED, "no SMTPUTF8")
        self._letter = letter
        return None

    async def finish(self, then: Letter | None = None) -> Outcome:
        """See Connection.finish."""
        del then
        assert self._letter is not None  # noqa: S101 - it was offered
        letter, self._letter = self._letter, None
        return await self._transport.send(letter)

    async def close(self) -> None:
        """See Connection.close. The SDK's connections stay open for others."""


class _Upload:
    """A request's body that knows how far it has gone."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._given = 0
        self.has_left = False
        """Whether its last piece was handed over: SES may have all of the letter."""

    def read(self, size: int = -1) -> bytes:
        size = _PIECE_BYTES if size < 0 else min(size, _PIECE_BYTES)
        piece = self._body[self._given : self._given + size]
        self._given += len(piece)
        self.has_left = self._given == len(self._body)
        return piece


async def _in_time(end_s: float, work: Callable[[], Result]) -> Result:
    """Wait for work in a thread of its own.

    Raises: TimeoutError a while after it should have ended.
    """
    return await asyncio.wait_for(asyncio.wrap_future(in_background(work)), end_s + _SPARE_S)
