"""Letters through Amazon SES: one request of its API (version 2) each, with boto3.

Import it late: boto3 takes its time.
"""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any, Final
from urllib.parse import urlsplit

import boto3.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from statusgen.adapters.ses_account import UNREADABLE, ask_about_account, ask_about_sender
from statusgen.adapters.ses_replies import explain, fault, refusal_in
from statusgen.errors import MailError
from statusgen.model.addresses import needs_smtputf8
from statusgen.model.delivery import DeliveryState, Outcome
from statusgen.model.letter import Letter
from statusgen.model.relay import is_this_machine
from statusgen.model.ses import Ses
from statusgen.model.value import Value, replace
from statusgen.ports.senders import AccountFacts
from statusgen.ports.transport import Limits

_PIECE_BYTES: Final = 16_384


class Timeouts(Value, frozen=True):
    """How long an answer is waited for."""

    connect_s: float
    read_s: float


ENDURING: Final = Timeouts(connect_s=10, read_s=60)
"""Giving up early makes copies."""
HURRIED: Final = Timeouts(connect_s=3, read_s=4)


class SesTransport:
    """The Transport port for `ses:`, with the credentials of the SDK's own chain.

    What we call a connection is a thread that makes requests; the SDK keeps as many TLS
    connections open as there are threads. SES has no way to tell a repeated request from a second
    one, so nothing is ever sent again by the SDK. `sender` is the address in the From of letters.
    """

    def __init__(
        self, ses: Ses, sender: str, connections: int = 10, timeouts: Timeouts = ENDURING
    ) -> None:
        self._ses = ses
        self._sender = sender
        self._connections = connections
        self._timeouts = timeouts
        self._door = threading.Lock()
        self._client: Any = None
        self._account: AccountFacts | None = None
        self._is_proven = False
        """Whether SES has answered since it last failed to."""
        self._sending = threading.local()

    async def connect(self) -> "_SesConnection":
        """See Transport.connect. SES is asked about the account, but not for each connection."""
        account = await asyncio.to_thread(self._prove)
        if account and not account.may_send:
            raise fault("SendingPaused", self._ses)
        return _SesConnection(self)

    async def limits(self) -> Limits:
        """See Transport.limits. They are asked for each time: what is left grows less."""
        self._is_proven = False
        account = await asyncio.to_thread(self._prove)
        return Limits(account.per_second, account.left_today) if account else Limits()

    async def try_out(self) -> AccountFacts:
        """See Transport.try_out."""

        def ask() -> AccountFacts:
            with closing(self._open(HURRIED)) as client:
                account = ask_about_account(client, self._ses)
                if account is None:
                    raise MailError(
                        f"{self._ses}: it says nothing about the account; allow ses:GetAccount"
                    )
                return replace(account, sender=ask_about_sender(client, self._sender))

        return await asyncio.to_thread(ask)

    def send(self, letter: Letter) -> Outcome:
        """Send a letter. May take long.

        Raises: MailError for what keeps all others here too.
        """
        self._sending.upload = None
        more = {"ConfigurationSetName": self._ses.configuration_set}
        try:
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
        except BotoCoreError:  # some are ValueErrors too
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
        return Outcome(DeliveryState.IN_DOUBT, reply, is_connection_usable=False)

    def _prove(self) -> AccountFacts | None:
        """Make sure of SES and the credentials; None: it won't say anything about the account.

        Raises: as `connect`.
        """
        with self._door:
            if not self._is_proven:
                self._client = self._client or self._open(self._timeouts)
                self._account = ask_about_account(self._client, self._ses)
                self._is_proven = True
            return self._account

    def _open(self, timeouts: Timeouts) -> Any:
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
        self._thread = ThreadPoolExecutor(1, "ses")
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
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._transport.send, letter)

    async def close(self) -> None:
        """See Connection.close."""
        self._thread.shutdown(wait=False)


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
