"""How hard a run of letters tries."""

from statusgen.values.value import Value
from statusgen.values.vocabulary import InDoubt


class DeliveryRules(Value, frozen=True):
    """How hard a run tries: the keys of `[mail]`."""

    max_connections: int = 10
    """Of all senders of the ledger together."""
    max_per_second: float = 0
    """The same; 0: no limit."""
    in_doubt: InDoubt = InDoubt.RESEND
    canary: int = 0
    """So many letters go first, and the run stops if more than 5 % of them fail; 0: none do."""
    patience_s: float = 30
    """How long a run waits, in all, for a relay that can't be reached."""
    beat_s: float = 5
    """How often a run says that it is alive, and hears of others and of news.

    A lease lasts twelve times that.
    """
    only: frozenset[int] | None = None
    """The ids of those who may get letters, in a rehearsal; None: everybody."""
    heeds_news: bool = True
    """Whether the run ends when something is published, for another to begin with what is new."""
    waits: bool = False
    """Whether deferred letters are tried again in this run, when their time has come."""
