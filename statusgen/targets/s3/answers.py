"""What the answers of an S3 server say."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Any

from botocore.exceptions import ClientError

from statusgen.values.value import Value


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


def found_by(answer: Any, key: str, body: bytes) -> Found:
    """Return the object that a request for it has found."""
    return Found(
        key,
        tag_of(answer),
        answer["ContentLength"],
        answer["LastModified"],
        date_of(answer, answer["LastModified"]),
        body,
        answer.get("ContentType", ""),
        answer.get("CacheControl", ""),
        {name.lower(): value for name, value in answer["Metadata"].items()},
    )


def listed(each: Any, page: Any, prefix: str) -> Found:
    """Return an object as a page of a list tells of it."""
    changed = each["LastModified"]
    key = each["Key"].removeprefix(prefix)
    return Found(key, tag_of(each), each["Size"], changed, date_of(page, changed))


def code_of(error: ClientError) -> str:
    """Return the code of the error; of an answer without one, its HTTP status."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", "an unknown error")
    return str(error.response.get("Error", {}).get("Code") or status)


def tag_of(answer: Any) -> str:
    """Return the ETag without its quotes: some servers compare it so only."""
    return str(answer["ETag"]).strip('"')


def date_of(answer: Any, otherwise: datetime) -> datetime:
    """Return the server's clock, which alone its other dates can be compared with."""
    told = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    return parsedate_to_datetime(told) if told else otherwise
