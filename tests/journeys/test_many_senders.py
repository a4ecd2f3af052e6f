"""Several machines drain one ledger: stopped beyond their lease, with clocks an hour apart."""

import json
from collections import Counter
from random import Random

import pytest

from statusgen.adapters.database.engine import open_database
from statusgen.adapters.database.ledger import SqlLedger
from statusgen.model.delivery import Account
from statusgen.model.subscriber import NewSubscriber
from tests.components.journal_sink import Conduct, journal_sink
from tests.components.killing import run_with_pauses
from tests.components.postgresql import postgresql  # noqa: F401  a fixture
from tests.components.soak import part
from tests.fakes.mail import EVERYBODY, NOW, make_book, make_update
from tests.fakes.mail_worker import UPDATE, Order

SEED = 20261121
AUDIENCE = part(1200, 20_000)
LEASE_S = 1.0


@pytest.fixture
def url(postgresql):  # noqa: F811
    return postgresql.new_database()


@pytest.fixture
def database(url, tmp_path):
    database = open_database(url, tmp_path)
    yield database
    database.close()


def queue(database, size):
    rows = [NewSubscriber(f"p{number}@example.com") for number in range(size)]
    make_book(database).import_rows(rows, "list.csv", NOW)
    ledger = SqlLedger(database)
    ledger.queue(make_update(), EVERYBODY, NOW)
    return ledger


def test_four_senders_stopped_beyond_their_lease_make_no_copy_but_of_what_is_in_doubt(
    tmp_path, url, database
):
    book, ledger = make_book(database), queue(database, AUDIENCE)

    with journal_sink(tmp_path / "journal", Conduct(reply_delay_s=0.02)) as sink:
        orders = [
            Order(
                str(tmp_path),
                sink.port,
                url,
                connections=2,
                lease_s=LEASE_S,
                beat_s=LEASE_S / 4,
                clock_off_h=hours,
                rounds=200,
            )
            for hours in (-1, 0, 0, 1)
        ]
        ended = run_with_pauses(
            [one.start() for one in orders], Random(SEED), each_s=(0.2, 2.5), rest_s=0.4
        )
        arrived = sink.arrived()

    said = [json.loads(one.out) for one in ended]
    twice = {
        address for address, number in Counter(e.recipient for e in arrived).items() if number > 1
    }
    named = {token for one in said for token in [*one["resent"], *one["in_doubt"]]}
    assert [one.code for one in ended] == [0] * 4
    assert len({one.recipient for one in arrived}) == AUDIENCE
    assert {book.find(address).token for address in twice} <= named
    account = ledger.account(UPDATE)
    assert account.accepted + account.in_doubt == AUDIENCE
    assert account.owed == 0
    assert sum(one["sent"] > 0 for one in said) >= 2


def test_senders_share_a_ledger_without_a_copy_when_nobody_is_stopped(tmp_path, url, database):
    ledger = queue(database, 600)

    with journal_sink(tmp_path / "journal", Conduct(reply_delay_s=0.02)) as sink:
        order = Order(str(tmp_path), sink.port, url, connections=2, rounds=100)
        ended = run_with_pauses(
            [order.start() for _ in range(3)], Random(SEED), each_s=(0, 0.01), rest_s=0.5
        )
        arrived = sink.arrived()

    assert [one.code for one in ended] == [0] * 3
    assert len(arrived) == len({one.recipient for one in arrived}) == 600
    assert ledger.account(UPDATE) == Account(accepted=600)
