"""Killed at random moments, a run loses nobody, and whoever gets a letter twice is named."""

import json
from collections import Counter, defaultdict
from random import Random

import pytest

from statusgen.model.delivery import Account
from tests.components.journal_sink import Conduct, journal_sink
from tests.components.killing import run_until_done
from tests.components.soak import part
from tests.fakes.mail import make_book, make_database, queue_letters
from tests.fakes.mail_worker import UPDATE, Order

SEED = 20261121
AUDIENCE = part(1500, 10_000)
KILLS = part(8, 200)
CONNECTIONS = 10


@pytest.fixture
def ledger(tmp_path):
    database = make_database(tmp_path)
    yield queue_letters(database, *(f"p{number}" for number in range(AUDIENCE)))
    database.close()


def send_with_kills(tmp_path, in_doubt):
    """Return what the relay took, how often the run was killed, and whom reports have named."""
    conduct = Conduct(reply_delay_s=part(0.012, 0.1))
    with journal_sink(tmp_path / "journal", conduct) as sink:
        order = Order(str(tmp_path), sink.port, connections=CONNECTIONS, in_doubt=in_doubt)
        ended = run_until_done(order.start, Random(SEED), kills=KILLS, within_s=(0.4, 1.4))
        entries = sink.arrived()
    assert ended[-1].code == 0, ended[-1].err
    reports = [json.loads(one.out) for one in ended if one.out.endswith("}")]
    named = {token for report in reports for token in report["resent"]}
    return entries, sum(one.was_killed for one in ended), named | set(reports[-1]["in_doubt"])


def copies_of(entries):
    return Counter(one.recipient for one in entries)


def test_nobody_is_lost_and_copies_are_few_alike_and_named(ledger, tmp_path):
    entries, kills, named = send_with_kills(tmp_path, "resend")

    copies = copies_of(entries)
    twice = {address for address, number in copies.items() if number > 1}
    message_ids = defaultdict(set)
    for one in entries:
        message_ids[one.recipient].add(one.message_id)
    with_tokens = make_database(tmp_path)
    tokens = {make_book(with_tokens).find(address).token for address in twice}
    with_tokens.close()
    assert kills >= part(3, 150)
    assert len(copies) == AUDIENCE
    assert copies.total() - AUDIENCE <= CONNECTIONS * kills
    assert tokens <= named
    assert all(len(ids) == 1 for ids in message_ids.values())
    account = ledger.account(UPDATE)  # a copy that was cut off too is not copied again
    assert account == Account(accepted=AUDIENCE - account.in_doubt, in_doubt=account.in_doubt)


def test_with_hold_there_are_no_copies_and_whoever_may_lack_the_letter_is_named(ledger, tmp_path):
    entries, kills, named = send_with_kills(tmp_path, "hold")

    account = ledger.account(UPDATE)
    assert kills >= part(3, 150)
    assert max(copies_of(entries).values()) == 1
    assert account.accepted + account.in_doubt == AUDIENCE
    assert account.in_doubt == len(named) <= CONNECTIONS * kills
    assert len(entries) >= account.accepted
