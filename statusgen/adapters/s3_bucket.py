"""A bucket, or a part of one, request by request. Import it late: boto3 takes its time.

Whatever goes wrong is a TargetError with a sentence for the user, but for a failed condition.
"""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from types import MappingProxyType
from typing import IO, Any

import boto3.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from statusgen.adapters.s3_errors import NOT_S3, UNREACHABLE, explain
from statusgen.adapters.s3_hooks import add_content_md5, ask_once, send_at_once
from statusgen.errors import TargetError, TargetUnreachable
from statusgen.model.value import Value

CLOUDFRONT_REGION = "us-east-1"  # where CloudFront, which is everywhere, takes its requests

_DELETE_BATCH = 1000  # the most that DeleteObjects takes
_MISSING = {"NoSuchKey", "404", "NotFound"}
_CONDITION_FAILED = {"PreconditionFailed", "412", "ConditionalRequestConflict", "409"}
_NO_CONDITIONS = {"NotImplemented", "501"}
_TAGGED = {"get_object", "head_object", "put_object"}
"""Requests that every S3 server answers with an ETag, and other servers don't."""


class Found(Value, frozen=True):
    """An object as a request or a list told of it."""

    key: str
    tag: str
    size: int
    changed: datetime
    told: datetime
    """When the server said so, by its own clock."""
    body: bytes = b""
    content_type: str = ""
    cache_control: str = ""
    metadata: Mapping[str, str] = MappingProxyType({})


class Patience(Value, frozen=True):
    """How long a server is waited for, and how often it is asked again."""

    connect_s: float
    read_s: float
    attempts: int


