"""The disk under the ledger fills up: no letter leaves without its mark, and all do in the end."""

import sqlite3
import subprocess
from collections import Counter
from contextlib import closing
from random import Random

import pytest

from tests.components.journal_sink import journal_sink
from tests.components.small_disk import fill, small_disk
from tests.components.soak import part
from tests.fakes.repository import make_repository

pytestmark = pytest.mark.component("mounting")
NOW = "2026-11-21T03:00:00Z"
SEED = 20261121
DISK_BYTES = part(2_000_000, 4_000_000)
AUDIENCE = 300
CONNECTIONS = 5
ROOMS = (4_000, 80_000, 250_000, 550_000)
"""Left on the disk: none for the cache, none to enter the letters, some to send a few."""
MORE_ROOMS = part(0, 40)
MARKED = {"dot", "accepted", "in_doubt"}


@pytest.fixture
def relay(tmp_path):
    with journal_sink(tmp_path / "journal") as relay:
        yield relay


@pytest.fixture
def repository(tmp_path, relay):
    """A repository with its ledger on a disk of 2 MB."""
    mail = f'transport = "smtp://127.0.0.1:{relay.port}"\nmax_connections = {CONNECTIONS}'
    repository = make_repository(tmp_path / "status", mail=mail)
    disk = repository.root / ".statusgen"
    disk.mkdir(mode=0o700)
    with small_disk(disk, DISK_BYTES, 0o700):
        repository.subscribe(*(f"p{number}@example.com" for number in range(AUDIENCE)))
        yield repository


def states(repository):
    """Return the state of each letter about the newest update, by its address."""
    with closing(sqlite3.connect(repository.root / ".statusgen" / "state.db")) as connection:
        rows = connection.execute(
            "SELECT address, delivery.state FROM delivery JOIN subscriber ON id = subscriber_id "
            "WHERE update_number = (SELECT max(number) FROM known_update)"
        )
        return dict(rows.fetchall())


def test_no_letter_leaves_unmarked_and_all_do_once_there_is_room(repository, relay):
    random = Random(SEED)
    stopped = 0
    assert repository.run_apart("publish", "--yes", "--force", now=NOW).code == 0
    rooms = [*ROOMS, *(random.randrange(900_000) for _ in range(MORE_ROOMS))]
    for number, room in enumerate(rooms, 2):
        repository.write_update(
            f"{number:02}-update", "identified", f"02:{number + 3:02}", f"News {number}."
        )
        before = len(relay.arrived())
        ballast = fill(repository.root / ".statusgen", room)

        ended = repository.run_apart("publish", "--yes", "--force", now=NOW)

        ballast.unlink()
        arrived = {one.recipient for one in relay.arrived()[before:]}
        assert "Traceback" not in ended.err, f"{SEED} {room}\n{ended.err}"
        assert "@example.com" not in ended.err
        if ended.code:
            stopped += 1
            assert ended.code == 4, (SEED, room, ended.err)
            assert "the disk is full; make room" in " ".join(ended.err.split()), (room, ended.err)
            marked = {address for address, state in states(repository).items() if state in MARKED}
            assert arrived <= marked, (SEED, room)
        last = repository.run_apart("publish", "--yes", "--force", now=NOW)
        copies = Counter(one.recipient for one in relay.arrived()[before:])
        assert last.code == 0, last.err
        assert len(copies) == AUDIENCE, (SEED, room, len(copies))
        assert copies.total() - AUDIENCE <= CONNECTIONS
    assert stopped >= 2


def test_on_a_read_only_disk_nothing_leaves_and_nothing_is_lost(repository, relay):
    disk = repository.root / ".statusgen"
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)

    ended = repository.run_apart("publish", "--yes", "--force", now=NOW)

    subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    assert (ended.code, relay.arrived()) == (4, []), ended.err
    assert "read-only" in ended.err.lower()
    assert repository.run_apart("publish", "--yes", "--force", now=NOW).code == 0
    assert len(relay.arrived()) == AUDIENCE
