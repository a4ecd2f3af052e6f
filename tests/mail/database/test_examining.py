import stat

import pytest

from statusgen.errors import DatabaseError
from statusgen.mail.database.engine import open_database
from statusgen.mail.database.examining import look_at_state
from statusgen.mail.database.ledger import SqlLedger

URL = "sqlite:///state.db"


def make_database(folder, *, key=None):
    database = open_database(URL, folder)
    if key:
        SqlLedger(database).setting("secret_key", lambda: key)
    database.close()


def test_what_is_not_there_is_not_made(tmp_path):
    facts = look_at_state("sqlite:///new/state.db", tmp_path, "secret_key")

    assert not facts.is_there
    assert facts.room.free_bytes > 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("key", [None, "a key"])
def test_a_database_tells_whether_it_holds_a_key(tmp_path, key):
    make_database(tmp_path, key=key)

    facts = look_at_state(URL, tmp_path, "secret_key")

    assert (facts.is_there, facts.has_secret_key) == (True, key is not None)


def test_a_look_changes_no_byte(tmp_path):
    make_database(tmp_path)
    before = (tmp_path / "state.db").read_bytes()

    look_at_state(URL, tmp_path, "secret_key")

    assert (tmp_path / "state.db").read_bytes() == before


def test_a_damaged_database_is_refused(tmp_path):
    (tmp_path / "state.db").write_bytes(b"this is no database" * 500)

    with pytest.raises(DatabaseError, match="damaged; restore it"):
        look_at_state(URL, tmp_path, "secret_key")


def test_a_file_where_its_folder_belongs_is_refused(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(DatabaseError, match="can't be written"):
        look_at_state("sqlite:///file/state.db", tmp_path, "secret_key")


def test_it_stays_private(tmp_path):
    make_database(tmp_path)

    look_at_state(URL, tmp_path, "secret_key")

    assert stat.S_IMODE((tmp_path / "state.db").stat().st_mode) == 0o600
