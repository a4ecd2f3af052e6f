"""The address of a mail relay, from a `smtp://` or `smtps://` URL. Opens no connection."""

import ipaddress
import re
from urllib.parse import unquote, urlsplit

from statusgen.values.value import Value

_DEFAULT_PORTS = {"smtp": 587, "smtps": 465}
_DEFAULT_LOOPBACK_PORT = 25
_FULL_NAME = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]",
    re.IGNORECASE,
)


class Relay(Value, frozen=True):
    """Where and how to hand letters over."""

    host: str
    port: int
    user: str = ""
    """Empty: no AUTH."""
    is_implicit_tls: bool = False
    """Whether TLS starts with the connection (`smtps://`) and not by STARTTLS."""
    is_loopback: bool = False
    """Whether the relay is on this machine, where TLS is welcome but not required."""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def is_full_name(name: str) -> bool:
    """Whether a host is called so in the DNS: `mail.example.com`, and no address.

    RFC 5321 section 2.3.5: nothing else may stand in EHLO.
    """
    return _FULL_NAME.fullmatch(name) is not None


def parse_relay(url: str) -> Relay:
    """Return the relay that `smtp://[user@]host[:port]` or `smtps://…` names.

    Without a port it is 587 (STARTTLS), 465 (implicit TLS), or 25 on loopback.

    Raises:
        ValueError: with a sentence that says what is wrong.

    """
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS:
        raise ValueError("a relay's URL starts with smtp:// or smtps://")
    if parts.password is not None:
        raise ValueError("a password does not belong in the URL: set STATUSGEN_SMTP_PASSWORD")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("a relay's URL ends after its port")
    if not parts.hostname or re.search(r"\s", parts.hostname):
        raise ValueError("the relay's host is missing or holds a space")
    is_loopback = is_this_machine(parts.hostname)
    return Relay(
        host=parts.hostname,
        port=_port(parts.port, parts.scheme, is_loopback=is_loopback),
        user=unquote(parts.username or ""),
        is_implicit_tls=parts.scheme == "smtps",
        is_loopback=is_loopback,
    )


def is_this_machine(host: str) -> bool:
    """Whether a host name or IP address is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _port(port: int | None, scheme: str, *, is_loopback: bool) -> int:
    if port is not None:
        return port
    if is_loopback and scheme == "smtp":
        return _DEFAULT_LOOPBACK_PORT
    return _DEFAULT_PORTS[scheme]
