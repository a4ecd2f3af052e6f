import random
from collections import Counter

import pytest

from statusgen.errors import MailError
from statusgen.mail.delivery.refusals import ReaderRefusal, Refusals, weigh
from statusgen.mail.delivery.replies import Meaning, Reply, SmtpStage, judge
from statusgen.mail.delivery.rules import DeliveryRules
from statusgen.mail.delivery.tally import Tally
from statusgen.mail.letter_states import ClaimedLetter, DeliveryState, Outcome
from statusgen.mail.transports.transport import Unreachable
from tests.fakes.mail import ACCEPTED, make_reader

GONE = Outcome(DeliveryState.FAILED, "550 5.1.1", Meaning.NO_SUCH_MAILBOX)
FULL = Outcome(DeliveryState.FAILED, "552 5.2.2", Meaning.MAILBOX_TROUBLE)
LOST = Outcome(DeliveryState.QUEUED)
TOO_FAST = Outcome(DeliveryState.QUEUED, "454", Meaning.TOO_FAST)


def make_tally(clock=lambda: 0.0, struck_before=(), **rules) -> Tally:
    return Tally(DeliveryRules(**rules), lambda _outcome: None, clock, struck_before)


def owed(number: int, update_id: str = "login/01") -> ClaimedLetter:
    return ClaimedLetter(update_id, make_reader(number))


def note(tally: Tally, *outcomes: Outcome, first: int = 0) -> None:
    for number, outcome in enumerate(outcomes, first):
        assert tally.lets_begin()
        tally.note(owed(number), outcome)


def test_what_is_said_of_readers_is_kept_in_its_place_and_once():
    tally = make_tally()

    note(tally, ACCEPTED, GONE, ACCEPTED, FULL)
    note(tally, FULL, first=1)

    first = ReaderRefusal(1, Meaning.NO_SUCH_MAILBOX, 1)
    assert tally.refusals == Refusals((first, ReaderRefusal(3, Meaning.MAILBOX_TROUBLE, 3)), 5)


def test_a_run_that_stops_says_that_it_saw_a_wave():
    tally = make_tally()

    with pytest.raises(MailError, match="20 of the last 50 letters"):
        note(tally, *[ACCEPTED] * 30, *[GONE] * 100)

    assert tally.refusals.is_wave


def test_readers_who_were_refused_on_another_day_stop_nothing():
    known, news = range(50, 150), range(150, 250)
    tally = make_tally(struck_before=known)

    note(tally, *[ACCEPTED] * 50)
    note(tally, *[GONE] * len(known), first=known.start)
    with pytest.raises(MailError, match="20 of the last 70 letters"):
        note(tally, *[GONE] * len(news), first=news.start)


def test_no_more_are_under_way_than_the_breaker_lets():
    tally = make_tally()

    begun = [tally.lets_begin() for _ in range(25)]
    tally.note(owed(1), LOST)

    assert (begun.count(True), tally.under_way) == (20, 19)
    assert (tally.lets_begin(), tally.lets_begin()) == (True, False)


def test_a_letter_that_is_lost_three_times_is_deferred():
    tally = make_tally()

    states = [tally.judged(owed(1), one).state for one in (LOST, TOO_FAST, LOST, LOST)]

    assert states == ["queued", "queued", "queued", "deferred"]


def test_a_relay_that_finds_every_letter_too_fast_is_given_up_after_a_while():
    now_s = [0.0]
    tally = make_tally(lambda: now_s[0], patience_s=30)

    note(tally, TOO_FAST, ACCEPTED)
    now_s[0] = 30.5

    with pytest.raises(Unreachable, match="comes too fast"):
        note(tally, TOO_FAST)


# What relays say when they have lost their list of users, or their way to it.
SAID = (
    *("550 5.1.1 user unknown", "550 no such user here", "550 5.1.2 bad domain", "550 no"),
    *("550 5.1.3 bad address", "550 5.1.10 not found", "550 5.2.1 disabled", "552 5.2.2 full"),
    *("550 5.4.1 no route", "554 5.4.4 unrouteable", "500 5.5.1 what", "501 5.5.4 parameters"),
    *("550 5.7.1 not you", "554 no", "556 5.1.10 null mx"),
)
READERS = 400


class Page:
    """An address book with a dead mailbox or a few, and a relay; a run a day."""

    def __init__(self, dead: set[int], readers: int = READERS) -> None:
        self.dead, self.gone = dead, set[int]()
        self.readers = readers
        self.strikes = Counter[int]()

    def day(self, is_hit, said: str) -> set[int]:
        """Write to everybody; return who was written to."""
        known = {one for one in self.strikes if self.strikes[one]}
        tally = make_tally(struck_before=known)
        reached = set[int]()
        for reader in sorted(set(range(self.readers)) - self.gone):
            text = "550 5.1.1 gone" if reader in self.dead else is_hit(reader) and said
            reply = Reply(int(text[:3]), text[4:]) if text else Reply(250)
            found = judge(reply, SmtpStage.RECIPIENT)
            outcome = Outcome(DeliveryState(found.fate.value), reply.codes, found.meaning)
            reached.add(reader)
            try:
                note(tally, outcome, first=reader)
            except MailError:
                break
        verdict = weigh(tally.refusals, known, 0, self.readers - len(self.gone))
        self.gone |= set(verdict.gone)
        self.strikes.update(verdict.struck)
        if verdict.may_end:
            self.gone |= {one for one in verdict.struck if self.strikes[one] >= 3}
        return reached


@pytest.mark.parametrize("seed", range(60))
def test_nobody_is_lost_to_a_wave_and_the_dead_are_found_within_three_strikes(seed):
    chance = random.Random(seed)
    said = SAID[seed % len(SAID)]
    dead = set(chance.sample(range(READERS), chance.choice([0, 1, 3, 10, 30])))
    page = Page(dead)
    start, share = chance.randrange(READERS - 3), chance.choice([0.1, 0.3, 0.5, 1.0])
    end = start + chance.choice([3, 5, 20, 100, READERS])
    hit = {one for one in range(start, end) if chance.random() < share}
    hit |= {start, start + 1, start + 2}

    for _ in range(chance.randint(1, 2)):  # days with a wave
        page.day(hit.__contains__, said)
        assert page.gone <= dead
    for _ in range(3):
        page.day(lambda _reader: False, said)

    assert page.gone == dead


def test_a_file_of_addresses_that_begins_with_dead_ones_is_got_through_by_and_by():
    page = Page(set(range(60)))

    reached = [max(page.day(lambda _reader: False, "")) for _ in range(6)]

    assert (reached[0], reached[-1], page.gone) == (19, READERS - 1, page.dead)


@pytest.mark.parametrize("readers", [4, 15, 19, READERS])
def test_a_relay_that_refuses_everybody_for_days_costs_no_reader(readers):
    """Of few readers all have a strike after the first day: none of them is news on the third."""
    page = Page(set(), readers)

    for _ in range(30):
        page.day(lambda _reader: True, "550 5.1.1 user unknown")

    assert page.gone == set()
