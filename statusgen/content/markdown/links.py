"""Addresses in bodies: which may be links, and how they are written."""

import re
from urllib.parse import unquote, urljoin, urlsplit

SCHEMES = {"http", "https", "mailto", "tel"}
_WITHOUT_HOST = {"mailto", "tel"}
_CONTROL = re.compile(r"[\x00-\x1f]")
_HOST = re.compile(r"[a-z]+://[^/?#]*")
_NOT_IN_URL = re.compile(r"[^!$&'()*+,/:;=?@A-Za-z0-9._~%-]|%(?![0-9A-Fa-f]{2})")
"""What a URL has to write as `%XX` behind its host (https://url.spec.whatwg.org/#url-code-points)."""


def absolute_link(address: str, base_url: str) -> str | None:
    """A valid URL for what an author wrote as an address; None where it can't be a link."""
    written = _CONTROL.sub("", address).strip()
    if written.lower().startswith("tel:"):
        written = written.replace(" ", "")
    try:
        url = urljoin(base_url, written)
        parts = urlsplit(url)
        leads_somewhere = parts.scheme in _WITHOUT_HOST or bool(parts.hostname)
    except ValueError:
        return None
    if not written or parts.scheme not in SCHEMES or not leads_somewhere:
        return None
    found = _HOST.match(url)
    host = found[0] if found else ""
    rest, hash_sign, fragment = url[len(host) :].partition("#")
    return f"{_quoted(host, r'[]')}{_quoted(rest)}{hash_sign}{_quoted(fragment)}"


def shown_address(href: str) -> str:
    """What a link's address is called in front of readers: `help@example.com`, `+49 30 1234`."""
    return re.sub("^(?:mailto|tel):(?=.)", "", href)


def is_told_by(href: str, words: str) -> bool:
    """Whether a link's words already say its address."""
    told = {words, f"http://{words}", f"mailto:{words}", f"tel:{words}"}
    return _compared(href) in {_compared(one) for one in told}


def _compared(address: str) -> str:
    """`address` as those are written that lead to the same place."""
    scheme, colon, rest = unquote(address).partition(":")
    return f"{scheme.lower()}{colon}{rest}"


def _quoted(text: str, also: str = "") -> str:
    def quote(found: re.Match[str]) -> str:
        if found[0] in also:
            return found[0]
        return "".join(f"%{byte:02X}" for byte in found[0].encode())

    return _NOT_IN_URL.sub(quote, text)
