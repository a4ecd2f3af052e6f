"""The updates that the ledger knows: skipped, or queued for an audience that is fixed then."""

import secrets
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, func, insert, literal, select, update

from statusgen.mail.database.adding import add_new
from statusgen.mail.database.choosing import picked_by
from statusgen.mail.database.schema import claim, delivery, known_update, setting, subscriber
from statusgen.mail.letter_states import Audience, DeliveryState, KnownUpdate

KNOWN = (
    known_update.c.update_id,
    known_update.c.incident_id,
    known_update.c.at,
    known_update.c.skipped,
    func.coalesce(known_update.c.first_id, "").label("first_id"),
    func.coalesce(known_update.c.says, "").label("says"),
    func.coalesce(known_update.c.wording, "").label("wording"),
)
"""The columns of a KnownUpdate."""

FEW = 500
"""So many ids are looked up by their index; for more, the table is read whole."""

_NOT_YET = "not queued yet"


def number_of(connection: Connection, update_id: str) -> int | None:
    """Return the number of an update; None when it isn't known."""
    query = select(known_update.c.number).where(known_update.c.update_id == update_id)
    return connection.execute(query).scalar()


def skips(connection: Connection) -> Mapping[str, str]:
    """See Ledger.skips."""
    rows = connection.execute(select(known_update.c.update_id, known_update.c.skipped))
    return {row.update_id: row.skipped for row in rows}


def known_updates(connection: Connection, ids: Collection[str] | None) -> Mapping[str, KnownUpdate]:
    """See Ledger.known_updates."""
    query = select(*KNOWN).order_by(known_update.c.number)
    if ids is not None and len(ids) <= FEW:
        query = query.where(known_update.c.update_id.in_(ids))
    rows = connection.execute(query).all()
    return {row.update_id: KnownUpdate(*row) for row in rows if ids is None or row[0] in ids}


def record_skipped(connection: Connection, updates: Iterable[KnownUpdate], now: datetime) -> None:
    """See Ledger.record_skipped."""
    rows = [_row(known, known.skipped, now) for known in updates]
    if rows:
        add_new(connection, known_update, rows)


def queue(
    connection: Connection,
    known: KnownUpdate,
    audience: Audience,
    now: datetime,
    expires_at: datetime | None,
) -> int | None:
    """Fix the audience of an update; return its number, None when that was done before."""
    add_new(connection, known_update, [_row(known, _NOT_YET, now)])
    query = select(known_update.c.number, known_update.c.skipped)
    found = connection.execute(
        query.where(known_update.c.update_id == known.update_id).with_for_update()
    ).one()
    if not found.skipped:
        return None
    queued = {
        "skipped": "",
        "says": known.says,
        "wording": known.wording,
        "expires_at": expires_at,
        "withdrawn": None,
        "superseded_by": None,
    }
    statement = update(known_update).where(known_update.c.number == found.number)
    connection.execute(statement.values(queued))
    chosen = select(
        literal(found.number),
        subscriber.c.id,
        literal(DeliveryState.QUEUED.value),
        literal(now, delivery.c.changed_at.type),
    ).where(picked_by(audience, known.incident_id))
    names = ["update_number", "subscriber_id", "state", "changed_at"]
    connection.execute(insert(delivery).from_select(names, chosen))
    return int(found.number)


def rename(connection: Connection, old_id: str, new_id: str) -> None:
    """See Ledger.rename."""
    renamed = update(known_update).where(known_update.c.update_id == old_id)
    first_id = func.coalesce(known_update.c.first_id, old_id)
    connection.execute(renamed.values(update_id=new_id, first_id=first_id))
    token = connection.execute(select(claim.c.token).where(claim.c.update_id == old_id)).scalar()
    if token is not None:  # the old name's claim on a target stays ours
        add_new(connection, claim, [{"update_id": new_id, "token": token}])


def mailed_updates(connection: Connection) -> Mapping[str, KnownUpdate]:
    """See Ledger.mailed_updates."""
    query = select(*KNOWN).where(known_update.c.skipped == "").order_by(known_update.c.number)
    return {row.update_id: KnownUpdate(*row) for row in connection.execute(query)}


def remember(connection: Connection, updates: Iterable[KnownUpdate]) -> None:
    """See Ledger.remember."""
    for one in updates:
        row = update(known_update).where(known_update.c.update_id == one.update_id)
        connection.execute(row.values(at=one.at, says=one.says, wording=one.wording))


def token_for(connection: Connection, update_id: str) -> str:
    """See Ledger.token_for."""
    add_new(connection, claim, [{"update_id": update_id, "token": secrets.token_hex(16)}])
    query = select(claim.c.token).where(claim.c.update_id == update_id)
    token: str = connection.execute(query).scalar_one()
    return token


def setting_of(connection: Connection, name: str, value: str) -> str:
    """Return the stored value of a name, `value` if there was none."""
    add_new(connection, setting, [{"name": name, "value": value}])
    query = select(setting.c.value).where(setting.c.name == name)
    stored: str = connection.execute(query).scalar_one()
    return stored


def _row(known: KnownUpdate, skipped: str, now: datetime) -> dict[str, object]:
    return {
        "update_id": known.update_id,
        "incident_id": known.incident_id,
        "at": known.at,
        "skipped": skipped,
        "recorded_at": now,
        "says": known.says or None,
        "wording": known.wording or None,
    }
