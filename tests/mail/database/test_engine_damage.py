"""Damage: whatever is opened holds all that was committed, or is refused with a way out."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from random import Random

import pytest
from sqlalchemy import select

from statusgen.errors import DatabaseError
from statusgen.mail.database import schema, sqlite_file
from statusgen.mail.database.engine import open_database
from statusgen.mail.letter_states import DeliveryState, Outcome
from tests.components.soak import part
from tests.fakes.mail import ACCEPTED, DOUBT, URL, finish, make_update, queue_letters

SEED = 20261121
CUTS = part(20, 200)
FLIPS = part(20, 200)
PAGE = 4096

# Letters for a second update, and then the end of a process that lets go of nothing.
KILLED = """
import os, sys
from pathlib import Path
from tests.fakes.mail import EVERYBODY, NOW, URL, SqlLedger, make_database, make_update
database = make_database(Path(sys.argv[1]))
ledger = SqlLedger(database)
for number in range(2, 6):
    ledger.queue(make_update(number), EVERYBODY, NOW)
os.kill(os.getpid(), 9)
"""


@pytest.fixture(params=["small", "big"])
def _size(request, monkeypatch):
    """Whether the whole file is looked through at an opening."""
    if request.param == "big":
        monkeypatch.setattr(sqlite_file, "SMALL_BYTES", 0)


@pytest.fixture
def folder(tmp_path):
    """A database that was closed as it should be, with 300 letters in four states."""
    database = open_database(URL, tmp_path / "whole")
    ledger = queue_letters(database, *(f"reader{number}" for number in range(300)))
    for outcome in (ACCEPTED, Outcome(DeliveryState.FAILED, "550 5.1.1"), DOUBT):
        finish(ledger, make_update(), outcome, count=75)
    database.close()
    return tmp_path / "whole" / ".statusgen"


@pytest.fixture
def killed(folder):
    """The same, with 1200 more letters in the log that a killed process left."""
    subprocess.run([sys.executable, "-c", KILLED, folder.parent], check=False)
    assert (folder / "state.db-wal").stat().st_size > 50_000
    return folder


def copy_of(folder, tmp_path, number):
    return shutil.copytree(folder, tmp_path / f"{number}" / ".statusgen")


def content_of(folder):
    """Return all rows; DatabaseError when it is refused, be it on the way."""
    database = open_database(URL, folder.parent)
    try:
        with database.reading() as connection:
            return {
                name: sorted(map(tuple, connection.execute(select(table)).all()), key=repr)
                for name, table in schema.metadata.tables.items()
            }
    finally:
        database.close()


def letters_in(content):
    """Return the letters: update id, reader, state."""
    ids = {number: update_id for number, update_id, *_ in content["known_update"]}
    return Counter((ids.get(number), *row) for number, *row in (d[:3] for d in content["delivery"]))


def content_or_refusal(folder):
    try:
        return content_of(folder)
    except DatabaseError as error:
        return str(error)


@pytest.mark.usefixtures("_size")
def test_a_file_that_was_cut_is_always_refused_and_stays_as_it_is(folder, tmp_path):
    random = Random(SEED)
    length = (folder / "state.db").stat().st_size

    for number, cut in enumerate(random.randrange(length) for _ in range(CUTS)):
        copy = copy_of(folder, tmp_path, number)
        os.truncate(copy / "state.db", cut)
        for _ in range(2):
            with pytest.raises(DatabaseError, match=r"is damaged; restore it from a backup"):
                content_of(copy)
        assert (copy / "state.db").stat().st_size == cut, (SEED, cut)


@pytest.mark.usefixtures("_size")
def test_bytes_that_changed_cost_no_letter_without_a_word(folder, tmp_path):
    random = Random(SEED)
    before = content_of(folder)
    content = (folder / "state.db").read_bytes()
    refused = 0

    for number in range(FLIPS):
        copy = copy_of(folder, tmp_path, number)
        damaged = bytearray(content)
        for place in random.sample(range(len(content)), 20):
            damaged[place] ^= random.randrange(1, 256)
        (copy / "state.db").write_bytes(damaged)
        found = content_or_refusal(copy)
        if isinstance(found, str):
            refused += 1
            assert re.search("restore it from a backup|newer statusgen", found), (found, number)
            continue
        assert letters_in(found) == letters_in(before), (SEED, number)
        assert len(found["subscriber"]) == len(before["subscriber"]), (SEED, number)
    assert refused > FLIPS * 0.9


def test_one_byte_that_changed_among_letters_gives_none_another_reader(folder, tmp_path):
    """A page of SQLite bears no checksum, but what is out of order or in no index is told."""
    random = Random(SEED)
    before = letters_in(content_of(folder))
    content = (folder / "state.db").read_bytes()
    pages = pages_of_letters(content)
    places = [place for place in range(len(content)) if place // PAGE in pages]

    for number in range(FLIPS * 5):
        copy = copy_of(folder, tmp_path, number)
        damaged = bytearray(content)
        damaged[random.choice(places)] ^= random.randrange(1, 256)
        (copy / "state.db").write_bytes(damaged)
        found = content_or_refusal(copy)
        if isinstance(found, str):
            continue
        assert letters_in(found) == before, (SEED, number)
        shutil.rmtree(copy.parent)


def pages_of_letters(content):
    starts = range(0, len(content), PAGE)
    words = (b"accepted", b"queued", b"in_doubt")
    pages = {start: content[start : start + PAGE] for start in starts}
    return {start // PAGE for start, page in pages.items() if any(word in page for word in words)}


def test_a_log_that_was_left_behind_is_taken_up(killed):
    assert len(content_of(killed)["delivery"]) == 1500


def test_a_log_that_was_cut_is_refused_until_somebody_decides(killed, tmp_path):
    random = Random(SEED)
    length = (killed / "state.db-wal").stat().st_size
    cuts = [random.randrange(length) for _ in range(CUTS)]

    for number, cut in enumerate(cuts):
        copy = copy_of(killed, tmp_path, number)
        os.truncate(copy / "state.db-wal", cut)
        for _ in range(2):
            with pytest.raises(DatabaseError, match="has lost its last changes; restore both"):
                content_of(copy)
        (copy / "state.db-shm").unlink()
        found = content_or_refusal(copy)
        assert isinstance(found, str) or len(found["delivery"]) % 300 == 0, (SEED, cut)


def test_a_log_that_is_gone_or_altered_is_refused(killed, tmp_path):
    random = Random(SEED)
    content = (killed / "state.db-wal").read_bytes()

    for number in range(CUTS):
        copy = copy_of(killed, tmp_path, number)
        altered = bytearray(content)
        altered[random.randrange(24, len(content))] ^= 0x10
        (copy / "state.db-wal").write_bytes(altered)
        with pytest.raises(DatabaseError, match="has lost its last changes"):
            content_of(copy)
    (killed / "state.db-wal").unlink()
    with pytest.raises(DatabaseError, match="has lost its last changes"):
        content_of(killed)
