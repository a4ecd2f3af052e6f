"""Several machines drain one ledger: stopped beyond their lease, killed, clocks an hour apart."""

import json
import time
from collections import Counter, defaultdict
from contextlib import suppress
from datetime import timedelta
from random import Random
from threading import Timer

import pytest
from sqlalchemy import func, select

from statusgen.config.relay import Relay
from statusgen.mail.database.engine import open_database
from statusgen.mail.database.ledger import SqlLedger
from statusgen.mail.database.schema import sender
from statusgen.mail.delivery.deliver import SendingProcess, deliver
from statusgen.mail.delivery.rules import DeliveryRules
from statusgen.mail.letter_states import Account
from statusgen.mail.subscribers.subscriber import NewSubscriber
from statusgen.mail.transports.smtp import SmtpTransport
from statusgen.mail.working import Round, Worker
from statusgen.targets.manifest import Publisher
from statusgen.values.vocabulary import InDoubt
from tests.components.journal_sink import Conduct, journal_sink
from tests.components.killing import end, kill_at, run_with_pauses
from tests.components.postgresql import postgresql  # noqa: F401  a fixture
from tests.components.soak import part
from tests.fakes.mail import EVERYBODY, NOW, make_book, make_letter, make_update
from tests.fakes.mail_worker import UPDATE, Order

IDLE = "nothing is owed; waiting for the next publish"
SEED = 20261121
AUDIENCE = part(1200, 20_000)
LEASE_S = 1.0
BEAT_S = LEASE_S / 4
CONNECTIONS = 8
"""Of all senders together."""
KILLS = part(2, 20)


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
    ledger.queue(make_update(), EVERYBODY, NOW, NOW + timedelta(minutes=30))
    return ledger


def test_four_senders_stopped_beyond_their_lease_make_no_copy_but_of_what_is_in_doubt(
    tmp_path, url, database
):
    book, ledger = make_book(database), queue(database, AUDIENCE)

    conduct = Conduct(reply_delay_s=0.02, trouble_share=0.05)  # some are deferred
    with journal_sink(tmp_path / "journal", conduct) as sink:
        orders = [
            Order(
                str(tmp_path),
                sink.port,
                url,
                connections=CONNECTIONS,  # two for each
                lease_s=LEASE_S,
                beat_s=BEAT_S,
                clock_off_h=hours,
                rounds=part(200, 2000),
                round_s=1,
            )
            for hours in (-1, 0, 0, 1)
        ]
        ended = run_with_pauses(
            [one.start() for one in orders], Random(SEED), each_s=(0.2, 2.5), rest_s=0.4
        )
        entries, arrived = sink.entries(), sink.arrived()

    said = [json.loads(one.out) for one in ended]
    pauses = longer_than_the_lease(said)
    assert [one.code for one in ended] == [0] * 4
    assert_all_have_it_and_copies_are_named(book, arrived, said)
    assert len(arrived) - AUDIENCE <= CONNECTIONS // 2 * len(pauses)  # no two are away for long
    assert len(pauses) >= part(1, 10)
    assert len(settled_after_s(said)) >= part(0, 1)
    assert all(seconds > LEASE_S for seconds in settled_after_s(said))
    assert most_open_while_all_are_awake(entries, said) <= CONNECTIONS
    assert max(one.open_connections for one in entries) <= 2 * CONNECTIONS  # of sleepers too
    account = ledger.account(UPDATE)
    assert account.accepted + account.in_doubt == AUDIENCE
    assert account.owed == 0
    assert len(entries) > len(arrived)
    assert sum(one["sent"] > 0 for one in said) >= 2


def assert_all_have_it_and_copies_are_named(book, arrived, said):
    message_ids = defaultdict(set)
    for one in arrived:
        message_ids[one.recipient].add(one.message_id)
    copies = Counter(one.recipient for one in arrived)
    twice = {address for address, number in copies.items() if number > 1}
    named = {token for one in said for token in [*one["resent"], *one["in_doubt"]]}
    assert set(message_ids) == {reader.address for reader in book.subscribers()}
    assert {book.find(address).token for address in twice} <= named
    assert all(len(ids) == 1 for ids in message_ids.values())


def longer_than_the_lease(said):
    spans = [span for one in said for span in one["silences"]]
    return [span for span in spans if span[1] - span[0] > LEASE_S]


def settled_after_s(said):
    return [heard - before for one in said for before, heard in one["ends"]]


def most_open_while_all_are_awake(entries, said):
    """Who is stopped keeps its connections, and only finds out later how many are its."""
    silences = [span for one in said for span in one["silences"]]
    awake = [
        one
        for one in entries
        if not any(before <= one.at_s <= heard + 2 * BEAT_S for before, heard in silences)
    ]
    return max((one.open_connections for one in awake), default=0)


