"""A relay that refuses at random, is busy, or counts: in the end everybody has a letter."""

import json
from collections import Counter

import pytest

from statusgen.model.delivery import Account
from tests.components.journal_sink import Conduct, journal_sink
from tests.components.killing import end
from tests.components.soak import part
from tests.fakes.mail import make_database, queue_letters
from tests.fakes.mail_worker import UPDATE, Order


def queue(tmp_path, size):
    database = make_database(tmp_path)
    return database, queue_letters(database, *(f"p{number}" for number in range(size)))


def work(tmp_path, sink, **order):
    ended = end(Order(str(tmp_path), sink.port, **order).start())
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


def test_random_refusals_and_a_busy_relay_keep_nobody_from_the_letter(tmp_path):
    size = part(300, 10_000)
    database, ledger = queue(tmp_path, size)
    conduct = Conduct(trouble_share=0.3, busy_s=part(3, 300))

    with journal_sink(tmp_path / "journal", conduct) as sink:
        work(tmp_path, sink, rounds=40, patience_s=600)
        arrived = sink.arrived()

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
        work(tmp_path, sink, patience_s=600)
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
