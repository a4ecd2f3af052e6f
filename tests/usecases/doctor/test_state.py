import pytest

from statusgen.errors import DatabaseError
from statusgen.ports.surroundings import Room, StateFacts
from statusgen.usecases.doctor.finding import State
from statusgen.usecases.doctor.state import judge_state

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

    assert first == (State.OK, "it can be written; 50.0 GB free")
    assert words in where[1]


def test_a_network_file_system_is_warned_of():
    facts = StateFacts(
        is_there=False, has_secret_key=False, room=Room(50_000_000_000, "nfs4", is_network=True)
    )

    found = judge(facts)

    assert [state for state, _ in found] == [State.OK, State.WARN, State.OK]
    assert "network file system (nfs4)" in found[1][1]


def test_a_damaged_one_fails_with_its_remedy():
    [found] = judge_state(
        DatabaseError("the database state.db is damaged; restore it"), has_key_outside=False
    )

    assert (found.state, found.remedy) == (State.FAIL, "restore it")
