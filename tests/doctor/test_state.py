import pytest

from statusgen.doctor.finding import FindingState
from statusgen.doctor.state import judge_state
from statusgen.errors import DatabaseError
from statusgen.mail.ledger import StateFacts
from statusgen.targets.storage import Room

DISK = Room(50_000_000_000, "ext4")


def judge(facts, *, has_key_outside=False):
    return [(one.state, one.what) for one in judge_state(facts, has_key_outside=has_key_outside)]


@pytest.mark.parametrize(
    ("has_key", "outside", "words"),
    [
        (True, False, "kept in it; back it up"),
        (False, False, "will be made"),
        (True, True, "comes from STATUSGEN_SECRET_KEY"),
    ],
)
def test_where_the_secret_key_comes_from_is_told(has_key, outside, words):
    facts = StateFacts(is_there=True, has_secret_key=has_key, room=DISK)

    (first, where) = judge(facts, has_key_outside=outside)

    assert first == (FindingState.OK, "it can be written; 50.0 GB free")
    assert words in where[1]


def test_a_server_knows_its_disk_itself():
    found = judge(StateFacts(is_there=True, has_secret_key=True, room=None))

    assert found[0] == (FindingState.OK, "the server answers, and it can be written")


def test_a_damaged_one_fails_with_its_remedy():
    [found] = judge_state(
        DatabaseError("the database state.db is damaged; restore it"), has_key_outside=False
    )

    assert (found.state, found.remedy) == (FindingState.FAIL, "restore it")
