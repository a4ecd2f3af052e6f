"""Killed while it sends, a run loses nobody, and whoever may get a letter twice is named."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from random import Random

import pytest

from statusgen.mail.letter_states import Account, DeliveryState
from tests.components.journal_sink import Conduct, Entry, journal_sink
from tests.components.killing import end, kill_at
from tests.components.soak import part
from tests.fakes.mail import make_book, make_database, queue_letters
from tests.fakes.mail_worker import UPDATE, Order

SEED = 20261121
AUDIENCE = part(1500, 10_000)
KILLS = part(8, 200)
CONNECTIONS = 10
REPLY_DELAY_S = part(0.012, 0.1)
MOST_LETTERS = AUDIENCE * 6 // (5 * KILLS)
"""A run lets up to so many leave before it is killed; on average half, so there are enough."""


@pytest.fixture
def database(tmp_path):
    database = make_database(tmp_path)
    yield database
    database.close()


@pytest.fixture
def ledger(database):
    return queue_letters(database, *(f"p{number}" for number in range(AUDIENCE)))


@dataclass
class Story:
    """What came of a run that was killed KILLS times, readers by their tokens."""

    arrived: Counter[str]
    message_ids: dict[str, set[str]]
    cut_off: Counter[str]
    """How often each had a letter at its dot when the run was killed."""
    resent: set[str]
    in_doubt: set[str]


def send_with_kills(tmp_path, database, ledger, in_doubt):
    """Kill the run once so many letters have left, and a moment later, until it was often enough.

    Between two letters that leave together the moment is as random as their number.
    """
    random = Random(SEED)
    cut_off = Counter()
    with journal_sink(tmp_path / "journal", Conduct(reply_delay_s=REPLY_DELAY_S)) as sink:
        order = Order(str(tmp_path), sink.port, connections=CONNECTIONS, in_doubt=in_doubt)
        for _ in range(KILLS):
            letters, since = random.randint(1, MOST_LETTERS), sink.size()
            ended = kill_at(
                order.start(),
                lambda since=since, letters=letters: sink.count(since) >= letters,
                random.uniform(0, REPLY_DELAY_S),
            )
            assert ended.was_killed, ended.err
            account, at_dot = ledger.account(UPDATE), ledger.tokens(UPDATE, DeliveryState.DOT)
            assert account.queued + account.claimed > 0
            assert len(at_dot) <= CONNECTIONS
            cut_off.update(at_dot)
        last = end(order.start())
        entries = sink.arrived()
    assert last.code == 0, last.err
    return tell(database, entries, cut_off, json.loads(last.out))


def tell(database, entries: list[Entry], cut_off, report):
    tokens = {one.address: one.token for one in make_book(database).subscribers()}
    message_ids = defaultdict(set)
    for one in entries:
        message_ids[tokens[one.recipient]].add(one.message_id)
    return Story(
        Counter(tokens[one.recipient] for one in entries),
        message_ids,
        cut_off,
        set(report["resent"]),
        set(report["in_doubt"]),
    )


def everybody(database):
    return {one.token for one in make_book(database).subscribers()}


def test_nobody_is_lost_and_copies_are_few_alike_and_named(database, ledger, tmp_path):
    """A reader is left without a letter only if the copy was cut off as well, and then is named."""
    story = send_with_kills(tmp_path, database, ledger, "resend")

    twice = {token for token, letters in story.arrived.items() if letters > 1}
    cut_off_again = {token for token, times in story.cut_off.items() if times > 1}
    assert twice
    assert max(story.arrived.values()) == 2 >= max(story.cut_off.values())
    assert twice <= set(story.cut_off) == story.resent
    assert len(twice) <= CONNECTIONS * KILLS
    assert everybody(database) - set(story.arrived) <= cut_off_again == story.in_doubt
    assert all(len(ids) == 1 for ids in story.message_ids.values())
    assert len(set.union(*story.message_ids.values())) == len(story.arrived)
    assert set(ledger.tokens(UPDATE, DeliveryState.IN_DOUBT)) == story.in_doubt
    assert ledger.account(UPDATE) == Account(
        accepted=AUDIENCE - len(story.in_doubt), in_doubt=len(story.in_doubt)
    )


def test_with_hold_there_are_no_copies_and_whoever_may_lack_the_letter_is_named(
    database, ledger, tmp_path
):
    story = send_with_kills(tmp_path, database, ledger, "hold")

    accepted = set(ledger.tokens(UPDATE, DeliveryState.ACCEPTED))
    assert max(story.arrived.values()) == 1
    assert accepted <= set(story.arrived)
    assert everybody(database) - set(story.arrived) <= story.in_doubt
    assert everybody(database) - accepted == story.in_doubt == set(story.cut_off)
    assert story.in_doubt
    assert story.resent == set()
    assert ledger.account(UPDATE) == Account(
        accepted=AUDIENCE - len(story.in_doubt), in_doubt=len(story.in_doubt)
    )
