"""A real DNS server on loopback, with the records that a test lays down."""

import socketserver
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Zone = Mapping[tuple[str, str], Sequence[str]]
"""Name and kind, such as ("example.com", "TXT"), to records as they stand in a zone file."""


@contextmanager
def dns_server(zone: Zone, *, is_broken: bool = False) -> Iterator[tuple[str, int]]:
    """Answer from the zone until the block ends; yields the address and the port.

    Names that the zone lacks do not exist. A broken server fails every question.
    """
    names = {name for name, _ in zone}

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            data, socket = self.request
            query = dns.message.from_wire(data)
            answer = dns.message.make_response(query)
            answer.flags |= dns.flags.RA
            [question] = query.question
            name = question.name.to_text(omit_final_dot=True)
            records = zone.get((name, dns.rdatatype.to_text(question.rdtype)), ())
            if is_broken:
                answer.set_rcode(dns.rcode.SERVFAIL)
            elif records:
                kind = dns.rdatatype.to_text(question.rdtype)
                answer.answer = [dns.rrset.from_text(question.name, 60, "IN", kind, *records)]
            elif name not in names:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            socket.sendto(answer.to_wire(), self.client_address)

    with socketserver.UDPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield "127.0.0.1", server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
