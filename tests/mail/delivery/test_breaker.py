import itertools
import random

import pytest

from statusgen.errors import MailError
from statusgen.mail.delivery.breaker import Breaker
from statusgen.mail.delivery.replies import Meaning, Reply, SmtpStage, judge
from statusgen.mail.letter_states import DeliveryState, Outcome

ACCEPTED = Outcome(DeliveryState.ACCEPTED)
DEFERRED = Outcome(DeliveryState.DEFERRED, "450 4.2.0")
GONE = Outcome(DeliveryState.FAILED, "550 5.1.1", Meaning.NO_SUCH_MAILBOX)
REFUSED = Outcome(DeliveryState.FAILED, "550 5.7.515", Meaning.SENDER_REFUSED)
DOUBT = Outcome(DeliveryState.IN_DOUBT, "no answer", is_connection_usable=False)
AGAIN = Outcome(DeliveryState.QUEUED, "454", Meaning.TOO_FAST)


def stops_after(breaker, outcomes):
    """Return how many letters went before it stopped, and the sentence; 0 when it did not."""
    for count, outcome in enumerate(outcomes, 1):
        try:
            breaker.note(outcome)
        except MailError as error:
            return count, str(error)
    return 0, ""


def test_twenty_refusals_by_policy_stop_the_run_and_say_why():
    count, why = stops_after(Breaker(), [REFUSED] * 200)

    assert count == 20
    assert "20 of the last 20 letters were refused by policy (550 5.7.515)" in why
    assert "SPF, DKIM and DMARC of mail.from" in why
    assert "`statusgen mail retry UPDATE`" in why


def test_the_twentieth_refusal_among_two_hundred_letters_stops_the_run():
    one_in_ten = ([ACCEPTED] * 9 + [REFUSED]) * 30

    assert stops_after(Breaker(), one_in_ten)[0] == 200


def test_refusals_further_apart_do_not_add_up():
    one_in_eleven = ([ACCEPTED] * 10 + [REFUSED]) * 300

    assert stops_after(Breaker(), one_in_eleven)[0] == 0


@pytest.mark.parametrize("seed", range(10))
def test_the_window_forgets_what_has_left_it(seed):
    letters = random.Random(seed).choices([ACCEPTED, DEFERRED, REFUSED], [8, 2, 1], k=5000)
    recent = [letters[max(end - 200, 0) : end].count(REFUSED) for end in range(1, 5001)]

    expected = next((end for end, refused in enumerate(recent, 1) if refused >= 20), 0)

    assert stops_after(Breaker(), letters)[0] == expected


def test_the_commonest_codes_are_named_first():
    other = Outcome(DeliveryState.FAILED, "554", Meaning.SENDER_REFUSED)

    _, why = stops_after(Breaker(), [other, *[REFUSED] * 10, *[other] * 4, *[REFUSED] * 9])

    assert "(550 5.7.515, 554)" in why


def test_a_relay_that_refuses_the_first_letters_stops_the_run_whatever_the_reason():
    count, why = stops_after(Breaker(), [GONE] * 30)

    assert count == 20
    assert why == (
        "the relay refused the first 20 letters (550 5.1.1); ask who runs it, then run "
        "`statusgen mail retry UPDATE`"
    )


REFUSALS = {
    codes: Outcome(
        DeliveryState.FAILED,
        codes,
        judge(Reply(int(codes[:3]), codes[4:]), SmtpStage.RECIPIENT).meaning,
    )
    for codes in (
        *("550", "550 5.1.1", "550 5.1.2", "550 5.1.3", "550 5.1.10", "550 5.2.1", "552 5.2.2"),
        *("550 5.4.1", "554 5.4.4", "501 5.5.4", "500 5.5.1", "550 5.7.1", "554", "556"),
    )
}


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
def test_a_relay_that_begins_to_refuse_everybody_is_stopped_at_the_twentieth(refusal):
    breaker = Breaker(connections=10)

    count, why = stops_after(breaker, [ACCEPTED] * 30 + [refusal] * 1970)

    assert (count, breaker.has_tripped) == (50, True)
    assert "20 of the last 50 letters were refused" in why
    assert f"({refusal.reply})" in why
    assert "`statusgen mail retry UPDATE`" in why


def test_a_wave_is_told_as_the_fault_of_the_relay():
    _, why = stops_after(Breaker(), [ACCEPTED] * 200 + [GONE] * 20)

    assert why == (
        "20 of the last 100 letters were refused (550 5.1.1), more than readers come and go: the "
        "relay is at fault until proved otherwise, and no reader counts as gone for it; ask who "
        "runs it, then run `statusgen mail retry UPDATE`"
    )


