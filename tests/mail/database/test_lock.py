import pytest

from statusgen.errors import DatabaseError, Refused
from statusgen.mail.database.lock import locked


def test_one_holds_the_lock_at_a_time(tmp_path):
    path = tmp_path / "lock"

    with locked(path), pytest.raises(Refused, match="another statusgen"), locked(path):
        pass

    with locked(path):
        assert path.exists()


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(DatabaseError, match="can't be made"), locked(tmp_path / "no" / "lock"):
        pass
