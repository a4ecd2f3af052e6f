"""The page as readers, browsers and search engines meet it, at one public address."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from statusgen.doctor.finding import Finding, fail, from_error, ok, unknown, warn
from statusgen.errors import StatusgenError
from statusgen.page.artifacts import fingerprint_of, headers_for
from statusgen.targets.manifest import MANIFEST_KEY, Observed
from statusgen.targets.web import Answer, Certificate, Web

INDEX, MISSING_PAGE = "index.html", "404.html"
NOWHERE = "statusgen-doctor/no-such-page"
SUMMARY = "api/v2/summary.json"
ORIGIN = "https://example.com"
"""Stands for a page on another host."""

WARN_DAYS = 14
SETTLING_S = 120.0
"""So long after a publish caches may still show what was there before."""

_BEHIND = "check the DNS name, the certificate, and the server or CDN behind the address"
_ROOT_REMEDY = (
    "have the server show index.html for a folder (CloudFront: set the default root object)"
)

Outcome = Answer | Certificate | StatusgenError | None
"""None: it was not asked."""


def questions(url: str, web: Web) -> dict[str, Callable[[], Answer | Certificate]]:
    """What is asked of a public address, each under a name of its own."""
    asked: dict[str, Callable[[], Answer | Certificate]] = {
        "index": partial(web.fetch, f"{url}/{INDEX}"),
        "root": partial(web.fetch, f"{url}/"),
        "missing": partial(web.fetch, f"{url}/{NOWHERE}"),
        "corner": partial(web.fetch, f"{url}/{MANIFEST_KEY}"),
        "summary": partial(web.fetch, f"{url}/{SUMMARY}", {"Origin": ORIGIN}),
    }
    parts = urlsplit(url)
    if parts.scheme == "https":
        asked["certificate"] = partial(web.certificate, url)
        if parts.port is None:
            plain = parts._replace(scheme="http", path="/").geturl()
            asked["plain"] = partial(web.fetch, plain, follows=False)
    return asked


def judge_page(
    url: str,
    told: Mapping[str, Outcome],
    releases: Sequence[Observed],
    now: datetime,
    *,
    is_spare: bool = False,
) -> Iterator[Finding]:
    """Yield what is to be said of one address; `releases` are those that it may serve.

    A spare is the address of a target only: no letter or feed links to it.
    """
    certificate, index = told.get("certificate"), told["index"]
    if isinstance(certificate, Certificate):
        yield _judge_certificate(url, certificate, now)
    if isinstance(index, StatusgenError):
        yield from_error(url, index, otherwise=_BEHIND)
        return
    if not isinstance(index, Answer) or index.status != 200:  # noqa: PLR2004
        yield fail(url, f"{INDEX} is answered with {_status(index)}", _publish(releases))
        return
    yield _judge_release(url, index, releases)
    yield from _judge_headers(url, index)
    yield _judge_root(url, told["root"], index, is_spare=is_spare)
    yield _judge_missing(url, told["missing"], releases)
    yield _judge_corner(url, told["corner"])
    yield _judge_summary(url, told["summary"])
    if "plain" in told:
        yield _judge_plain(url, told["plain"])


def _publish(releases: Sequence[Observed]) -> str:
    if any(one.manifest for one in releases):
        return f"let the address lead to the target, and the server answer for {INDEX}"
    return "run `statusgen publish`, and let the address lead to the target"


def _status(answer: Outcome) -> str:
    return f"{answer.status} {answer.reason}".strip() if isinstance(answer, Answer) else "nothing"


def _judge_certificate(url: str, certificate: Certificate, now: datetime) -> Finding:
    host = urlsplit(url).hostname
    if certificate.ends is None:
        return fail(
            url,
            f"the certificate of {host} is not valid ({certificate.problem})",
            "renew it, or have it made for this name",
        )
    days = (certificate.ends - now).days
    if days < WARN_DAYS:
        left = "1 day" if days == 1 else f"{days} days"
        return warn(
            url, f"the certificate of {host} ends in {left}", "renew it; see why nothing did so"
        )
    return ok(url, f"the certificate of {host} is valid for {days:,} days")


def _fingerprint(key: str, answer: Answer) -> str:
    return fingerprint_of(hashlib.sha256(answer.body).hexdigest(), headers_for(key))


def _recorded(key: str, releases: Sequence[Observed]) -> set[str]:
    manifests = [one.manifest for one in releases if one.manifest is not None]
    return {one.records[key].fingerprint for one in manifests if key in one.records} - {""}


def _judge_release(url: str, index: Answer, releases: Sequence[Observed]) -> Finding:
    recorded = _recorded(INDEX, releases)
    if not recorded:
        return unknown(
            url,
            "reached; whether it serves the latest release can't be told",
            "run `statusgen publish`, then look again",
        )
    if _fingerprint(INDEX, index) in recorded:
        return ok(url, "reached; it serves the latest release")
    settling = any(one.age_s < SETTLING_S for one in releases if one.manifest)
    return (warn if settling else fail)(
        url,
        "it serves something else than the latest release",
        "wait for caches to ask anew"
        if settling
        else "let the address lead to the target, "
        "have its cache follow Cache-Control, and nothing rewrite the page",
    )


def _judge_headers(url: str, index: Answer) -> Iterator[Finding]:
    ours = headers_for(INDEX)
    wanted = {"Content-Type": ours.content_type, "Cache-Control": ours.cache_control}
    wrong = {
        name: index.headers.get(name.lower(), "")
        for name, value in wanted.items()
        if _plain(index.headers.get(name.lower(), "")) != _plain(value)
    }
    if not wrong:
        yield ok(url, "Content-Type and Cache-Control are as they should be")
    for name, value in wrong.items():
        yield warn(
            url,
            f"{name} of {INDEX} is `{value}`" if value else f"{INDEX} has no {name}",
            f"have the server or CDN send `{wanted[name]}`",
        )


def _plain(header: str) -> str:
    return "".join(header.lower().split())


def _judge_root(url: str, root: Outcome, index: Answer, *, is_spare: bool) -> Finding:
    if isinstance(root, Answer) and root.status == 200 and root.body == index.body:  # noqa: PLR2004
        return ok(url, "the address without a file name shows the page too")
    if isinstance(root, StatusgenError):
        return from_error(url, root, otherwise=_ROOT_REMEDY)
    if isinstance(root, Answer) and root.status == 200:  # noqa: PLR2004
        return warn(url, f"{url}/ shows something else than {INDEX}", _ROOT_REMEDY)
    judged = warn if is_spare else fail
    return judged(url, f"{url}/ is answered with {_status(root)}", _ROOT_REMEDY)


def _judge_missing(url: str, missing: Outcome, releases: Sequence[Observed]) -> Finding:
    remedy = (
        f"make /{MISSING_PAGE} the error document (CloudFront: custom error responses for 403 "
        "and 404, answered with 404)"
    )
    if not isinstance(missing, Answer):
        return unknown(url, "what a missing page gets can't be told", remedy)
    if missing.status != 404:  # noqa: PLR2004
        return warn(url, f"a missing page is answered with {_status(missing)}, not 404", remedy)
    recorded = _recorded(MISSING_PAGE, releases)
    if recorded and _fingerprint(MISSING_PAGE, missing) not in recorded:
        return warn(url, f"a missing page doesn't get our {MISSING_PAGE}", remedy)
    return ok(url, "a missing page is answered with 404")


def _judge_corner(url: str, corner: Outcome) -> Finding:
    remedy = (
        "keep readers out of it, by the bucket's policy or a rule of the server "
        "(docs/operations.md, Readers)"
    )
    if not isinstance(corner, Answer):
        return unknown(url, "whether everybody can read _statusgen/ can't be told", remedy)
    if corner.status == 200 and _is_manifest(corner.body):  # noqa: PLR2004
        return warn(
            url, "everybody can read _statusgen/, which says who published and when", remedy
        )
    return ok(url, "_statusgen/ is kept from readers")


def _is_manifest(body: bytes) -> bool:
    try:
        document = json.loads(body)
    except ValueError:
        return False
    return isinstance(document, dict) and "objects" in document


def _judge_summary(url: str, summary: Outcome) -> Finding:
    remedy = (
        "have the bucket or CDN send `Access-Control-Allow-Origin: *` (docs/operations.md, Readers)"
    )
    if not isinstance(summary, Answer) or summary.status != 200:  # noqa: PLR2004
        return warn(
            url, f"{SUMMARY} is answered with {_status(summary)}", "run `statusgen publish`"
        )
    if summary.headers.get("access-control-allow-origin") in ("*", ORIGIN):
        return ok(url, "pages on other hosts may read its JSON")
    return warn(url, "pages on other hosts may not read its JSON", remedy)


def _judge_plain(url: str, plain: Outcome) -> Finding:
    remedy = "have the server or CDN redirect http to https"
    if not isinstance(plain, Answer):
        return unknown(url, "http:// is not answered", remedy)
    if plain.headers.get("location", "").startswith("https://"):
        return ok(url, "http:// leads to https://")
    what = f"http:// is answered with {_status(plain)} and doesn't lead to https://"
    return warn(url, what, remedy)
