"""A relay that refuses at random, is busy, or counts: in the end everybody has a letter."""

import json
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from statusgen.config.relay import Relay
from statusgen.mail.delivery.deliver import deliver
from statusgen.mail.delivery.rules import DeliveryRules
from statusgen.mail.letter_states import Account
from statusgen.mail.transports.smtp import SmtpTransport
from statusgen.mail.working import Round, Worker
from statusgen.values.vocabulary import InDoubt
from tests.components.journal_sink import BUSY, TROUBLES, Conduct, journal_sink
from tests.components.killing import end
from tests.components.soak import IS_SOAK, part
from tests.fakes.mail import NOW, make_database, make_letter, queue_letters
from tests.fakes.mail_worker import UPDATE, Order

PER_SECOND = 14


def queue(tmp_path, size):
    database = make_database(tmp_path)
    return database, queue_letters(database, *(f"p{number}" for number in range(size)))


def work(tmp_path, sink, **order):
    ended = end(Order(str(tmp_path), sink.port, **order).start())
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


class Night:
    """Time as it is while the relay is busy; else a minute passes at once for whoever waits."""

    def __init__(self, is_busy: Callable[[], bool]):
        self.is_busy = is_busy
        self.began_s = time.monotonic()
        self.skipped_s = 0.0
        self.said = []

    def now(self):
        return NOW + timedelta(seconds=time.monotonic() - self.began_s + self.skipped_s)

    def wait(self, seconds):
        if self.is_busy():
            time.sleep(seconds)
        else:
            self.skipped_s += max(seconds, 60)

    def tell(self, text):
        self.said.append(text)


def test_random_refusals_and_five_minutes_of_a_busy_relay_keep_nobody_from_the_letter(tmp_path):
    """As `mail work` sends them; only that a run's own patience is shorter where all of it is.

    The relay gets busy when a third of the letters have left, over connections that are open.
    """
    size, busy_s = part(300, 10_000), part(3, 300)
    rules = DeliveryRules(waits=True, patience_s=part(1.5, DeliveryRules().patience_s))
    conduct = Conduct(trouble_share=0.3, busy_s=busy_s, busy_after=size // 3)
    database, ledger = queue(tmp_path, size)

    with journal_sink(tmp_path / "journal", conduct) as sink:
        transport = SmtpTransport(Relay("127.0.0.1", sink.port, is_loopback=True))

        def is_busy():
            began_s = next((one.at_s for one in sink.refusals() if one.reply == BUSY), 0)
            return time.monotonic() < began_s + busy_s

        def make_round():
            report = deliver(ledger, transport, make_letter, [UPDATE], night.now(), rules)
            return Round((), report.sent, report.trouble)

        night = Night(is_busy)
        trouble = Worker(ledger, InDoubt.RESEND, make_round, night).work()
        arrived, entries, refusals = sink.arrived(), sink.entries(), sink.refusals()

    assert trouble is None
    assert night.said[0].startswith("trying on; the relay")
    assert ledger.account(UPDATE) == Account(accepted=size)
    assert set(Counter(one.recipient for one in arrived).values()) == {1}
    assert len(arrived) == size
    busy = [one for one in refusals if one.reply == BUSY]
    assert len({one.connection for one in busy} & {one.connection for one in arrived}) > 1
    assert len(busy) > 1
    assert not IS_SOAK or busy[-1].at_s - busy[0].at_s > busy_s / 2
    troubles = [one for one in refusals if one.reply in TROUBLES]
    at_rcpt = sum(one.stage == "RCPT" for one in troubles)
    assert len(troubles) >= 0.25 * (at_rcpt + sum(one.answer != "421" for one in entries))
    assert {(one.stage, one.reply) for one in troubles} == {
        (stage, reply) for stage in ("RCPT", "DOT") for reply in TROUBLES
    }
    database.close()


def busiest_second(times_s):
    return max(sum(begin <= at < begin + 1 for at in times_s) for begin in times_s)


def use_of(times_s):
    """Return which part of PER_SECOND was used from the first to the last."""
    return (len(times_s) - 1) / (times_s[-1] - times_s[0]) / PER_SECOND


@pytest.mark.soak
def test_a_limit_of_the_relay_is_found_out_then_never_overrun_and_used(tmp_path):
    """Of what the relay takes every letter counts, from the first one on.

    That there is a limit is known from the first refusal on only, so of the tries those count
    that come more than a second after it. It is found out within ten seconds. The
    bucket lets no burst through: the half letter of leeway is for 36 ms of delay on a busy machine
    (for a bucket without any see tests/mail/delivery/test_pace.py).
    """
    size = PER_SECOND * 180
    database, ledger = queue(tmp_path, size)

    with journal_sink(tmp_path / "journal", Conduct(per_second=PER_SECOND, burst=1.5)) as sink:
        work(tmp_path, sink)
        entries = sink.entries()

    account = ledger.account(UPDATE)
    database.close()
    tries = [one.at_s for one in entries]
    arrived = [one.at_s for one in entries if one.has_arrived]
    refused = [one.at_s for one in entries if not one.has_arrived]
    assert account == Account(accepted=size)
    assert busiest_second(arrived) <= PER_SECOND + 1
    assert busiest_second([at for at in tries if at > refused[0] + 1]) <= PER_SECOND + 1
    assert use_of([at for at in arrived if at > tries[0] + 10]) >= 0.9


@pytest.mark.soak
def test_a_limit_that_is_known_beforehand_is_kept_from_the_first_letter_on_and_used(tmp_path):
    """Every try counts, from the first one on, and none is refused.

    No second of ours holds more than 14 (tests/mail/delivery/test_pace.py); at the relay it may be
    one more, as a busy machine holds up some letters on the way.
    """
    size = PER_SECOND * 180
    database, ledger = queue(tmp_path, size)

    with journal_sink(
        tmp_path / "journal", Conduct(per_second=PER_SECOND, burst=PER_SECOND)
    ) as sink:
        work(tmp_path, sink, max_per_second=PER_SECOND)
        tries = [one.at_s for one in sink.entries()]

    assert ledger.account(UPDATE) == Account(accepted=size)
    assert len(tries) == size
    assert busiest_second(tries) <= PER_SECOND + 1
    assert use_of(tries) >= 0.9
    database.close()


@pytest.mark.soak
@pytest.mark.parametrize("has_pipelining", [True, False])
def test_a_limit_of_ours_is_kept_in_every_second(tmp_path, has_pipelining):
    database, ledger = queue(tmp_path, 60)

    with journal_sink(tmp_path / "journal", Conduct(has_pipelining=has_pipelining)) as sink:
        work(tmp_path, sink, max_per_second=20)
        times_s = [one.at_s for one in sink.entries()]

    assert ledger.account(UPDATE) == Account(accepted=60)
    assert busiest_second(times_s) <= 20
    database.close()
