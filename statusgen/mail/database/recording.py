"""What became of letters, and that others leave now: the group commits of a sender."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, case, exists, select, update

from statusgen.mail.database.schema import delivery, known_update, subscriber
from statusgen.mail.database.senders import FIND_HELD
from statusgen.mail.database.withdrawing import find_withdrawn, sweep
from statusgen.mail.letter_states import ClaimedLetter, DeliveryState, Outcome, Result, Sender
from statusgen.mail.schedule import next_try
from statusgen.mail.subscribers.subscriber import SubscriberState

_UNDONE = (DeliveryState.QUEUED, DeliveryState.DEFERRED)
"""Outcomes after which a letter would be sent once more."""


def record(  # noqa: PLR0913, PLR0917  what a group commit is made of
    connection: Connection,
    sender_: Sender,
    results: Sequence[Result],
    dots: Sequence[ClaimedLetter],
    now: datetime,
    number_of: Callable[[str], int],
) -> frozenset[tuple[str, int]]:
    """See Ledger.record."""
    groups = _grouped(results, number_of)
    again = sorted({number for number, outcome, *_ in groups if outcome.state in _UNDONE})
    withdrawn = find_withdrawn(connection, again, now) if again else ()
    for number, outcome, attempts, ids in groups:
        _write_outcome(connection, sender_, number, outcome, attempts, ids, now)
    sweep(connection, withdrawn, now)
    by_update: dict[str, list[int]] = defaultdict(list)
    for one in dots:
        by_update[one.update_id].append(one.subscriber.id)
    granted: set[tuple[str, int]] = set()
    for update_id, ids in by_update.items():
        found = _mark_dots(connection, sender_, number_of(update_id), sorted(ids), now)
        granted |= {(update_id, one) for one in found}
    return frozenset(granted)


def _grouped(
    results: Sequence[Result], number_of: Callable[[str], int]
) -> Sequence[tuple[int, Outcome, int, list[int]]]:
    """Results that are written alike: update, outcome, attempts before, subscribers; sorted."""
    groups: Mapping[tuple[str, Outcome, int], list[int]] = defaultdict(list)
    for one in results:
        groups[one.owed.update_id, one.outcome, one.owed.attempts].append(one.owed.subscriber.id)
    rows = [
        (number_of(update_id), outcome, attempts, sorted(ids))
        for (update_id, outcome, attempts), ids in groups.items()
    ]
    return sorted(rows, key=lambda row: (row[0], row[3]))


def _write_outcome(  # noqa: PLR0913, PLR0917 - a row's values
    connection: Connection,
    ours: Sender,
    number: int,
    outcome: Outcome,
    attempts: int,
    ids: Sequence[int],
    now: datetime,
) -> None:
    is_deferred = outcome.state is DeliveryState.DEFERRED
    values = {
        "of_update": number,
        "to": ids,
        "by_sender": ours.number,
        "at": now,
        "new_state": outcome.state.value,
        "new_reply": outcome.reply,
        "deferrals": int(is_deferred),
        "then": next_try(attempts + 1, now) if is_deferred else None,
    }
    is_accepted = outcome.state is DeliveryState.ACCEPTED
    connection.execute(_ACCEPT if is_accepted else _WRITE_OUTCOME, values)


def _mark_dots(
    connection: Connection, ours: Sender, number: int, ids: Sequence[int], now: datetime
) -> Sequence[int]:
    """Mark what may still go out, to readers who are still there; return for whom."""
    values = {"of_update": number, "to": ids, "by_sender": ours.number, "at": now}
    statement = _MARK_DOTS if ours.passes_hold else _MARK_UNHELD_DOTS
    granted = connection.execute(statement, values).scalars().all()
    if len(granted) < len(ids):
        connection.execute(_SUPPRESS, values)
        connection.execute(_EXPIRE, values)
    return granted


_OURS = and_(
    delivery.c.update_number == bindparam("of_update"),
    delivery.c.subscriber_id.in_(bindparam("to", expanding=True)),
    delivery.c.sender == bindparam("by_sender"),
)
_CLAIMED_BY_US = and_(_OURS, delivery.c.state == DeliveryState.CLAIMED.value)
_ACTIVE = select(subscriber.c.id).where(
    subscriber.c.id.in_(bindparam("to", expanding=True)),
    subscriber.c.state == SubscriberState.ACTIVE.value,
)
_STALE = exists().where(
    known_update.c.number == bindparam("of_update"), known_update.c.expires_at <= bindparam("at")
)
_MARK_DOTS = (
    update(delivery)
    .where(_CLAIMED_BY_US, delivery.c.subscriber_id.in_(_ACTIVE), ~_STALE)
    .values(
        state=DeliveryState.DOT.value,
        reply="",
        is_unreported=case((delivery.c.is_copy == 1, 1), else_=delivery.c.is_unreported),
        changed_at=bindparam("at"),
    )
    .returning(delivery.c.subscriber_id)
)
_MARK_UNHELD_DOTS = _MARK_DOTS.where(~FIND_HELD.exists())
_SUPPRESS = (
    update(delivery)
    .where(_CLAIMED_BY_US, delivery.c.subscriber_id.not_in(_ACTIVE))
    .values(state=DeliveryState.SUPPRESSED.value, changed_at=bindparam("at"))
)
_EXPIRE = (
    update(delivery)
    .where(_CLAIMED_BY_US, _STALE)
    .values(state=DeliveryState.EXPIRED.value, changed_at=bindparam("at"))
)
_WRITE_OUTCOME = (
    update(delivery)
    .where(_OURS, delivery.c.state.in_((DeliveryState.CLAIMED.value, DeliveryState.DOT.value)))
    .values(
        state=bindparam("new_state"),
        reply=bindparam("new_reply"),
        attempts=delivery.c.attempts + bindparam("deferrals"),
        next_at=bindparam("then"),
        changed_at=bindparam("at"),
    )
)
_ACCEPT = (
    update(delivery)
    .where(_OURS)  # it is the truth, even if we were settled as gone meanwhile
    .values(
        state=bindparam("new_state"),
        reply=bindparam("new_reply"),
        next_at=None,
        changed_at=bindparam("at"),
    )
)
