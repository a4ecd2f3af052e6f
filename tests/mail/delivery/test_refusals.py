import random

import pytest

from statusgen.mail.delivery.refusals import ReaderRefusal, Refusals, most_in_a_day, weigh
from statusgen.mail.delivery.replies import Meaning

GONE, FULL = Meaning.NO_SUCH_MAILBOX, Meaning.MAILBOX_TROUBLE


def refused(*places, settled=2000, meaning=GONE, is_wave=False):
    """Refusals of the readers at these places, who have the places for ids."""
    return Refusals(tuple(ReaderRefusal(one, meaning, one) for one in places), settled, is_wave)


def verdict(refusals, struck_before=(), gone_today=0, readers=2000):
    found = weigh(refusals, struck_before, gone_today, readers)
    return tuple(sorted(found.gone)), tuple(sorted(found.struck)), found.may_end


def test_a_dead_mailbox_among_many_that_took_their_letters_is_believed_at_once():
    assert verdict(refused(700)) == ((700,), (), True)
    assert verdict(refused(0, settled=1), readers=1) == ((0,), (), True)


def test_no_more_than_two_are_believed_among_a_hundred_letters():
    assert verdict(refused(700, 701, 801, 1500)) == ((700, 701, 801, 1500), (), True)
    assert verdict(refused(700, 701, 799, 1500)) == ((1500,), (700, 701, 799), True)


@pytest.mark.parametrize(("count", "settled", "gone"), [(1, 1, 1), (2, 2, 0), (2, 3, 0), (2, 4, 2)])
def test_in_a_small_run_two_are_believed_beside_as_many_others(count, settled, gone):
    found = weigh(refused(*range(count), settled=settled), (), 0, 60)

    assert (len(found.gone), found.may_end) == (gone, gone > 0)


def test_a_full_mailbox_is_a_strike():
    assert verdict(refused(700, meaning=FULL)) == ((), (700,), True)


def test_full_and_dead_mailboxes_together_are_a_wave_too():
    mixed = Refusals(
        (ReaderRefusal(1, FULL, 10), ReaderRefusal(2, GONE, 11), ReaderRefusal(3, FULL, 12)), 2000
    )

    assert verdict(mixed) == ((), (1, 2, 3), True)


def test_more_than_one_in_twenty_ends_nothing():
    twenty = range(0, 2000, 100)

    assert verdict(refused(*twenty, settled=400))[2]
    assert verdict(refused(*twenty, settled=399)) == ((), tuple(twenty), False)


def test_a_stopped_run_ends_nothing():
    assert verdict(refused(700, is_wave=True)) == ((), (700,), False)


def test_a_wave_in_many_small_runs_of_one_day_is_one():
    assert verdict(refused(1, settled=1), gone_today=99) == ((1,), (), True)
    assert verdict(refused(1, settled=1), gone_today=100) == ((), (1,), False)


@pytest.mark.parametrize(("readers", "most"), [(0, 3), (60, 3), (79, 3), (80, 4), (2000, 100)])
def test_of_few_readers_three_are_believed_within_a_day(readers, most):
    assert most_in_a_day(readers) == most


def test_who_was_refused_on_another_day_is_no_news_and_waits_for_the_third_strike():
    many = refused(*range(0, 600, 2), settled=700)

    assert verdict(many, range(0, 600, 2)) == ((), tuple(range(0, 600, 2)), True)
    assert verdict(refused(5), [5]) == ((), (5,), True)


@pytest.mark.parametrize(
    ("refusals", "settled", "gone_today", "may_end"),
    [
        pytest.param(15, 15, 0, False, id="everybody"),
        pytest.param(200, 380, 0, False, id="most"),
        pytest.param(190, 380, 0, True, id="half, as of an old list"),
        pytest.param(3, 3, 0, True, id="three readers, all dead"),
        pytest.param(3, 3, 1, False, id="three more in a small run of the same day"),
    ],
)
def test_where_most_of_a_run_is_refused_no_third_strike_ends_many(
    refusals, settled, gone_today, may_end
):
    many = refused(*range(refusals), settled=settled)

    assert verdict(many, range(refusals), gone_today, readers=60)[2] is may_end


@pytest.mark.parametrize("seed", range(40))
def test_whatever_the_share_and_the_stretch_no_reader_of_a_wave_is_given_up(seed):
    """Three refusals within a hundred letters are one; rarer ones can't be told from the dead."""
    chance = random.Random(seed)
    start, length = chance.randrange(1900), chance.randint(3, 100)
    within = range(start, min(start + length, 2000))
    hit = chance.sample(within, chance.randint(3, len(within)))
    meanings = [chance.choice([GONE, FULL]) for _ in hit]
    said = tuple(
        ReaderRefusal(one, meaning, one) for one, meaning in zip(hit, meanings, strict=True)
    )

    assert verdict(Refusals(said, 2000))[0] == ()
