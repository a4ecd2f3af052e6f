"""Records of the domain name system, with dnspython. Import it late."""

from typing import Any

import dns.exception
import dns.rdatatype
import dns.resolver

from statusgen.errors import Unavailable

TIMEOUT_S = 3.0


class DnsRecords:
    """The Records port; asks the resolvers of this machine, or one that is named."""

    def __init__(
        self, resolver: tuple[str, int] | None = None, *, timeout_s: float = TIMEOUT_S
    ) -> None:
        """`resolver` is an IP address and a port."""
        self._address = resolver
        self._timeout_s = timeout_s

    def texts(self, name: str) -> tuple[str, ...]:
        """See Records.texts. The parts of a long text are put together."""
        records = self._ask(name, dns.rdatatype.TXT)
        return tuple(b"".join(one.strings).decode(errors="replace") for one in records)

    def mail_hosts(self, name: str) -> tuple[str, ...]:
        """See Records.mail_hosts."""
        return tuple(str(one.exchange).rstrip(".") for one in self._ask(name, dns.rdatatype.MX))

    def has_address(self, name: str) -> bool:
        """See Records.has_address."""
        return any(self._ask(name, kind) for kind in (dns.rdatatype.A, dns.rdatatype.AAAA))

    def _ask(self, name: str, kind: dns.rdatatype.RdataType) -> list[Any]:
        try:
            answer = self._resolver().resolve(
                name, kind, lifetime=self._timeout_s, search=False, raise_on_no_answer=False
            )
        except dns.resolver.NXDOMAIN:
            return []
        except (dns.exception.DNSException, OSError) as error:
            raise Unavailable(
                f"DNS gave no answer for {name}; check the network, or name another resolver "
                "with --resolver"
            ) from error
        return list(answer)

    def _resolver(self) -> dns.resolver.Resolver:
        resolver = dns.resolver.Resolver(configure=self._address is None)
        if self._address is not None:
            host, resolver.port = self._address
            resolver.nameservers = [host]
        return resolver
