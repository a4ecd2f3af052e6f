"""The throw-away PostgreSQL is real, empty, and gone afterwards."""

import os

import psycopg
import pytest
from sqlalchemy import create_engine

from tests.components import available, postgresql
from tests.components.postgresql import run_postgresql


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_starts_empty_and_leaves_nothing_behind_though_somebody_is_connected():
    with run_postgresql() as server:
        engine = create_engine(server.new_database())
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE letters (id integer)")
        other = create_engine(server.new_database())
        with other.connect() as connection:
            tables = connection.exec_driver_sql(
                "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
            ).scalar_one()
        straggler = psycopg.connect(host=str(server.folder), user="postgres", dbname="postgres")
        assert is_alive(server.pid)

    engine.dispose()
    other.dispose()
    straggler.close()
    assert tables == 0
    assert not is_alive(server.pid)
    assert not server.folder.exists()


def test_where_it_is_missing_a_test_fails_and_says_what_to_install(monkeypatch):
    monkeypatch.setitem(available.COMPONENTS, "postgresql", (lambda: None, "apt-get install it"))

    with pytest.raises(AssertionError, match="apt-get install it"), postgresql.run_postgresql():
        pass
