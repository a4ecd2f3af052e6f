import stat

import pytest

from statusgen.errors import DatabaseError
from statusgen.mail.database import sqlite_file
from statusgen.mail.database.engine import open_database
from statusgen.mail.database.examining import look_at_state
from statusgen.targets.storage import Room
from tests.fakes.mail import URL


@pytest.mark.parametrize(
    ("room", "words"),
    [
        (Room(10**9, "nfs4", is_network=True), r"on a network file system \(nfs4\)"),
        (Room(10**9, "ext4", synchronised_by="Dropbox"), "in a folder that Dropbox copies"),
    ],
)
def test_a_disk_that_others_use_too_is_refused_before_anything_is_made(
    tmp_path, monkeypatch, room, words
):
    monkeypatch.setattr(sqlite_file, "room_for", lambda _: room)

    for refusing in (
        lambda: open_database(URL, tmp_path),
        lambda: look_at_state(URL, tmp_path, ""),
    ):
        with pytest.raises(DatabaseError, match=f"{words}.* set state.database to a path on"):
            refusing()

    assert list(tmp_path.iterdir()) == []


def test_what_is_no_file_is_neither_opened_nor_changed(tmp_path):
    (tmp_path / "state.db").mkdir(mode=0o755)

    with pytest.raises(DatabaseError, match="is no file; move away"):
        open_database("sqlite:///state.db", tmp_path)

    assert stat.S_IMODE((tmp_path / "state.db").stat().st_mode) == 0o755


def test_who_is_late_to_migrate_waits_longer_than_who_writes(tmp_path):
    engine = sqlite_file.make_engine(tmp_path / "state.db", sqlite_file.LONG_MS)

    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 600_000
    engine.dispose()
