"""Bounces that follow no standard: qmail, old Exim and Exchange, and those who write their own.

The only module that imports flufl.bounce, which knows how each of them looks.
"""

import re
from email.message import Message

from flufl.bounce import all_failures

from statusgen.mail.bounces.bounce import Failure, Incoming, MessageKind
from statusgen.mail.bounces.headers import status_in
from statusgen.mail.bounces.parts import written_text

_CODE = re.compile(r"\b[45][0-9]{2}[ -][^\n]{0,400}")
_MOST_FAILURES = 20


def read_old_bounce(message: Message) -> Incoming | None:
    """The failures; None when no detector knows its shape."""
    temporary, permanent = all_failures(message)
    if not temporary and not permanent:
        return None
    text = written_text(message)
    said = _CODE.search(text)
    diagnostic = said[0] if said else ""
    status = status_in(diagnostic) or status_in(text) or "5.0.0"
    addresses = sorted(one.decode("ascii", "replace") for one in permanent)[:_MOST_FAILURES]
    return Incoming(
        MessageKind.REPORT, failures=tuple(Failure((one,), status, diagnostic) for one in addresses)
    )
