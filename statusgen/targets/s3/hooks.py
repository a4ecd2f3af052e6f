"""What the SDK has to be told before it sends a request; each is one of its event handlers."""

import base64
import hashlib
from io import BytesIO
from typing import Any

from statusgen.targets.watchdog import Guarded, Watchdog


def guard(client: Any, watchdog: Watchdog) -> None:
    """Have all that a client waits for end when the watchdog says so.

    The SDK takes timeouts only, which begin anew with each byte, and no connections of our own
    but in this place.
    """
    classes = client._endpoint.http_session._pool_classes_by_scheme  # noqa: SLF001
    for scheme, pool in classes.items():
        facts = {"watchdog": watchdog}
        connection = type("GuardedConnection", (Guarded, pool.ConnectionCls), facts)
        classes[scheme] = type("GuardedPool", (pool,), {"ConnectionCls": connection})
    client.meta.events.register("request-created", lambda **_: watchdog.check())


def ask_once(context: dict[str, Any], **_: object) -> None:
    """Keep the SDK from asking without end where a bucket is, of one who never says it.

    It asks by HeadBucket whenever it is redirected, and so again when that is redirected too.
    """
    context.setdefault("s3_redirect", {})["redirected"] = True


def add_content_md5(params: dict[str, Any], **_: object) -> None:
    """Give DeleteObjects the Content-MD5 that older servers insist on and the SDK left off."""
    body = params["body"]
    data = body.encode() if isinstance(body, str) else body
    digest = hashlib.md5(data, usedforsecurity=False).digest()
    params["headers"]["Content-MD5"] = base64.b64encode(digest).decode()


def send_at_once(request: Any, **_: object) -> None:
    """Keep the SDK from asking whether a body is welcome: that takes a round trip of its own.

    What comes from a file is large, and asked for: a refusal would come while it is being sent.
    """
    if isinstance(request.data, BytesIO):
        del request.headers["Expect"]
