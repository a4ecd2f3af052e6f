"""Fetches the public copy of a page as any reader would."""

import hashlib
import http.client
import logging
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import IO, Any
from urllib.parse import urlsplit

from statusgen.errors import Unavailable
from statusgen.targets.watchdog import Guarded, Watchdog
from statusgen.targets.web import Answer, Certificate

logger = logging.getLogger(__name__)

PAUSE_S = 0.5
ATTEMPT_TIMEOUT_S = 10.0
MOST_BYTES = 32_000_000
"""More of a body is not read: no page of ours is so long."""

_HTTPS_PORT = 443


def prove_live(
    url: str,
    digest: str,
    timeout_s: float,
    clock: Callable[[], float] = time.monotonic,
    wait: Callable[[float], None] = time.sleep,
) -> str:
    """Fetch the url until its body has the sha256 `digest`, for at most `timeout_s`.

    Returns what readers got last instead, or '' once it is live.
    """
    deadline = clock() + timeout_s
    while True:
        left_s = deadline - clock()
        problem = _problem(url, digest, min(ATTEMPT_TIMEOUT_S, max(left_s, PAUSE_S)))
        if not problem:
            return ""
        if clock() + PAUSE_S >= deadline:
            return problem
        wait(PAUSE_S)


class PublicWeb:
    """The Web port."""

    def __init__(self, timeout_s: float = ATTEMPT_TIMEOUT_S) -> None:
        """`timeout_s` is how long a server may take for an answer, all of it."""
        self._timeout_s = timeout_s
        self._watchdog = Watchdog()

    def fetch(
        self, url: str, headers: Mapping[str, str] | None = None, *, follows: bool = True
    ) -> Answer:
        """See Web.fetch."""
        if not url.startswith(("https://", "http://")):
            raise Unavailable(f"{url} is not a web address")
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked
            url,
            headers={"Accept-Encoding": "identity", "User-Agent": "statusgen", **(headers or {})},
        )
        logger.debug("GET %s", url)
        handlers = [_guarded_http(self._watchdog), *([] if follows else [_StayHere()])]
        opener = urllib.request.build_opener(*handlers)
        try:
            with self._watchdog.ending(self._timeout_s):
                return self._fetched(opener, request)
        except (OSError, http.client.HTTPException) as error:
            raise Unavailable(f"{url} can't be fetched: {_reason(error)}") from error

    def _fetched(
        self, opener: urllib.request.OpenerDirector, request: urllib.request.Request
    ) -> Answer:
        try:
            with opener.open(request, timeout=self._timeout_s) as answer:
                return _answer(answer.status, answer.reason, answer.headers, answer)
        except urllib.error.HTTPError as error:
            with error:
                return _answer(error.code, str(error.reason), error.headers, error)

    def certificate(self, url: str) -> Certificate:
        """See Web.certificate."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        context = ssl.create_default_context()
        try:
            with (
                socket.create_connection((host, parts.port or _HTTPS_PORT), self._timeout_s) as raw,
                context.wrap_socket(raw, server_hostname=host) as connection,
            ):
                told = connection.getpeercert() or {}
        except ssl.SSLCertVerificationError as error:
            return Certificate(None, _certificate_problem(error))
        except OSError as error:
            raise Unavailable(
                f"{host} can't be asked for its certificate: {_reason(error)}"
            ) from error
        ends_s = ssl.cert_time_to_seconds(str(told["notAfter"]))
        return Certificate(datetime.fromtimestamp(ends_s, UTC))


def _guarded_http(watchdog: Watchdog) -> urllib.request.BaseHandler:
    """Return what opens connections that the watchdog looks after."""
    facts = {"watchdog": watchdog}
    plain: Any = type("GuardedHTTP", (Guarded, http.client.HTTPConnection), facts)
    secure: Any = type("GuardedHTTPS", (Guarded, http.client.HTTPSConnection), facts)

    class Handler(urllib.request.HTTPSHandler, urllib.request.HTTPHandler):
        def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
            return self.do_open(plain, request)

        def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
            return self.do_open(secure, request)

    return Handler()


class _StayHere(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer like any other."""

    def redirect_request(self, *_: object) -> None:
        return None


def _answer(status: int, reason: str, headers: Message, body: IO[bytes]) -> Answer:
    told = {name.lower(): value for name, value in headers.items()}
    return Answer(status, reason, told, body.read(MOST_BYTES), _ahead_s(told))


def _reason(error: Exception) -> str:
    """Return why there is no answer, in a few words."""
    reason = getattr(error, "reason", error)
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"its certificate is not valid ({_certificate_problem(reason)})"
    if isinstance(reason, TimeoutError):
        return "no answer in time"
    return str(getattr(reason, "strerror", None) or reason)


def _certificate_problem(error: ssl.SSLCertVerificationError) -> str:
    return error.verify_message.rstrip(".").lower()


def _ahead_s(headers: Mapping[str, str]) -> float | None:
    """How far the server's clock is ahead; a cache says how long it has kept the answer."""
    try:
        told = parsedate_to_datetime(headers["date"])
        age_s = float(headers.get("age", 0))
    except (KeyError, ValueError):
        return None
    if told.tzinfo is None:
        return None
    return (told - datetime.now(UTC)).total_seconds() + age_s


def _problem(url: str, digest: str, timeout_s: float) -> str:
    """Return what is wrong with the public copy; empty: nothing."""
    try:
        answer = PublicWeb(timeout_s).fetch(url)
    except Unavailable as error:
        return str(error)
    if answer.status != http.HTTPStatus.OK:
        return f"{url} answers {answer.status} {answer.reason}"
    if hashlib.sha256(answer.body).hexdigest() != digest:
        return f"{url} still shows another version"
    return ""
