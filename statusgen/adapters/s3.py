"""An S3 bucket, or a part of one, as a target. Import it late: boto3 takes its time.

Every object we put bears our mark, so that it is known as ours even if the manifest is lost.
"""

import hashlib
import json
import uuid
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from typing import Any

import boto3.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from statusgen.adapters.s3_errors import NOT_S3, UNREACHABLE, explain
from statusgen.adapters.s3_hooks import add_content_md5, ask_once
from statusgen.adapters.threads import in_threads
from statusgen.errors import TargetError, TargetUnreachable
from statusgen.model.manifest import MANIFEST_KEY, Manifest, format_manifest, parse_manifest
from statusgen.model.release import BOOKKEEPING, Artifact
from statusgen.ports.storage import OnDone

THREADS = 16
CONNECT_TIMEOUT_S = 5
READ_TIMEOUT_S = 20
CLOUDFRONT_REGION = "us-east-1"  # where CloudFront, which is everywhere, takes its requests
MARK = "statusgen"
"""The name of the metadata that says an object is ours; its value is the fingerprint."""

_DELETE_BATCH = 1000  # the most that DeleteObjects takes
_FEW = 8  # up to so many keys are looked up one by one, more by listing

_MISSING = {"NoSuchKey", "404", "NotFound"}
_LOST_RACE = {"PreconditionFailed", "412", "ConditionalRequestConflict", "409"}
_NO_CONDITIONS = {"NotImplemented", "501"}
_TAGGED = {"get_object", "head_object", "put_object"}
"""Requests that every S3 server answers with an ETag, and other servers don't."""


