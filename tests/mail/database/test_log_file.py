"""What becomes of a database whose log was cut is in test_engine_damage.py."""

import threading

import pytest
from sqlalchemy import text

from statusgen.mail.database.log_file import is_cut_short
from tests.components.soak import part
from tests.fakes.mail import NOW, make_book, make_database, queue_letters

ROUNDS = part(30, 300)


@pytest.fixture
def open_file(tmp_path):
    database = make_database(tmp_path)
    yield database
    database.close()


def test_a_file_without_a_log_lacks_nothing(tmp_path):
    make_database(tmp_path).close()

    assert not is_cut_short(tmp_path / ".statusgen/state.db")


def test_a_log_in_use_is_whole_at_every_moment(open_file):
    letters = queue_letters(open_file, *(f"reader{number}" for number in range(50)))
    stop = threading.Event()

    def write():
        while not stop.is_set():
            letters.hold_all(NOW)
            letters.release_all()

    writer = threading.Thread(target=write)
    writer.start()
    found = [is_cut_short(open_file.path) for _ in range(ROUNDS)]
    stop.set()
    writer.join()

    assert found == [False] * ROUNDS


def test_what_was_begun_and_not_committed_is_not_missed(open_file):
    make_book(open_file)
    with open_file.writing() as connection:
        connection.execute(text("INSERT INTO setting VALUES ('one', '1')"))
        assert not is_cut_short(open_file.path)


def test_an_index_that_is_not_whole_says_nothing(open_file):
    queue_letters(open_file, "ann")
    index = open_file.path.with_name("state.db-shm")
    copy = open_file.path.with_name("copy.db")
    for content in (b"", b"short", bytes(200), index.read_bytes()[:48] + bytes(48)):
        copy.with_name("copy.db-shm").write_bytes(content)

        assert not is_cut_short(copy)
