"""A claim on a target: who mails an update, so that nobody else does. JSON, for people as well."""

from datetime import datetime

import msgspec

from statusgen.page.artifacts import BOOKKEEPING
from statusgen.targets.stamp import is_stamp
from statusgen.values.notation import format_instant, printable
from statusgen.values.value import Value


class Claim(Value, frozen=True, omit_defaults=True):
    """Who mails an update; older claims have a token only."""

    token: str
    """Whoever knows it holds the claim: the ledger that made it."""
    by: str = ""
    """The user and the host."""
    at: datetime | None = None
    reason: str = ""
    """Why it was taken over from somebody else; empty: it was not."""

    def __str__(self) -> str:
        since = f" since {format_instant(self.at.replace(microsecond=0))}" if self.at else ""
        return f"{printable(self.by) or 'another ledger'}{since}"


UNREADABLE = Claim("an unreadable claim")
"""Stands for whatever lies where a claim should: it is nobody's, and so it is a stranger's."""

UNKNOWN = Claim("")
"""Stands for a claim of which only that it is a stranger's is known."""

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Claim)


def claim_key(update_id: str) -> str:
    """Return where the claim of an update lies on a target."""
    return f"{BOOKKEEPING}claims/{update_id}.json"


def format_claim(claim: Claim) -> bytes:
    """Return the claim as JSON."""
    return _ENCODER.encode(claim)


def parse_claim(data: bytes) -> Claim:
    """Return the claim in the bytes, `UNREADABLE` for anything else."""
    try:
        found = _DECODER.decode(data)
    except (msgspec.MsgspecError, ValueError):
        return UNREADABLE
    return found if found.at is None or is_stamp(found.at) else UNREADABLE
