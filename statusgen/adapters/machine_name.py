"""What this machine is called, for relays that want to know (RFC 5321 section 4.1.1.1)."""

import ipaddress
import socket
from concurrent.futures import Future
from functools import cache
from threading import Thread

from statusgen.model.relay import is_full_name

_PATIENCE_S = 2.0
"""A name service that is away must not hold up letters."""
_ONLY_HERE = (".localdomain", ".localhost", ".local")


@cache
def full_name() -> str:
    """Return the fully qualified name; empty when there is none that others may know."""
    asked: Future[str] = Future()

    def ask() -> None:
        try:
            asked.set_result(socket.getfqdn())
        except (OSError, UnicodeError):
            asked.set_result("")

    Thread(target=ask, daemon=True).start()
    try:
        name = asked.result(_PATIENCE_S).rstrip(".").lower()
    except TimeoutError:
        return ""
    return name if is_full_name(name) and not name.endswith(_ONLY_HERE) else ""


def address_literal(address: str) -> str:
    """Return an IP address as it stands for a name: `[192.0.2.1]` or `[IPv6:2001:db8::1]`."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    return f"[{ip}]" if ip.version == 4 else f"[IPv6:{ip}]"  # noqa: PLR2004
