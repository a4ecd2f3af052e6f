"""A bucket, or a part of one, request by request. Import it late: boto3 takes its time.

Whatever goes wrong is a TargetError with a sentence for the user, but for a failed condition.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import cached_property
from typing import IO, Any

import boto3.session
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from statusgen.errors import TargetError, TargetUnreachable
from statusgen.targets.s3.answers import Found, code_of, date_of, found_by, listed, tag_of
from statusgen.targets.s3.client import (
    COURTESY,
    ENDURING,
    SOON,
    ClientLimits,
    cloudfront_client,
    s3_client,
)
from statusgen.targets.s3.errors import NOT_S3, UNREACHABLE, explain
from statusgen.targets.watchdog import Watchdog

logger = logging.getLogger(__name__)

_DELETE_BATCH = 1000  # the most that DeleteObjects takes
_MISSING = {"NoSuchKey", "404", "NotFound"}
_CONDITION_FAILED = {"PreconditionFailed", "412", "ConditionalRequestConflict", "409"}
_NO_CONDITIONS = {"NotImplemented", "501"}
_TAGGED = {"get_object", "head_object", "put_object"}
"""Requests that every S3 server answers with an ETag, and other servers don't."""


_PIECE, _PIECE_S = 65_536, 8.0
"""So much of a body has to come in so many seconds."""
_BODY_S = 600.0
"""And all of it in these."""
_SLOWEST = 16_384  # bytes a second that a body may take to be sent


class ConditionFailedError(Exception):
    """The object is not what the condition asks for; nothing was written."""


class ConditionRefusedError(Exception):
    """The server takes no conditions; nothing was written."""


