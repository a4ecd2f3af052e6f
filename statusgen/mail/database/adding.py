"""Rows that are there once, whoever else adds them at this moment."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def add_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert those of the rows that are not there yet, by any of the keys.

    One that another transaction is adding is waited for, and then it is there.
    """
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(make(table).on_conflict_do_nothing(), rows)