class S3Storage:
    """A bucket, reached with the credentials of the SDK's own chain."""

    can_claim = True

    def __init__(  # noqa: PLR0913 - a target's settings, most of them by name
        self,
        name: str,
        bucket: str,
        prefix: str = "",
        *,
        region: str | None = None,
        endpoint_url: str | None = None,
        checksums: str | None = None,
        cloudfront: str | None = None,
    ) -> None:
        self.name = name
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/".lstrip("/")
        self._region = region
        self._endpoint_url = endpoint_url
        self._checksums = checksums or ("when_required" if endpoint_url else "when_supported")
        self._cloudfront = cloudfront

    def read_manifest(self) -> Manifest | None:
        """Return what we put there; None: the bucket is there but nothing of ours."""
        data = self._get(MANIFEST_KEY)
        try:
            return None if data is None else parse_manifest(data)
        except ValueError as error:
            raise TargetError(
                f"{self.name}: {MANIFEST_KEY} is damaged ({error}); "
                "delete that object, and the next publish uploads everything again"
            ) from error

    def refuse_foreign(self, artifacts: Collection[Artifact]) -> None:
        """Raise TargetError if an object without our mark, and with other bytes, is in the way."""
        suspects = list(artifacts)
        if len(suspects) > _FEW:
            present = self._list_keys()
            suspects = [each for each in suspects if each.key in present]
        foreign: list[str] = []

        def note(artifact: Artifact, is_foreign: bool) -> None:  # noqa: FBT001 - a result
            if is_foreign:
                foreign.append(artifact.key)

        with self._explained():
            in_threads(self._is_foreign, suspects, note, threads=THREADS)
        if foreign:
            more = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
            raise TargetError(
                f"{self.name}: {min(foreign)}{more} was not put there by statusgen and would be "
                "overwritten; move it away or choose another prefix"
            )

    def write_manifest(self, manifest: Manifest) -> None:
        """Replace the manifest."""
        with self._explained():
            self._put_json(MANIFEST_KEY, format_manifest(manifest))

    def put_all(self, artifacts: Iterable[Artifact], on_done: OnDone) -> None:
        """Upload over several connections at once."""
        with self._explained():
            in_threads(self._put, artifacts, lambda each, _: on_done(each), threads=THREADS)

    def delete(self, keys: Collection[str]) -> None:
        """Remove the objects, a thousand a request."""
        full_keys = [self._prefix + key for key in keys]
        for start in range(0, len(full_keys), _DELETE_BATCH):
            batch = [{"Key": key} for key in full_keys[start : start + _DELETE_BATCH]]
            with self._explained():
                answer = self._ask("delete_objects", Delete={"Objects": batch, "Quiet": True})
            for failure in answer.get("Errors", ()):
                raise self._error(failure.get("Code", "an unknown error"))

    def claim(self, update_id: str, token: str) -> str:
        """Write our token unless another is there; return the one that is there then.

        We read before we write, because some servers take no notice of the condition, and after
        a lost race, because the first try of a repeated request may have been our own success.
        """
        key = f"{BOOKKEEPING}claims/{update_id}.json"
        held = self._holder(key)
        if held is not None:
            return held
        body = json.dumps({"token": token}).encode()
        with self._explained():
            try:
                self._put_json(key, body, IfNoneMatch="*")
            except ClientError as error:
                if _code(error) in _NO_CONDITIONS:
                    self._put_json(key, body)
                elif _code(error) not in _LOST_RACE:
                    raise
            else:
                return token
        held = self._holder(key)
        if held is None:
            raise TargetError(
                f"{self.name}: another publisher is claiming {update_id}; publish again"
            )
        return held

    def refresh_caches(self) -> None:
        """Invalidate the CloudFront distribution, if the target names one."""
        if not self._cloudfront:
            return
        with self._explained():
            everything = {"Quantity": 1, "Items": ["/*"]}
            client = self._session.client("cloudfront", region_name=CLOUDFRONT_REGION)
            with self._understood(), closing(client):
                client.create_invalidation(
                    DistributionId=self._cloudfront,
                    InvalidationBatch={"Paths": everything, "CallerReference": uuid.uuid4().hex},
                )

    def close(self) -> None:
        """Close the connections."""
        if "_client" in self.__dict__:
            self._client.close()

    @cached_property
    def _session(self) -> Any:
        return boto3.session.Session()

    @cached_property
    def _client(self) -> Any:
        region = self._region or ("us-east-1" if self._endpoint_url else None)
        config = Config(
            connect_timeout=CONNECT_TIMEOUT_S,
            read_timeout=READ_TIMEOUT_S,
            retries={"mode": "standard"},
            max_pool_connections=THREADS,
            request_checksum_calculation=self._checksums,
            response_checksum_validation=self._checksums,
            s3={"addressing_style": "path"} if self._endpoint_url else None,
        )
        try:
            client = self._session.client(
                "s3", region_name=region, endpoint_url=self._endpoint_url, config=config
            )
        except ValueError as error:
            raise self._error(type(error).__name__) from error
        client.meta.events.register("before-call.s3.DeleteObjects", add_content_md5)
        client.meta.events.register("before-call.s3.HeadBucket", ask_once)
        return client

    def _ask(self, request: str, **params: Any) -> Any:
        """Make one request about the bucket; an answer that no S3 server gives is refused."""
        with self._understood():
            answer = getattr(self._client, request)(Bucket=self._bucket, **params)
        if request in _TAGGED and "ETag" not in answer:
            raise self._error(NOT_S3)
        return answer

    def _put(self, artifact: Artifact) -> None:
        self._ask(
            "put_object",
            Key=self._prefix + artifact.key,
            Body=artifact.load(),
            ContentType=artifact.content_type,
            CacheControl=artifact.cache_control,
            Metadata={MARK: artifact.fingerprint},
        )

    def _put_json(self, key: str, body: bytes, **conditions: str) -> None:
        self._ask(
            "put_object",
            Key=self._prefix + key,
            Body=body,
            ContentType="application/json; charset=utf-8",
            CacheControl="no-store",
            **conditions,
        )

    def _get(self, key: str) -> bytes | None:
        """Return the object's body; None: there is no such object."""
        with self._explained():
            try:
                answer = self._ask("get_object", Key=self._prefix + key)
            except ClientError as error:
                if _code(error) in _MISSING:
                    return None
                raise
            body: bytes = answer["Body"].read()
            return body

    def _holder(self, key: str) -> str | None:
        """Return the token in a claim; None: there is no claim."""
        body = self._get(key)
        if body is None:
            return None
        try:
            return str(json.loads(body)["token"])
        except (ValueError, TypeError, KeyError):
            return "an unreadable claim"

    def _list_keys(self) -> set[str]:
        with self._explained(), self._understood():
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix
            )
            return {
                each["Key"].removeprefix(self._prefix)
                for page in pages
                for each in self._contents(page)
            }

    def _contents(self, page: dict[str, Any]) -> list[dict[str, Any]]:
        if "IsTruncated" not in page:  # every list says whether it goes on
            raise self._error(NOT_S3)
        objects: list[dict[str, Any]] = page.get("Contents", [])
        return objects

    def _is_foreign(self, artifact: Artifact) -> bool:
        try:
            head = self._ask("head_object", Key=self._prefix + artifact.key)
        except ClientError as error:
            if _code(error) in _MISSING:
                return False
            raise
        if any(name.lower() == MARK for name in head["Metadata"]):
            return False
        body_md5 = hashlib.md5(artifact.load(), usedforsecurity=False).hexdigest()
        return bool(head["ETag"].strip('"') != body_md5)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            raise self._error(_code(error)) from error
        except BotoCoreError as error:
            raise self._error(type(error).__name__) from error

    @contextmanager
    def _understood(self) -> Iterator[None]:
        """Refuse answers that the SDK can't read."""
        try:
            yield
        except BotoCoreError:  # some are ValueErrors too
            raise
        except (ValueError, KeyError, ResponseParserError) as error:
            raise self._error(NOT_S3) from error

    def _error(self, code: str) -> TargetError:
        sentence = explain(code, endpoint=self._endpoint_url, region=self._region)
        kind = TargetUnreachable if code in UNREACHABLE else TargetError
        return kind(f"{self.name}: {sentence}")


def _code(error: ClientError) -> str:
    """Return the code of the error; of an answer without one, its HTTP status."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", "an unknown error")
    return str(error.response.get("Error", {}).get("Code") or status)