HURRIED = Patience(connect_s=3, read_s=6, attempts=1)
ENDURING = Patience(connect_s=5, read_s=20, attempts=5)
"""The SDK waits between attempts, longer each time and by chance. Its other modes than `legacy`
have a quota for all requests together, which a network that loses answers uses up."""
SOON = Patience(connect_s=3, read_s=3, attempts=3)
"""For the first question to a server: others wait for its answer."""


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
        patience: Patience | None = None,
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

    def get(self, key: str, *, soon: bool = False) -> Found | None:
        """Return the object, `soon` or not at all; None: there is no such object."""
        return self._look("get_object", key, self._scout if soon else self._client)

    def head(self, key: str) -> Found | None:
        """Return the object without its body; None: there is no such object."""
        return self._look("head_object", key, self._client)

    def put(self, key: str, body: bytes | IO[bytes], over: str | None = None, **facts: Any) -> str:
        """Write an object and return its tag.

        `over` is the tag of the object to replace, or empty: there must be none. None: whatever
        is there. `facts` are further parameters of PutObject.

        Raises: ConditionFailedError and ConditionRefusedError, with a condition only.
        """
        if over is not None:
            facts |= {"IfMatch": over} if over else {"IfNoneMatch": "*"}
        with self._explained():
            try:
                answer = self._ask("put_object", Key=self._prefix + key, Body=body, **facts)
            except ClientError as error:
                if over is not None and _code(error) in _NO_CONDITIONS:
                    raise ConditionRefusedError from error
                if over is not None and _code(error) in _CONDITION_FAILED | _MISSING:
                    raise ConditionFailedError from error
                raise
        return _tag(answer)

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
        with self._explained(), self._understood():
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._name, Prefix=self._prefix + below
            )
            for page in pages:
                if "IsTruncated" not in page:  # every list says whether it goes on
                    raise self.error(NOT_S3)
                for each in page.get("Contents", ()):
                    changed = each["LastModified"]
                    key = each["Key"].removeprefix(self._prefix)
                    yield Found(key, _tag(each), each["Size"], changed, _date(page, changed))

    def delete(self, keys: Collection[str]) -> None:
        """Remove the objects, a thousand a request; those that are gone already are fine."""
        full_keys = [self._prefix + key for key in keys]
        for start in range(0, len(full_keys), _DELETE_BATCH):
            batch = [{"Key": key} for key in full_keys[start : start + _DELETE_BATCH]]
            with self._explained():
                answer = self._ask("delete_objects", Delete={"Objects": batch, "Quiet": True})
            for failure in answer.get("Errors", ()):
                raise self.error(failure.get("Code", "an unknown error"))

    def invalidate(self, distribution: str, reference: str) -> None:
        """Tell a CloudFront distribution to ask anew for everything."""
        with self._explained(), self._understood():
            client = self._session.client("cloudfront", region_name=CLOUDFRONT_REGION)
            with closing(client):
                client.create_invalidation(
                    DistributionId=distribution,
                    InvalidationBatch={
                        "Paths": {"Quantity": 1, "Items": ["/*"]},
                        "CallerReference": reference,
                    },
                )

    def close(self) -> None:
        """Close the connections."""
        for name in self.__dict__.keys() & {"_client", "_scout"}:
            getattr(self, name).close()

    def error(self, code: str) -> TargetError:
        """Return what a code of S3, or the name of an exception of the SDK, means to the user."""
        sentence = explain(code, endpoint=self._endpoint_url, region=self._region)
        kind = TargetUnreachable if code in UNREACHABLE else TargetError
        return kind(f"{self.label}: {sentence}")

    def _look(self, request: str, key: str, client: Any) -> Found | None:
        with self._explained(), self._understood():
            try:
                answer = self._ask(request, client, Key=self._prefix + key)
            except ClientError as error:
                if _code(error) in _MISSING:
                    return None
                raise
            body = answer["Body"].read() if "Body" in answer else b""
            return Found(
                key,
                _tag(answer),
                answer["ContentLength"],
                answer["LastModified"],
                _date(answer, answer["LastModified"]),
                body,
                answer.get("ContentType", ""),
                answer.get("CacheControl", ""),
                {name.lower(): value for name, value in answer["Metadata"].items()},
            )

    @cached_property
    def _session(self) -> Any:
        return boto3.session.Session()

    @cached_property
    def _client(self) -> Any:
        return self._connect(self._patience or ENDURING)

    @cached_property
    def _scout(self) -> Any:
        return self._connect(self._patience or SOON)

    def _connect(self, patience: Patience) -> Any:
        region = self._region or ("us-east-1" if self._endpoint_url else None)
        config = Config(
            connect_timeout=patience.connect_s,
            read_timeout=patience.read_s,
            retries={"mode": "legacy", "total_max_attempts": patience.attempts},
            max_pool_connections=self._connections,
            request_checksum_calculation=self._checksums,
            response_checksum_validation=self._checksums,
            s3={"addressing_style": "path"} if self._endpoint_url else None,
            user_agent="statusgen",  # the SDK puts a longer one together for each request
        )
        try:
            client = self._session.client(
                "s3", region_name=region, endpoint_url=self._endpoint_url, config=config
            )
        except ValueError as error:
            raise self.error(type(error).__name__) from error
        client.meta.events.register("before-call.s3.DeleteObjects", add_content_md5)
        client.meta.events.register("before-call.s3.HeadBucket", ask_once)
        client.meta.events.register("before-sign.s3.PutObject", send_at_once)
        client.meta.events.register("request-created.s3.PutObject", self._before_attempt)
        client.meta.events.register("after-call.s3", self._note_clock)
        return client

    def _note_clock(self, parsed: Any, **_: object) -> None:
        now = datetime.now(UTC)
        self.ahead_s = (_date(parsed, now) - now).total_seconds()

    def _ask(self, request: str, client: Any = None, **params: Any) -> Any:
        """Make one request about the bucket; an answer that no S3 server gives is refused."""
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
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            raise self.error(_code(error)) from error
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


def _code(error: ClientError) -> str:
    """Return the code of the error; of an answer without one, its HTTP status."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", "an unknown error")
    return str(error.response.get("Error", {}).get("Code") or status)


def _tag(answer: Any) -> str:
    """Return the ETag without its quotes: some servers compare it so only."""
    return str(answer["ETag"]).strip('"')


def _date(answer: Any, otherwise: datetime) -> datetime:
    """Return the server's clock, which alone its other dates can be compared with."""
    told = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    return parsedate_to_datetime(told) if told else otherwise
