"""Letters through Amazon SES: one request of its API (version 2) each, with boto3.

Import it late: boto3 takes its time.
"""

import asyncio
import math
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any, Final
from urllib.parse import urlsplit

import boto3.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from statusgen.adapters.ses_replies import NOT_SES, Refusal, explain, refusal
from statusgen.errors import MailError
from statusgen.model.delivery import DeliveryState, Outcome
from statusgen.model.letter import Letter
from statusgen.model.relay import is_this_machine
from statusgen.model.ses import Ses
from statusgen.model.subscriber import needs_smtputf8
from statusgen.model.value import Value
from statusgen.ports.surroundings import AccountFacts
from statusgen.ports.transport import Limits, Unreachable

_PIECE_BYTES: Final = 16_384
_UNREADABLE: Final = (ValueError, ResponseParserError)
_NO_LIMIT: Final = -1  # SES's word for an account without a quota


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
    one, so nothing is ever sent again by the SDK.
    """

    def __init__(self, ses: Ses, connections: int = 10, timeouts: Timeouts = ENDURING) -> None:
        self._ses = ses
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
            raise self._error("SendingPaused")
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
                account = self._ask_about_account(client)
            if account is None:
                raise MailError(
                    f"{self._ses}: it says nothing about the account; allow ses:GetAccount"
                )
            return account

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
            found = _refusal(error)
            self._is_proven &= found.outcome.is_connection_usable
            if fault := explain(found.code, self._ses):
                raise fault from error
            return found.outcome
        except BotoCoreError:  # some are ValueErrors too
            return self._lost("no answer")
        except _UNREADABLE:
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
                self._account = self._ask_about_account(self._client)
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
            raise self._error(type(error).__name__) from error
        except ValueError as error:
            raise self._error("InvalidEndpoint") from error
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

    def _ask_about_account(self, client: Any) -> AccountFacts | None:
        try:
            answer = client.get_account()
        except ClientError as error:
            found = _refusal(error)
            if found.status >= 500:  # noqa: PLR2004
                raise Unreachable(
                    f"{self._ses}: it is not well ({found.status}); try again in a minute, then "
                    "run `statusgen mail resume`"
                ) from error
            fault = None if found.code in _SILENT else explain(found.code, self._ses)
            if fault:
                raise fault from error
            return None
        except BotoCoreError as error:
            raise self._error(type(error).__name__) from error
        except _UNREADABLE:
            answer = {}
        if "SendQuota" not in answer:
            raise self._error(NOT_SES)
        return _account(answer)

    def _error(self, name: str) -> MailError:
        return explain(name, self._ses) or MailError(
            f"{self._ses}: the request failed with {name}; run `statusgen mail resume`"
        )


_SILENT: Final = {"AccessDenied", "NotAuthorized", "NotFound"}
"""Credentials that may send need not be allowed to ask, and not all that speaks SES answers."""


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


def _refusal(error: ClientError) -> Refusal:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    found = error.response.get("Error", {})
    return refusal(str(found.get("Code") or status), status, str(found.get("Message", "")))


def _account(answer: Any) -> AccountFacts:
    quota = answer["SendQuota"]
    per_day = math.floor(quota.get("Max24HourSend", _NO_LIMIT))
    has_limit = per_day != _NO_LIMIT
    return AccountFacts(
        may_send=answer.get("SendingEnabled", True),
        is_trial=not answer.get("ProductionAccessEnabled", True),
        standing=str(answer.get("EnforcementStatus", "")),
        per_second=max(0.0, quota.get("MaxSendRate", 0.0)),
        per_day=per_day if has_limit else None,
        left_today=max(0, per_day - math.ceil(quota.get("SentLast24Hours", 0)))
        if has_limit
        else None,
    )
