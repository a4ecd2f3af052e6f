import os
from concurrent.futures import ThreadPoolExecutor
from secrets import token_hex

import pytest
from sqlalchemy import text

from statusgen.errors import DatabaseError
from statusgen.mail.database.engine import open_database
from statusgen.mail.database.ledger import SqlLedger
from statusgen.mail.subscribers.subscriber import NewSubscriber
from tests.fakes.mail import NOW, URL, make_book
from tests.mail.database.conftest import ON_A_SERVER

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


def test_those_who_make_it_at_once_share_it(url, tmp_path):
    with ThreadPoolExecutor(6) as pool:
        opened = list(pool.map(lambda _: open_database(url, tmp_path), range(6)))
    keys = {SqlLedger(one).setting("secret_key", lambda: token_hex(4)) for one in opened}

    assert len(keys) == 1
    for one in opened:
        one.close()


def undone(connection, code="40P01"):
    connection.exec_driver_sql(f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{code}'; END $$")


@pytest.mark.parametrize("url", [ON_A_SERVER], indirect=True)
@pytest.mark.parametrize(("code", "tries"), [("40P01", 3), ("40001", 3), ("40003", 1)])
def test_what_was_undone_in_favour_of_another_is_done_again(database, code, tries):
    begun = []

    def work(connection):
        begun.append(connection.execute(text("INSERT INTO claim VALUES ('a/1', 'x')")).rowcount)
        if len(begun) < 3:
            undone(connection, code)
        return "done"

    try:
        done = database.write(work)
    except DatabaseError:
        done = ""

    assert (len(begun), done) == (tries, "done" if tries == 3 else "")


@pytest.mark.parametrize("url", [ON_A_SERVER], indirect=True)
def test_what_is_undone_for_ever_ends_in_a_sentence(database):
    with pytest.raises(DatabaseError, match="by two at once in different order"):
        database.write(undone)


def test_a_disk_without_links_will_do(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr("pathlib.Path.hardlink_to", refuse)

    open_database(URL, tmp_path).close()

    assert (tmp_path / PATH).exists()


@pytest.mark.parametrize("url", [URL])
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


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "nonsense", "mongodb://127.0.0.1/x"]
)
def test_a_url_without_a_usable_database_is_refused(tmp_path, url):
    with pytest.raises(DatabaseError, match=r"state\.database"):
        open_database(url, tmp_path)
