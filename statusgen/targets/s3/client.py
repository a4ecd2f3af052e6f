"""Clients of the SDK as we want them: how patient they are, and what they send."""

from typing import Any

from botocore.config import Config

from statusgen.targets.s3.hooks import add_content_md5, ask_once, guard, send_at_once
from statusgen.targets.watchdog import Watchdog
from statusgen.values.value import Value

CLOUDFRONT_REGION = "us-east-1"  # where CloudFront, which is everywhere, takes its requests


class ClientLimits(Value, frozen=True):
    """How long a server is waited for, and how often it is asked again."""

    connect_s: float
    read_s: float
    attempts: int
    end_s: float = 60
    """Of a request with all attempts, whatever trickles in; what is long may take longer."""


HURRIED = ClientLimits(connect_s=3, read_s=6, attempts=1, end_s=8)
ENDURING = ClientLimits(connect_s=5, read_s=20, attempts=5)
"""The SDK waits between attempts, longer each time and by chance. Its other modes than `legacy`
have a quota for all requests together, which a network that loses answers uses up."""
SOON = ClientLimits(connect_s=3, read_s=3, attempts=3, end_s=12)
"""For the first question to a server: others wait for its answer."""
COURTESY = ClientLimits(connect_s=3, read_s=8, attempts=2, end_s=15)
"""For what need not be: everybody waits for it."""


def s3_client(
    session: Any,
    patience: ClientLimits,
    watchdog: Watchdog,
    region: str | None,
    endpoint_url: str | None,
    **settings: Any,
) -> Any:
    """Return a client of S3; `settings` are further ones of the SDK's.

    Raises: ValueError for a region or an endpoint that can't be.
    """
    config = _config(
        patience, s3={"addressing_style": "path"} if endpoint_url else None, **settings
    )
    region = region or ("us-east-1" if endpoint_url else None)
    client = session.client("s3", region_name=region, endpoint_url=endpoint_url, config=config)
    guard(client, watchdog)
    client.meta.events.register("before-call.s3.DeleteObjects", add_content_md5)
    client.meta.events.register("before-call.s3.HeadBucket", ask_once)
    client.meta.events.register("before-sign.s3.PutObject", send_at_once)
    return client


def cloudfront_client(session: Any, patience: ClientLimits, watchdog: Watchdog) -> Any:
    """Return a client of CloudFront."""
    config = _config(patience)
    client = session.client("cloudfront", region_name=CLOUDFRONT_REGION, config=config)
    guard(client, watchdog)
    return client


def _config(patience: ClientLimits, **settings: Any) -> Config:
    return Config(
        connect_timeout=patience.connect_s,
        read_timeout=patience.read_s,
        retries={"mode": "legacy", "total_max_attempts": patience.attempts},
        user_agent="statusgen",  # the SDK puts a longer one together for each request
        **settings,
    )