def kill_while_sending(order, database, random):
    """It waits for one beat and a half before it sends, for there are others."""
    before = newest_sender(database)
    sending_s = random.uniform(1.5 * BEAT_S, 3 * BEAT_S)
    return kill_at(order.start(), lambda: newest_sender(database) > before, sending_s)


def wait_for_sender(database):
    while not newest_sender(database):
        time.sleep(0.02)


def newest_sender(database):
    with database.reading() as connection:
        return connection.execute(select(func.max(sender.c.number))).scalar() or 0


def test_a_sender_killed_again_and_again_beside_another_loses_nobody(tmp_path, url, database):
    size, random = part(500, 10_000), Random(SEED)
    book, ledger = make_book(database), queue(database, size)

    with journal_sink(tmp_path / "journal", Conduct(reply_delay_s=0.05)) as sink:
        order = Order(
            str(tmp_path),
            sink.port,
            url,
            connections=CONNECTIONS,
            lease_s=LEASE_S,
            beat_s=BEAT_S,
            rounds=part(200, 2000),
            round_s=1,
        )
        other = order.start()
        wait_for_sender(database)
        killed = [kill_while_sending(order, database, random) for _ in range(KILLS)]
        ended = [end(order.start()), end(other)]
        arrived = sink.arrived()

    said = [json.loads(one.out) for one in ended]
    silent = longer_than_the_lease(said)
    account = ledger.account(UPDATE)
    assert all(one.was_killed and not one.out for one in killed)
    assert [one.code for one in ended] == [0, 0]
    assert_all_have_it_and_copies_are_named(book, arrived, said)
    assert len(arrived) - size <= CONNECTIONS // 2 * (KILLS + len(silent))
    assert account == Account(accepted=size - account.in_doubt, in_doubt=account.in_doubt)
    assert sum(len(one["resent"]) for one in said) >= part(0, 1)


def test_senders_share_a_ledger_without_a_copy_when_nobody_is_stopped(tmp_path, url, database):
    ledger = queue(database, 600)

    with journal_sink(tmp_path / "journal", Conduct(reply_delay_s=0.02)) as sink:
        order = Order(
            str(tmp_path), sink.port, url, connections=6, beat_s=0.2, rounds=100, round_s=1
        )
        ended = run_with_pauses(
            [order.start() for _ in range(3)], Random(SEED), each_s=(0, 0.01), rest_s=0.5
        )
        arrived = sink.arrived()

    assert [one.code for one in ended] == [0] * 3
    assert max(one.open_connections for one in arrived) <= 6
    assert len(arrived) == len({one.recipient for one in arrived}) == 600
    assert ledger.account(UPDATE) == Account(accepted=600)


class Shift:
    """Time as it is, and what is said."""

    def __init__(self):
        self.said = []

    def now(self):
        return NOW

    def wait(self, seconds):
        time.sleep(seconds)

    def tell(self, text):
        self.said.append(text)
        if text == IDLE:
            raise KeyboardInterrupt


@pytest.mark.parametrize("forever", [False, True])
def test_a_worker_goes_on_when_its_database_was_started_anew(
    tmp_path,
    postgresql,  # noqa: F811
    url,
    database,
    forever,
):
    ledger, shift = queue(database, 300), Shift()
    name = url.partition("@/")[2].partition("?")[0]
    process = SendingProcess(Publisher("sam", "here", "boot 1 1.00"))

    def restart():
        postgresql.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        sessions = f"FROM pg_stat_activity WHERE datname = '{name}'"
        postgresql.execute(f"SELECT pg_terminate_backend(pid) {sessions}")
        time.sleep(2)
        postgresql.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

    with journal_sink(tmp_path / "journal", Conduct(reply_delay_s=0.01)) as sink:
        transport = SmtpTransport(Relay("127.0.0.1", sink.port, is_loopback=True))

        def make_round():
            rules = DeliveryRules(max_connections=2, waits=True)
            report = deliver(ledger, transport, make_letter, [UPDATE], NOW, rules, process)
            return Round((), report.sent, report.trouble)

        accident = Timer(0.4, restart)
        accident.start()
        worker = Worker(ledger, InDoubt.RESEND, make_round, shift, forever=forever)
        with suppress(KeyboardInterrupt):
            assert worker.work() is None
        accident.join()
        recipients = {one.recipient for one in sink.arrived()}

    assert len(recipients) == 300
    assert ledger.account(UPDATE).owed == 0
    assert shift.said[0].startswith("trying on; the database"), shift.said
