import os

import pytest
from sqlalchemy import text

from statusgen.adapters.database.engine import open_database
from statusgen.errors import DatabaseError
from statusgen.model.subscriber import NewSubscriber
from tests.fakes.mail import NOW, URL, make_book

PATH = ".statusgen/state.db"


def make_full_database(folder) -> None:
    database = open_database(URL, folder)
    rows = [NewSubscriber(f"p{number}@example.com") for number in range(2000)]
    make_book(database).import_rows(rows, "list.csv", NOW)
    database.close()


def test_the_file_and_its_folder_are_private(tmp_path):
    open_database(URL, tmp_path).close()

    assert (tmp_path / PATH).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / PATH).parent.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in (tmp_path / PATH).parent.iterdir()] == ["state.db"]


def test_commits_survive_a_power_cut(database):
    with database.reading() as connection:
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        values = [connection.execute(text(f"PRAGMA {name}")).scalar() for name in pragmas]

    assert values == ["wal", 2, 1, 1]


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.9])
def test_a_file_that_was_cut_is_refused_and_not_replaced(tmp_path, share):
    make_full_database(tmp_path)
    size = int((tmp_path / PATH).stat().st_size * share)
    os.truncate(tmp_path / PATH, size)

    with pytest.raises(DatabaseError, match="is damaged; restore it from a backup"):
        open_database(URL, tmp_path)

    assert (tmp_path / PATH).stat().st_size == size


def test_a_file_of_something_else_is_refused(tmp_path):
    (tmp_path / ".statusgen").mkdir()
    (tmp_path / PATH).write_text("these are notes, not a database\n" * 100)

    with pytest.raises(DatabaseError, match="is damaged"):
        open_database(URL, tmp_path)


def test_a_file_that_went_missing_beside_its_log_is_no_fresh_start(tmp_path):
    (tmp_path / ".statusgen").mkdir()
    (tmp_path / f"{PATH}-wal").write_bytes(b"pages")

    with pytest.raises(DatabaseError, match="is gone but its log"):
        open_database(URL, tmp_path)


def test_a_newer_schema_is_refused(tmp_path):
    database = open_database(URL, tmp_path)
    with database.writing() as connection:
        connection.execute(text("UPDATE setting SET value = '99' WHERE name = 'schema_version'"))
    database.close()

    with pytest.raises(DatabaseError, match="newer statusgen; upgrade"):
        open_database(URL, tmp_path)


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "nonsense", "mongodb://127.0.0.1/x"]
)
def test_a_url_without_a_usable_database_is_refused(tmp_path, url):
    with pytest.raises(DatabaseError, match=r"state\.database"):
        open_database(url, tmp_path)
