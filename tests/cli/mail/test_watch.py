"""How fast letters leave, and how long the rest will take."""

import click
import pytest

from statusgen.cli.mail.watch import Speed, duration, watch_lines
from statusgen.mail.letter_states import Account
from tests.fakes.mail import make_update


def lines_at(speed, now_s, accepted, queued, deferred=0):
    account = Account(accepted=accepted, queued=queued, deferred=deferred)
    rows = [(make_update(), account)]
    return [click.unstyle(line) for line in watch_lines(rows, speed, now_s)]


def test_the_rate_is_that_of_the_last_ten_seconds():
    speed = Speed()
    for second in range(61):
        accepted = 1000 + 5 * max(second - 50, 0)
        lines = lines_at(speed, float(second), accepted, queued=9000)

    assert lines[0] == "5.0 letters/s, 30 min left"


def test_nothing_is_said_of_a_time_that_nobody_can_tell():
    lines = lines_at(Speed(), 0.0, accepted=0, queued=50, deferred=7)

    assert lines[0] == "0 letters/s, 7 deferred"


def test_while_letters_are_held_no_time_is_left():
    speed = Speed()
    rows = [(make_update(), Account(accepted=5, queued=50))]
    watch_lines([(make_update(), Account(queued=55))], speed, 0.0)

    assert click.unstyle(watch_lines(rows, speed, 1.0, is_held=True)[0]) == "0 letters/s"


def test_the_table_is_no_longer_than_there_is_room():
    rows = [(make_update(number), Account(accepted=1)) for number in range(1, 30)]

    assert len(watch_lines(rows, Speed(), 0.0, 3)) == len(["rate", "head", "login", 1, 2, 3, "sum"])


def test_an_empty_ledger_is_worth_watching_too():
    assert "empty" in watch_lines([], Speed(), 0.0)[0]


@pytest.mark.parametrize(
    ("seconds", "words"), [(12.4, "12 s"), (150, "2 min"), (7500, "2 h 5 min")]
)
def test_a_time_is_as_exact_as_a_guess_deserves(seconds, words):
    assert duration(seconds) == words
