"""The version of a database, and bringing an older one up to ours: forward only, all or nothing.

Alembic does it, and is loaded only then. The version stands in `setting`, where every statusgen
has looked for it since the first one.
"""

from pathlib import Path

from sqlalchemy import Connection, func, insert, inspect, select, table, update

from statusgen.errors import DatabaseError
from statusgen.mail.database import schema
from statusgen.mail.database.failure import damaged

EMPTY = 0
"""The version of a database without tables."""

_VERSION = "schema_version"
_LOCK = 0x737461747573  # `status`: who migrates a database on a server holds the lock of this name


def is_current(connection: Connection, name: str) -> bool:
    """Whether the database is of our version; `name` is how the user knows it.

    Raises:
        DatabaseError: it was made by a newer statusgen, or holds something else.

    """
    version = version_of(connection, name)
    if version > schema.SCHEMA_VERSION:
        raise DatabaseError(
            f"the database {name} was written by a newer statusgen; "
            "upgrade statusgen on this machine"
        )
    return version == schema.SCHEMA_VERSION


def version_of(connection: Connection, name: str) -> int:
    """Return the version, EMPTY when there are no tables of ours."""
    if not inspect(connection).has_table(schema.setting.name):
        return EMPTY
    query = select(schema.setting.c.value).where(schema.setting.c.name == _VERSION)
    value = connection.execute(query).scalar()
    if value is None or not value.isdecimal():
        raise damaged(name)
    return int(value)


def make_schema(connection: Connection) -> None:
    """Make all tables in a database that has none of them."""
    schema.metadata.create_all(connection, checkfirst=False)
    row = {"name": _VERSION, "value": str(schema.SCHEMA_VERSION)}
    connection.execute(insert(schema.setting), row)


def lock_schema(connection: Connection) -> None:
    """Keep everybody else from migrating until the end of the transaction: on a server."""
    connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def migrate(connection: Connection, version: int, name: str) -> None:
    """Bring the tables from a version to ours, within the connection's transaction.

    Raises:
        DatabaseError: a row would be lost.

    """
    before = _row_counts(connection)
    run_revisions(connection, version, schema.SCHEMA_VERSION)
    row = update(schema.setting).where(schema.setting.c.name == _VERSION)
    connection.execute(row.values(value=str(schema.SCHEMA_VERSION)))
    after = _row_counts(connection)
    if lost := [one for one, rows in before.items() if after.get(one) != rows]:
        raise DatabaseError(
            f"the database {name} was not brought to this version, because rows would be lost "
            f"({', '.join(lost)}); go on with the statusgen that wrote it, and report this"
        )


def run_revisions(connection: Connection, version: int, target: int) -> None:
    """Run what leads from one version to another; from EMPTY, all that ever was."""
    from alembic.operations import Operations  # noqa: PLC0415 - seldom needed, slow to load
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    folder = str(Path(__file__).with_name("migrations"))
    scripts = ScriptDirectory(folder, version_locations=[folder])
    steps = [*scripts.iterate_revisions(str(target), str(version or "base"))]
    with Operations.context(MigrationContext.configure(connection)):
        for step in reversed(steps):
            step.module.upgrade()


def _row_counts(connection: Connection) -> dict[str, int]:
    there = set(inspect(connection).get_table_names())
    counts = {}
    for name in sorted(there & set(schema.metadata.tables)):
        query = select(func.count()).select_from(table(name))
        counts[name] = connection.execute(query).scalar_one()
    return counts