class Bucket:
    """Keys are relative to the prefix. Reached with the credentials of the SDK's own chain."""

    def __init__(  # noqa: PLR0913 - a target's settings, most of them by name
        self,
        label: str,
        name: str,
        prefix: str = "",
        *,
        region: str | None = None,
        endpoint_url: str | None = None,
        checksums: str | None = None,
        connections: int = 10,
        patience: ClientLimits | None = None,
    ) -> None:
        """`label` is what errors call it."""
        self.label = label
        self.ahead_s: float | None = None  # the server's clock, at its last answer
        self._name = name
        self._prefix = f"{prefix.strip('/')}/".lstrip("/")
        self._region = region
        self._endpoint_url = endpoint_url
        self._checksums = checksums or ("when_required" if endpoint_url else "when_supported")
        self._connections = connections
        self._sending = threading.local()
        self._patience = patience
        self._watchdog = Watchdog()

    def get(self, key: str, *, soon: bool = False) -> Found | None:
        """Return the object, `soon` or not at all; None: there is no such object."""
        client, patience = (self._scout, SOON) if soon else (self._client, ENDURING)
        return self._look("get_object", key, client, patience)

    def head(self, key: str) -> Found | None:
        """Return the object without its body; None: there is no such object."""
        return self._look("head_object", key, self._client, ENDURING)

    def put(self, key: str, body: bytes | IO[bytes], over: str | None = None, **facts: Any) -> str:
        """Write an object and return its tag.

        `over` is the tag of the object to replace, or empty: there must be none. None: whatever
        is there. `facts` are further parameters of PutObject.

        Raises: ConditionFailedError and ConditionRefusedError, with a condition only.
        """
        if over is not None:
            facts |= {"IfMatch": over} if over else {"IfNoneMatch": "*"}
        with self._explained(), self._ending(ENDURING, _length(body)):
            try:
                answer = self._ask("put_object", Key=self._prefix + key, Body=body, **facts)
            except ClientError as error:
                if over is not None and code_of(error) in _NO_CONDITIONS:
                    raise ConditionRefusedError from error
                if over is not None and code_of(error) in _CONDITION_FAILED | _MISSING:
                    raise ConditionFailedError from error
                raise
        return tag_of(answer)

    @contextmanager
    def asking(self, may_send: Callable[[], None]) -> Iterator[None]:
        """Have this thread ask before each attempt to put an object: the SDK may wait for long.

        Who is asked may put another object, unasked.
        """
        self._sending.may_send = may_send
        try:
            yield
        finally:
            self._sending.may_send = None

    def list(self, below: str = "") -> Iterator[Found]:
        """Yield all objects below the prefix, without their bodies."""
        paginator = self._client.get_paginator("list_objects_v2")
        pages = iter(paginator.paginate(Bucket=self._name, Prefix=self._prefix + below))
        while True:
            with self._explained(), self._understood(), self._ending(ENDURING):
                page = next(pages, None)
                if page is None:
                    return
                if "IsTruncated" not in page:  # every list says whether it goes on
                    raise self.error(NOT_S3)
                found = [listed(each, page, self._prefix) for each in page.get("Contents", ())]
            yield from found

    def delete(self, keys: Collection[str]) -> None:
        """Remove the objects, a thousand a request; those that are gone already are fine."""
        full_keys = [self._prefix + key for key in keys]
        for start in range(0, len(full_keys), _DELETE_BATCH):
            batch = [{"Key": key} for key in full_keys[start : start + _DELETE_BATCH]]
            with self._explained(), self._ending(ENDURING):
                answer = self._ask("delete_objects", Delete={"Objects": batch, "Quiet": True})
            for failure in answer.get("Errors", ()):
                raise self.error(failure.get("Code", "an unknown error"))

    def invalidate(self, distribution: str, reference: str) -> None:
        """Tell a CloudFront distribution to ask anew for everything."""
        with self._explained(), self._understood(), self._ending(COURTESY):
            patience = self._patience or COURTESY
            client = cloudfront_client(self._session, patience, self._watchdog)
            with closing(client):
                client.create_invalidation(
                    DistributionId=distribution,
                    InvalidationBatch={
                        "Paths": {"Quantity": 1, "Items": ["/*"]},
                        "CallerReference": reference,
                    },
                )

    def close(self) -> None:
        """Close the connections; whoever still waits for an answer goes on with an error."""
        self._watchdog.end_all()
        for name in self.__dict__.keys() & {"_client", "_scout"}:
            getattr(self, name).close()

    def error(self, code: str) -> TargetError:
        """Return what a code of S3, or the name of an exception of the SDK, means to the user."""
        sentence = explain(code, endpoint=self._endpoint_url, region=self._region)
        kind = TargetUnreachable if code in UNREACHABLE else TargetError
        return kind(f"{self.label}: {sentence}")

    def _look(self, request: str, key: str, client: Any, patience: ClientLimits) -> Found | None:
        with self._explained(), self._understood(), self._ending(patience):
            try:
                answer = self._ask(request, client, Key=self._prefix + key)
            except ClientError as error:
                if code_of(error) in _MISSING:
                    return None
                raise
            body = self._read(answer["Body"]) if "Body" in answer else b""
            return found_by(answer, key, body)

    def _read(self, body: Any) -> bytes:
        pieces, end_s = [], time.monotonic() + _BODY_S
        while piece := body.read(_PIECE):
            pieces.append(piece)
            self._watchdog.go_on(min(_PIECE_S, end_s - time.monotonic()))
        return b"".join(pieces)

    @cached_property
    def _session(self) -> Any:
        return boto3.session.Session()

    @cached_property
    def _client(self) -> Any:
        return self._connect(self._patience or ENDURING)

    @cached_property
    def _scout(self) -> Any:
        return self._connect(self._patience or SOON)

    def _connect(self, patience: ClientLimits) -> Any:
        try:
            client = s3_client(
                self._session,
                patience,
                self._watchdog,
                self._region,
                self._endpoint_url,
                max_pool_connections=self._connections,
                request_checksum_calculation=self._checksums,
                response_checksum_validation=self._checksums,
            )
        except ValueError as error:
            raise self.error(type(error).__name__) from error
        client.meta.events.register("request-created.s3.PutObject", self._before_attempt)
        client.meta.events.register("after-call.s3", self._note_clock)
        return client

    def _note_clock(self, parsed: Any, **_: object) -> None:
        now = datetime.now(UTC)
        self.ahead_s = (date_of(parsed, now) - now).total_seconds()

    def _ask(self, request: str, client: Any = None, **params: Any) -> Any:
        """Make one request about the bucket; an answer that no S3 server gives is refused."""
        logger.debug("%s %s", request, params.get("Key", ""))
        with self._understood():
            answer = getattr(client or self._client, request)(Bucket=self._name, **params)
        if request in _TAGGED and "ETag" not in answer:
            raise self.error(NOT_S3)
        return answer

    def _before_attempt(self, **_: object) -> None:
        may_send, self._sending.may_send = getattr(self._sending, "may_send", None), None
        if may_send is not None:
            may_send()
            self._sending.may_send = may_send

    @contextmanager
    def _ending(self, patience: ClientLimits, length: int = 0) -> Iterator[None]:
        """Give up on an answer that does not end; `length` is that of what is sent."""
        end_s = (self._patience or patience).end_s + length / _SLOWEST
        try:
            with self._watchdog.ending(end_s):
                yield
        except TimeoutError as error:
            raise self.error("ReadTimeoutError") from error

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            raise self.error(code_of(error)) from error
        except BotoCoreError as error:
            raise self.error(type(error).__name__) from error

    @contextmanager
    def _understood(self) -> Iterator[None]:
        """Refuse answers that the SDK can't read."""
        try:
            yield
        except BotoCoreError:  # some are ValueErrors too
            raise
        except (ValueError, KeyError, ResponseParserError) as error:
            raise self.error(NOT_S3) from error


def _length(body: bytes | IO[bytes]) -> int:
    return len(body) if isinstance(body, bytes) else body.seek(0, 2) - body.seek(0)
