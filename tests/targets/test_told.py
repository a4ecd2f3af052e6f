"""How an update is named to those who decide."""

import pytest

from statusgen.targets.told import named
from tests.builders import instant


@pytest.mark.parametrize(
    ("people", "words"),
    [
        (None, ""),
        (0, ", which nobody was mailed about"),
        (1, ", which 1 person was mailed about"),
        (12_408, ", which 12,408 people were mailed about"),
    ],
)
def test_it_is_said_how_many_know_of_it(people, words):
    update = named("login/01", instant("02:04"), people)

    assert update == f"login/01 of 2026-11-21T02:04:00Z{words}"
    assert named("login", people=people) == f"login{words}"
