"""What this machine is called, for relays that want to know (RFC 5321 section 4.1.1.1)."""

import ipaddress
import socket
from functools import cache

from statusgen.config.relay import is_full_name
from statusgen.targets.threads import in_background

_PATIENCE_S = 2.0
"""A name service that is away must not hold up letters."""
_ONLY_HERE = (".localdomain", ".localhost", ".local")


@cache
def full_name() -> str:
    """Return the fully qualified name; empty when there is none that others may know."""
    try:
        name = in_background(socket.getfqdn).result(_PATIENCE_S).rstrip(".").lower()
    except (OSError, UnicodeError):  # a TimeoutError is one of the former
        return ""
    return name if is_full_name(name) and not name.endswith(_ONLY_HERE) else ""


def address_literal(address: str) -> str:
    """Return an IP address as it stands for a name: `[192.0.2.1]` or `[IPv6:2001:db8::1]`."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    return f"[{ip}]" if ip.version == 4 else f"[IPv6:{ip}]"  # noqa: PLR2004
