import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from statusgen.errors import DatabaseError, Refused
from statusgen.mail.database import migrating, schema
from statusgen.mail.database.engine import open_database
from statusgen.mail.database.lock import locked
from tests.fakes.mail import URL
from tests.fakes.version_1 import make_file, make_version_1

PATH = ".statusgen/state.db"
LOADED = """
import sys
from pathlib import Path
from statusgen.mail.database.engine import open_database
open_database(sys.argv[1], Path(sys.argv[2])).close()
print('alembic' in sys.modules)
"""


def shape_of(database):
    """Return all that makes the tables what they are, but the order of columns."""
    found = inspect(database.engine)
    return {
        name: (
            sorted(
                (one["name"], str(one["type"]), one["nullable"], one["default"])
                for one in found.get_columns(name)
            ),
            found.get_pk_constraint(name)["constrained_columns"],
            sorted(
                str(one["constrained_columns"]) + one["referred_table"]
                for one in found.get_foreign_keys(name)
            ),
            sorted(str(one["column_names"]) for one in found.get_unique_constraints(name)),
            sorted(one["name"] + one["sqltext"] for one in found.get_check_constraints(name)),
            sorted(map(shape_of_index, found.get_indexes(name))),
            found.get_table_options(name),
        )
        for name in found.get_table_names()
    }


def shape_of_index(one):
    where = [str(words) for words in one.get("dialect_options", {}).values()]
    return one["name"], one["column_names"], bool(one["unique"]), where


def differences(database):
    # Of SQLite's defaults '' and "''" seem different to it; the shapes above hold them.
    options = {"compare_type": True, "compare_server_default": database.path is None}
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts=options)
        return compare_metadata(context, schema.metadata)


def version_of(database):
    with database.reading() as connection:
        return migrating.version_of(connection, "it")


def test_a_migrated_database_is_as_a_fresh_one(url, tmp_path, request):
    server = None if url == URL else request.getfixturevalue("postgresql")
    make_version_1(url, tmp_path)
    migrated = open_database(url, tmp_path)
    fresh = open_database(server.new_database() if server else URL, tmp_path / "fresh")

    assert shape_of(migrated) == shape_of(fresh)
    assert version_of(migrated) == version_of(fresh) == schema.SCHEMA_VERSION
    migrated.close()
    fresh.close()


def test_no_table_changes_without_a_revision(url, tmp_path):
    make_version_1(url, tmp_path)
    migrated = open_database(url, tmp_path)

    assert differences(migrated) == []
    migrated.close()


def test_those_who_open_it_at_once_migrate_it_once(url, tmp_path):
    make_version_1(url, tmp_path)

    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: open_database(url, tmp_path), range(4)))

    assert {version_of(database) for database in opened} == {schema.SCHEMA_VERSION}
    for database in opened:
        database.close()


def test_alembic_is_loaded_only_to_migrate(url, tmp_path):
    make_version_1(url, tmp_path)

    def is_loaded():
        command = [sys.executable, "-c", LOADED, url, tmp_path]
        return subprocess.check_output(command, text=True).strip()

    assert [is_loaded(), is_loaded()] == ["True", "False"]


def test_a_newer_database_is_refused(url, tmp_path):
    database = open_database(url, tmp_path)
    with database.writing() as connection:
        connection.execute(text("UPDATE setting SET value = '99' WHERE name = 'schema_version'"))
    database.close()

    with pytest.raises(DatabaseError, match="newer statusgen; upgrade"):
        open_database(url, tmp_path)


def test_tables_without_a_version_are_damaged(url, tmp_path):
    database = open_database(url, tmp_path)
    with database.writing() as connection:
        connection.execute(text("DELETE FROM setting"))
    database.close()

    with pytest.raises(DatabaseError, match="is damaged"):
        open_database(url, tmp_path)


def test_a_migration_that_would_lose_rows_changes_nothing(url, tmp_path, monkeypatch):
    make_version_1(url, tmp_path)
    counts = iter([{"delivery": 18}, {"delivery": 17}])
    monkeypatch.setattr(migrating, "_row_counts", lambda _: next(counts))

    with pytest.raises(DatabaseError, match=r"rows would be lost \(delivery\); go on with"):
        open_database(url, tmp_path)

    monkeypatch.undo()
    database = open_database(url, tmp_path)
    assert version_of(database) == schema.SCHEMA_VERSION
    database.close()
    assert not list((tmp_path).glob("*/*version-1*"))


def test_a_copy_is_kept_for_as_long_as_a_migration_takes(tmp_path, monkeypatch):
    make_file(tmp_path / PATH)
    size = (tmp_path / PATH).stat().st_size
    copy = tmp_path / f"{PATH}.version-1"
    copy.write_text("of a migration that was killed")
    seen = []

    def look(connection, version, name):
        seen.append((copy.stat().st_size, stat.S_IMODE(copy.stat().st_mode)))
        migrate(connection, version, name)

    migrate = migrating.migrate
    monkeypatch.setattr(migrating, "migrate", look)
    open_database(URL, tmp_path).close()

    assert seen == [(size, 0o600)]
    assert not copy.exists()


def test_the_copy_of_a_killed_migration_goes_with_the_next_opening(tmp_path):
    open_database(URL, tmp_path).close()
    copy = tmp_path / f"{PATH}.version-1"
    copy.write_text("addresses")

    open_database(URL, tmp_path).close()

    assert not copy.exists()


def test_nothing_is_migrated_under_a_run_that_sends(tmp_path):
    make_file(tmp_path / PATH)
    before = (tmp_path / PATH).read_bytes()

    with locked(tmp_path / f"{PATH}.lock"), pytest.raises(Refused, match="sending letters"):
        open_database(URL, tmp_path)

    assert (tmp_path / PATH).read_bytes() == before
