from datetime import UTC, datetime, timedelta

import pytest

from statusgen.mail.letters.kinds import LetterKind
from statusgen.mail.schedule import lifetime_of, next_try, pause_s

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(0, 1), (1, 1), (2, 5), (3, 15), (4, 30), (5, 60), (6, 60), (99, 60)]
)
def test_a_deferred_letter_waits_longer_each_time_and_then_an_hour(attempts, minutes):
    assert next_try(attempts, NOW) == NOW + timedelta(minutes=minutes)


def test_news_of_what_goes_on_is_stale_after_four_hours_and_everything_else_after_a_day():
    hours = {kind: lifetime_of(kind) / timedelta(hours=1) for kind in LetterKind}

    assert {kind for kind in LetterKind if hours[kind] == 4} == {"investigating", "update"}
    assert hours[LetterKind.INVESTIGATING] == hours[LetterKind.UPDATE] == 4
    assert {hours[kind] for kind in LetterKind} == {4, 24}
    assert (
        hours[LetterKind.RESOLVED]
        == hours[LetterKind.SCHEDULED]
        == hours[LetterKind.CANCELED]
        == 24
    )


@pytest.mark.parametrize(
    ("tries", "longest_s"), [(0, 1), (1, 2), (2, 4), (5, 32), (6, 60), (7, 60), (10**9, 60)]
)
def test_what_is_out_of_reach_is_tried_after_longer_and_longer_pauses(tries, longest_s):
    assert [pause_s(tries, chance) for chance in (0, 0.5, 1)] == [
        longest_s,
        longest_s * 0.75,
        longest_s * 0.5,
    ]
