"""The page does not fall with the ledger: it goes up, letters stay owed, and the next run mails."""

import shutil
import socket
import sqlite3
from contextlib import closing, contextmanager

import pytest

from statusgen.errors import DatabaseError
from statusgen.mail.database import sqlite_file
from statusgen.mail.database.ledger import SqlLedger
from tests.fakes.repository import CANARY, ID, make_repository


@pytest.fixture
def repository(tmp_path, monkeypatch):
    monkeypatch.setattr("statusgen.cli.publishing_ledger.PATIENCE_S", 2.0)
    monkeypatch.setattr(sqlite_file.make_engine, "__defaults__", (50,))
    repository = make_repository(tmp_path)
    repository.subscribe(CANARY)
    return repository


def database(repository):
    return repository.root / ".statusgen" / "state.db"


@contextmanager
def damaged(repository):
    path = database(repository)
    whole = path.read_bytes()
    path.write_bytes(whole[:5000])
    yield
    path.write_bytes(whole)


@contextmanager
def locked(repository):
    with closing(sqlite3.connect(database(repository))) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        yield


@contextmanager
def no_database(repository):
    path = database(repository)
    path.rename(path.with_suffix(".aside"))
    path.mkdir()
    yield
    path.rmdir()
    path.with_suffix(".aside").rename(path)


@contextmanager
def nowhere_to_write(repository):
    folder = repository.root / ".statusgen"
    folder.rename(folder.with_name("aside"))
    folder.write_text("a file where the folder belongs")
    yield
    folder.unlink()
    folder.with_name("aside").rename(folder)


@contextmanager
def server(repository, port):
    """The ledger is on a server that can't be used."""
    url = f"postgresql+psycopg://statusgen@127.0.0.1:{port}/statusgen"
    repository.configure(extra=f'[state]\ndatabase = "{url}"')
    yield
    repository.configure()


def port_of(listener):
    return listener.getsockname()[1]


@contextmanager
def server_away(repository):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = port_of(listener)
    with server(repository, port):
        yield


@contextmanager
def server_silent(repository):
    with socket.create_server(("127.0.0.1", 0)) as listener, server(repository, port_of(listener)):
        yield


TROUBLES = {
    "damaged": (damaged, "is damaged"),
    "locked": (locked, "is locked by another program"),
    "something else in its place": (no_database, "is no file"),
    "nowhere to write": (nowhere_to_write, "can't be made"),
    "a server that is away": (server_away, "did not answer"),
    "a server that is silent": (server_silent, "did not answer"),
}
in_each = pytest.mark.parametrize(("trouble", "words"), TROUBLES.values(), ids=TROUBLES)


@in_each
def test_the_page_goes_up_and_letters_stay_owed(repository, trouble, words):
    with trouble(repository):
        planned = repository.run("plan")
        done = repository.run("publish", "--yes")
    before = repository.letters()

    after = repository.run("publish", "--yes")

    [sentence] = [one for one in done.err.splitlines() if one.startswith("still owed: letters")]
    assert words in sentence
    assert (planned.code, done.code) == (4, 4)
    assert "files to upload" in planned.out
    assert "still owed: letters, because the database" in planned.err
    assert "no letters were owed" not in done.out
    assert "one in three" in repository.page(f"incidents/{ID}.html")
    assert before == []
    assert after.code == 0, after.err
    assert len(repository.letters()) == 1


def test_programs_are_told_why_letters_are_owed(repository):
    with damaged(repository):
        done = repository.run("publish", "--yes", "--json")

    assert "is damaged" in done.json["owed_because"]
    assert done.json["targets"][0]["put"] > 0


def test_a_rehearsal_of_letters_needs_the_ledger(repository):
    with damaged(repository):
        done = repository.run("publish", "--yes", "--to", CANARY)

    assert done.code == 4
    assert "--to is about letters, so nothing was done" in done.err
    assert not (repository.root / "public").exists()


def test_a_ledger_that_fails_once_the_page_is_up_leaves_letters_owed(repository, monkeypatch):
    def fail(*_, **__):
        raise DatabaseError("the database state.db can't grow, the disk is full; make room")

    with monkeypatch.context() as patch:
        patch.setattr(SqlLedger, "queue", fail)
        done = repository.run("publish", "--yes")
    after = repository.run("publish", "--yes")

    assert done.code == 4
    assert "still owed: letters, because the database state.db can't grow" in done.err
    assert "files uploaded" in done.out
    assert after.code == 0, after.err
    assert len(repository.letters()) == 1


def test_a_page_without_letters_asks_for_no_ledger(repository):
    with damaged(repository):
        done = repository.run("publish", "--yes", "--no-mail")

    assert done.code == 0, done.err


def test_a_page_can_be_taken_back_where_nothing_can_be_written(repository):
    repository.run("publish", "--yes", "--no-mail")
    repository.write_update("02-identified", "identified", "02:08")
    repository.run("publish", "--yes", "--no-mail")
    shutil.rmtree(repository.root / ".statusgen" / "cache", ignore_errors=True)

    with nowhere_to_write(repository):
        done = repository.run("rollback", "--yes")

    assert done.code == 0, done.err
    assert "We know more." not in repository.page(f"incidents/{ID}.html")