def test_different_answers_of_one_wave_add_up():
    mixed = itertools.islice(itertools.cycle(REFUSALS.values()), 500)

    assert stops_after(Breaker(), [ACCEPTED] * 30 + list(mixed))[0] == 50


def test_dead_addresses_of_less_than_a_fifth_stop_nothing():
    breaker = Breaker()

    assert stops_after(breaker, ([GONE] + [ACCEPTED] * 5) * 500)[0] == 0
    assert not breaker.has_tripped
    assert stops_after(Breaker(), ([GONE] + [ACCEPTED] * 4) * 500)[0] == 96


def test_letters_that_a_relay_can_not_be_offered_say_nothing_of_it():
    unfit = Outcome(DeliveryState.FAILED, "no SMTPUTF8")

    assert stops_after(Breaker(), [ACCEPTED] + [unfit] * 500)[0] == 0


def test_lost_answers_stop_the_run_and_say_what_they_mean():
    count, why = stops_after(Breaker(connections=10), [ACCEPTED] * 180 + [DOUBT] * 30)

    assert count == 200
    assert why == (
        "20 of the last 200 letters were sent and not answered, so nobody knows whether they "
        "arrived; ask who runs the relay before you run `statusgen mail resume`, which sends them "
        "again unless mail.in_doubt is hold"
    )


@pytest.mark.parametrize("connections", [1, 10, 50])
def test_a_relay_that_is_started_anew_now_and_then_stops_nothing(connections):
    lost = [DOUBT] * connections
    between = [ACCEPTED] * 200

    assert stops_after(Breaker(0, connections), [*lost, *between] * 5)[0] == 0


def test_with_many_connections_the_second_letter_of_each_without_an_answer_stops_the_run():
    assert stops_after(Breaker(0, 50), [DOUBT] * 200)[0] == 100
    assert stops_after(Breaker(0, 500), [DOUBT] * 300)[0] == 200


def test_letters_that_are_to_be_sent_again_say_nothing():
    breaker = Breaker(canary=10)

    assert stops_after(breaker, [AGAIN] * 500)[0] == 0
    assert (breaker.may_begin(9), breaker.may_begin(10)) == (True, False)
    assert stops_after(breaker, [GONE, AGAIN, GONE])[0] == 3


@pytest.mark.parametrize(
    ("canary", "allowed"), [(1, 0), (2, 1), (10, 1), (20, 1), (39, 1), (40, 2), (50, 2), (100, 5)]
)
def test_a_canary_may_lose_five_in_a_hundred_but_always_one_of_several(canary, allowed):
    enough = [ACCEPTED] * (canary - allowed) + [GONE] * allowed
    too_many = [GONE] * (allowed + 1) + [ACCEPTED] * canary

    assert stops_after(Breaker(canary), enough)[0] == 0
    assert stops_after(Breaker(canary), too_many)[0] == allowed + 1


def test_a_canary_that_has_gone_through_stops_nothing_any_more():
    breaker = Breaker(canary=50)

    assert stops_after(breaker, [ACCEPTED] * 50 + [GONE] * 19)[0] == 0
    assert (breaker.may_begin(0), breaker.may_begin(1)) == (True, False)


def test_no_more_are_on_their_way_than_may_be_refused():
    breaker = Breaker(connections=50)

    assert (breaker.may_begin(19), breaker.may_begin(20)) == (True, False)
    for outcome in [REFUSED] * 5 + [GONE] * 5:
        breaker.note(outcome)
    assert (breaker.may_begin(9), breaker.may_begin(10)) == (True, False)
    breaker.note(DEFERRED)
    assert (breaker.may_begin(9), breaker.may_begin(10)) == (True, False)
    breaker.note(ACCEPTED)  # each connection may have one now, however many there are
    assert (breaker.may_begin(39), breaker.may_begin(40)) == (True, False)
    for _ in range(100):
        breaker.note(ACCEPTED)
    assert (breaker.may_begin(44), breaker.may_begin(45)) == (True, False)
    for _ in range(100):
        breaker.note(ACCEPTED)
    assert (breaker.may_begin(49), breaker.may_begin(50)) == (True, False)


def test_a_failing_canary_says_how_many_and_why():
    count, why = stops_after(Breaker(canary=50), [ACCEPTED] * 40 + [GONE] * 3)

    assert count == 43
    assert why.startswith("3 of the first 43 letters failed (550 5.1.1), more than 5 % of the 50")
