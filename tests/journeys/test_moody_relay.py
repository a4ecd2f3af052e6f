"""A relay that refuses at random, is busy, or counts: in the end everybody has a letter."""

import json
import time
from collections import Counter
from datetime import timedelta

import pytest

from statusgen.adapters.smtp import SmtpTransport
from statusgen.apply.deliver import deliver
from statusgen.apply.rules import DeliveryRules
from statusgen.model.delivery import Account, InDoubt
from statusgen.model.relay import Relay
from statusgen.usecases.working import Round, Worker
from tests.components.journal_sink import Conduct, journal_sink
from tests.components.killing import end
from tests.components.soak import part
from tests.fakes.mail import NOW, make_database, make_letter, queue_letters
from tests.fakes.mail_worker import UPDATE, Order


def queue(tmp_path, size):
    database = make_database(tmp_path)
    return database, queue_letters(database, *(f"p{number}" for number in range(size)))


def work(tmp_path, sink, **order):
    ended = end(Order(str(tmp_path), sink.port, **order).start())
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


class Night:
    """Time as it is while the relay is busy; afterwards hours pass at once for whoever waits."""

    def __init__(self, busy_s):
        self.began_s, self.busy_s = time.monotonic(), busy_s
        self.skipped_s = 0.0
        self.said = []

    @property
    def passed_s(self):
        return time.monotonic() - self.began_s

    def now(self):
        return NOW + timedelta(seconds=self.passed_s + self.skipped_s)

    def wait(self, seconds):
        if self.passed_s < self.busy_s:
            time.sleep(seconds)
        else:
            self.skipped_s += seconds

    def tell(self, text):
        self.said.append(text)


def test_random_refusals_and_five_minutes_of_a_busy_relay_keep_nobody_from_the_letter(tmp_path):
    """As `mail work` sends them; only that a run's own patience is shorter where all of it is."""
    size, busy_s = part(300, 10_000), part(5, 300)
    rules = DeliveryRules(waits=True, patience_s=part(1.5, DeliveryRules().patience_s))
    database, ledger = queue(tmp_path, size)
    night = Night(busy_s)

    with journal_sink(tmp_path / "journal", Conduct(trouble_share=0.3, busy_s=busy_s)) as sink:
        transport = SmtpTransport(Relay("127.0.0.1", sink.port, is_loopback=True))

        def make_round():
            report = deliver(ledger, transport, make_letter, [UPDATE], night.now(), rules)
            return Round((), report.sent, report.trouble)

        trouble = Worker(ledger, InDoubt.RESEND, make_round, night).work()
        arrived = sink.arrived()

    assert trouble is None
    assert night.said[0].startswith("trying on; the relay")
    assert ledger.account(UPDATE) == Account(accepted=size)
    assert set(Counter(one.recipient for one in arrived).values()) == {1}
    assert len(arrived) == size
    database.close()


def test_a_relay_that_counts_is_never_overrun_and_its_rate_is_used(tmp_path):
    per_second = 14
    seconds = part(12, 180)
    database, ledger = queue(tmp_path, per_second * seconds)
    conduct = Conduct(per_second=per_second, burst=per_second)

    with journal_sink(tmp_path / "journal", conduct) as sink:
        work(tmp_path, sink)
        arrived = sorted(one.at_s for one in sink.arrived())
        refusals = sorted(one.at_s for one in sink.entries() if not one.has_arrived)

    assert ledger.account(UPDATE) == Account(accepted=per_second * seconds)
    learned = refusals[0]
    later = [at for at in arrived if at > learned + 1]
    busiest = max(sum(begin <= at < begin + 1 for at in later) for begin in later)
    used = len(later) / (later[-1] - later[0]) / per_second
    assert busiest <= per_second + 1
    assert used >= part(0.7, 0.9)
    database.close()


@pytest.mark.parametrize("has_pipelining", [True, False])
def test_a_limit_of_ours_is_kept_in_every_second(tmp_path, has_pipelining):
    database, ledger = queue(tmp_path, 60)

    with journal_sink(tmp_path / "journal", Conduct(has_pipelining=has_pipelining)) as sink:
        work(tmp_path, sink, max_per_second=20)
        times = sorted(one.at_s for one in sink.arrived())

    assert ledger.account(UPDATE) == Account(accepted=60)
    assert max(sum(begin <= at < begin + 1 for at in times) for begin in times) <= 20
    database.close()
