"""Fetches the public copy of a page as any reader would, to prove that a publish is live."""

import hashlib
import http.client
import time
import urllib.error
import urllib.request

PAUSE_S = 0.5
ATTEMPT_TIMEOUT_S = 10.0


def prove_live(url: str, digest: str, timeout_s: float) -> str:
    """Fetch the url until its body has the sha256 `digest`, for at most `timeout_s`.

    Returns what readers got last instead, or '' once it is live.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        left_s = deadline - time.monotonic()
        problem = _problem(url, digest, min(ATTEMPT_TIMEOUT_S, max(left_s, PAUSE_S)))
        if not problem:
            return ""
        if time.monotonic() + PAUSE_S >= deadline:
            return problem
        time.sleep(PAUSE_S)


def _problem(url: str, digest: str, timeout_s: float) -> str:
    """Return what is wrong with the public copy; empty: nothing."""
    if not url.startswith(("https://", "http://")):
        return f"{url} is not a web address"
    request = urllib.request.Request(  # noqa: S310 - the scheme was checked
        url, headers={"Accept-Encoding": "identity", "User-Agent": "statusgen"}
    )
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:  # noqa: S310 - the same
            body = answer.read()
    except urllib.error.HTTPError as error:
        error.close()
        return f"{url} answers {error.code} {error.reason}"
    except (OSError, http.client.HTTPException) as error:
        return f"{url} can't be fetched: {getattr(error, 'reason', error)}"
    if hashlib.sha256(body).hexdigest() != digest:
        return f"{url} still shows another version"
    return ""
