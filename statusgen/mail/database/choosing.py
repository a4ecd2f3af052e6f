"""The rule of model.delivery.Audience as a condition in SQL, and whom it picks."""

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from statusgen.config.severity import SUBSCRIBERS
from statusgen.mail.database.address_book import COLUMNS, as_subscriber
from statusgen.mail.database.schema import delivery, known_update, subscriber
from statusgen.mail.letter_states import Audience, DeliveryState
from statusgen.mail.subscribers.subscriber import Subscriber, SubscriberState
from statusgen.values.addresses import is_intact


def picked_by(audience: Audience, incident_id: str) -> ColumnElement[bool]:
    """Return the condition under which a row of `subscriber` is picked."""
    is_named = subscriber.c.audience.in_(audience.names)
    follows = subscriber.c.id.in_(_followers(incident_id))
    wants = or_(subscriber.c.audience != SUBSCRIBERS, _wants(audience))
    picked = (
        and_(is_named, or_(wants, follows))
        if audience.is_narrowed
        else or_(and_(is_named, wants), follows)
    )
    if audience.only is not None:
        picked = and_(picked, subscriber.c.id.in_(audience.only))
    return and_(subscriber.c.state == SubscriberState.ACTIVE, picked)


def count_picked(connection: Connection, audience: Audience, incident_id: str) -> int:
    """See Ledger.audience_size."""
    picked = picked_by(audience, incident_id)
    return connection.execute(
        select(func.count()).select_from(subscriber).where(picked)
    ).scalar_one()


def sample(
    connection: Connection, audience: Audience, incident_id: str, number: int
) -> tuple[Subscriber, ...]:
    """See Ledger.sample."""
    query = select(*COLUMNS).where(picked_by(audience, incident_id)).order_by(subscriber.c.id)
    size = count_picked(connection, audience, incident_id)
    places = sorted({size * one // number for one in range(number)})
    found = (connection.execute(query.offset(one).limit(1)).first() for one in places)
    return tuple(
        as_subscriber(row) for row in found if row is not None and is_intact(row.token, row.address)
    )


def _wants(audience: Audience) -> ColumnElement[bool]:
    wants: list[ColumnElement[bool]] = [subscriber.c.id.is_not(None)]
    if audience.components is not None:
        named = (
            subscriber.c.components.contains(f" {component} ", autoescape=True)
            for component in audience.components
        )
        wants.append(or_(subscriber.c.components == "", *named))
    if audience.min_severities is not None:
        wants.append(subscriber.c.min_severity.in_(audience.min_severities))
    return and_(*wants)


def _followers(incident_id: str) -> Select[tuple[int]]:
    """Return the query for who has a letter about the incident, sent or on its way."""
    return (
        select(delivery.c.subscriber_id)
        .join(known_update, known_update.c.number == delivery.c.update_number)
        .where(
            known_update.c.incident_id == incident_id,
            delivery.c.state != DeliveryState.SUPPRESSED,
        )
    )
