"""A PostgreSQL server: few connections, none of them waited for without an end.

Passwords come from PGPASSWORD, a pgpass or a service file, which libpq reads by itself.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import URL

_CONNECT_TIMEOUT_S = 10
_CONNECTION: dict[str, Any] = {
    "application_name": "statusgen",
    "connect_timeout": _CONNECT_TIMEOUT_S,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
    "prepare_threshold": None,  # poolers such as PgBouncer hand a session to others
}
_SESSION = (
    # Who is stopped within a transaction must not hold up the others for longer than a lease.
    "SET idle_in_transaction_session_timeout = '20s'; SET lock_timeout = '30s'; "
    "SET statement_timeout = '10min'; "
    # A mark is durable before its letter's final dot goes out, however the server is set up.
    "SELECT set_config('synchronous_commit', 'on', false) "
    "WHERE current_setting('synchronous_commit') = 'off'"
)


_NOW = select(func.clock_timestamp())
_SAME_CLOCK = timedelta(seconds=1)


def make_engine(url: URL) -> Engine:
    """Return the engine of a server; what the URL says about a connection comes first."""
    from statusgen.mail.database.patient_connection import Way  # noqa: PLC0415  see there

    ours = {name: value for name, value in _CONNECTION.items() if name not in url.query}
    engine = create_engine(
        url,
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        connect_args=ours,
        pool_size=2,
        max_overflow=2,
        pool_timeout=_CONNECT_TIMEOUT_S,
        pool_pre_ping=True,
    )

    way = Way()

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, words: Any, options: Any) -> Any:
        return way.connect(*words, **options)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.execute(_SESSION)
        connection.commit()

    return engine


def reader(engine: Engine) -> Engine:
    """Return the same engine for reading: one consistent state, and no row can be changed."""
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def clock_ahead(connection: Connection, clock: Callable[[], datetime]) -> timedelta:
    """Return by how much the server's clock is ahead of this machine's.

    What may come from the time that the question took is nothing.
    """
    connection.execute(_NOW)  # a transaction, and perhaps a connection, began before
    asked_at = clock()
    there: datetime = connection.execute(_NOW).scalar_one()
    ahead = there - asked_at
    return ahead if abs(ahead) > _SAME_CLOCK else timedelta()


def name_of(url: URL) -> str:
    """Return how the user knows it; what follows `?` may be nobody else's business."""
    return URL.create(
        "postgresql", url.username, None, url.host, url.port, url.database
    ).render_as_string()
