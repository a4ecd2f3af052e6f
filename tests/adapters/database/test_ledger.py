from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from statusgen.adapters.database.engine import open_database
from statusgen.adapters.database.ledger import SqlLedger
from statusgen.model.delivery import Account, Audience, DeliveryState, InDoubt, Outcome, Result
from statusgen.model.manifest import Publisher
from statusgen.model.replies import Meaning
from statusgen.model.subscriber import NewSubscriber, SubscriberState
from tests.adapters.database.conftest import ON_A_SERVER
from tests.fakes.mail import (
    ACCEPTED,
    DOUBT,
    EVERYBODY,
    NOW,
    account,
    claim,
    enlist,
    make_database,
    make_update,
)

ONE, TWO, THREE = (make_update(number) for number in (1, 2, 3))


def add(book, *local_parts):
    rows = [NewSubscriber(f"{part}@example.com", components=("api",)) for part in local_parts]
    book.import_rows(rows, "list.csv", NOW)


def test_followers_of_an_incident_hear_of_its_end_whatever_the_rule_says(book, ledger):
    add(book, "ann", "bob")
    ledger.queue(ONE, EVERYBODY, NOW)
    book.set_state(book.find("bob@example.com").id, SubscriberState.UNSUBSCRIBED, NOW)
    nobody = Audience(("subscribers",), ("other",), ())

    assert ledger.queue(TWO, nobody, NOW) == 1
    assert ledger.audience_size("another", nobody) == 0


@pytest.mark.parametrize("only", [None, [1, 2]], ids=["all", "few"])
def test_the_backlog_of_a_file_is_found_by_its_index(tmp_path, only):
    database = make_database(tmp_path)
    ledger = SqlLedger(database)
    ledger.queue(ONE, EVERYBODY, NOW)
    statements = []
    event.listen(database.engine, "before_cursor_execute", lambda *a: statements.append(a[2:4]))

    ledger.backlog(InDoubt.RESEND, only)

    [(query, values)] = [each for each in statements if each[0].startswith("SELECT")]
    with database.reading() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values).all()
    assert any("delivery_unsettled" in row[3] for row in plan), plan
    database.close()


def test_nothing_is_known_about_an_update_that_was_never_seen(ledger):
    assert ledger.account("no/1") == Account()
    assert claim(ledger, enlist(ledger), make_update(1, "no")) == ()
    assert ledger.hold("no/1", NOW) == ledger.retry("no/1", [DeliveryState.FAILED], NOW) == 0


def test_a_sample_is_the_first_and_others_spread_over_the_audience(book, ledger):
    add(book, *(f"reader{number}" for number in range(9)))
    ids = [one.id for one in book.subscribers()]

    picked = [one.id for one in ledger.sample("login", EVERYBODY, 3)]

    assert picked == [ids[0], ids[3], ids[6]]
    assert len(ledger.sample("login", EVERYBODY, 30)) == 9
    assert ledger.sample("login", Audience(("nobody",)), 3) == ()


AHEAD = timedelta(hours=4)
A_MOMENT = timedelta(seconds=5)


@pytest.fixture
def fast(url, tmp_path):
    """A ledger on a machine whose clock is four hours ahead."""
    database = open_database(url, tmp_path, lambda: datetime.now(UTC) + AHEAD)
    yield SqlLedger(database)
    database.close()


@pytest.mark.parametrize("url", [ON_A_SERVER], indirect=True)
def test_a_wrong_clock_expires_nothing_and_ends_no_waiting(book, ledger, fast):
    add(book, "ann", "bob")
    ledger.queue(ONE, EVERYBODY, NOW, NOW + timedelta(hours=1))
    sender = enlist(fast)

    letters = claim(fast, sender, ONE, now=NOW + AHEAD)
    fast.record(sender, [], letters, NOW + AHEAD)
    fast.record(sender, [Result(one, DEFERRED) for one in letters], [], NOW + AHEAD)

    due, theirs = ledger.next_due([ONE.update_id]), fast.next_due([ONE.update_id])
    assert account(ledger, ONE) == Account(deferred=2)
    assert abs(due - NOW - timedelta(minutes=1)) < A_MOMENT
    assert abs(theirs - due - AHEAD) < A_MOMENT
    assert ledger.claim(sender, ONE.update_id, 9, NOW, waits=True) == ()
    assert len(ledger.claim(sender, ONE.update_id, 9, due + A_MOMENT, waits=True)) == 2


@pytest.mark.parametrize("url", [ON_A_SERVER], indirect=True)
def test_what_a_wrong_clock_queues_expires_when_it_should(book, ledger, fast):
    add(book, "ann")
    fast.queue(ONE, EVERYBODY, NOW + AHEAD, NOW + AHEAD + timedelta(hours=1))
    ann = book.find("ann@example.com").id
    hour = NOW + timedelta(hours=1)
    sender = enlist(ledger)

    (letter,) = claim(ledger, sender, ONE, now=hour - A_MOMENT)
    granted = ledger.record(sender, [], [letter], hour + A_MOMENT)

    (here,), (there,) = ledger.letters_of(ann), fast.letters_of(ann)
    assert (granted, here.state) == (frozenset(), DeliveryState.EXPIRED)
    assert here.changed_at == hour + A_MOMENT
    assert abs(there.changed_at - here.changed_at - AHEAD) < A_MOMENT


DEFERRED = Outcome(DeliveryState.DEFERRED, "451 4.3.0")
OUTCOMES = st.sampled_from(
    [
        ACCEPTED,
        DOUBT,
        DEFERRED,
        Outcome(DeliveryState.QUEUED),
        Outcome(DeliveryState.FAILED, "554"),
        Outcome(DeliveryState.FAILED, "550 5.1.1", Meaning.NO_SUCH_MAILBOX),
        Outcome(DeliveryState.FAILED, "552 5.2.2", Meaning.MAILBOX_TROUBLE),
    ]
)
ACTS = ["claim", "dot", "settle"] * 3 + ["die", "prepare", "hold", "end", "leave", "later", "retry"]
STEPS = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, 1), st.integers(0, 1), OUTCOMES), max_size=60
)
READERS = 6
INCIDENTS = count()


class Sending:
    """Two senders, two updates of an incident, and what becomes of the letters."""

    def __init__(self, book, ledger):
        self.book, self.ledger, self.now = book, ledger, NOW
        incident = f"login-{next(INCIDENTS)}"
        self.updates = [make_update(number, incident) for number in (1, 2)]
        for one in book.subscribers():
            book.set_state(one.id, SubscriberState.ACTIVE, NOW)
        ledger.queue(self.updates[0], EVERYBODY, NOW, NOW + timedelta(hours=4))
        self.names = [Publisher(name, "here", "boot 1 1.00") for name in ("kim", "sam")]
        self.senders = [ledger.enlist(one, lambda _: True) for one in self.names]
        self.claimed, self.at_dot = [[], []], [[], []]
        self.accepted = [set(), set()]
        self.withdrawn = set()

    def claim(self, who, update, _):
        self.claimed[who] += claim(
            self.ledger, self.senders[who], self.updates[update], 2, self.now
        )

    def dot(self, who, *_):
        taken, self.claimed[who] = self.claimed[who][:2], self.claimed[who][2:]
        granted = self.ledger.record(self.senders[who], [], taken, self.now)
        gone = {one.id for one in self.book.subscribers() if one.state != SubscriberState.ACTIVE}
        assert not granted & self.withdrawn
        assert not {subscriber_id for _, subscriber_id in granted} & gone
        self.at_dot[who] += [one for one in taken if (one.update_id, one.subscriber.id) in granted]

    def settle(self, who, _, outcome):
        if self.at_dot[who]:
            result = Result(self.at_dot[who].pop(), outcome)
            self.ledger.record(self.senders[who], [result], [], self.now)

    def die(self, who, *_):
        """Its successor settles it, as everybody else on a file; the others do not know."""
        self.senders[who] = self.ledger.enlist(
            self.names[who], lambda other: other == self.names[who]
        )
        self.claimed[who], self.at_dot[who] = [], []

    def prepare(self, _, update, __):
        self.ledger.prepare([self.updates[update].update_id], InDoubt.RESEND, self.now)

    def retry(self, _, update, __):
        states = (DeliveryState.FAILED, DeliveryState.DEFERRED, DeliveryState.IN_DOUBT)
        self.ledger.retry(self.updates[update].update_id, states, self.now)

    def hold(self, _, update, __):
        update_id = self.updates[update].update_id
        if update_id in self.ledger.known_updates():
            self.ledger.hold(update_id, self.now)
            self._withdraw(update)

    def end(self, *_):
        if self.ledger.queue(self.updates[1], EVERYBODY, self.now, supersedes=True):
            self._withdraw(0)

    def later(self, *_):
        self.now += timedelta(hours=1)
        if self.now >= NOW + timedelta(hours=4):
            self._withdraw(0)

    def leave(self, who, update, _):
        readers = [one.id for one in self.book.subscribers()]
        self.book.set_state(readers[who + 2 * update], SubscriberState.UNSUBSCRIBED, self.now)

    def _withdraw(self, update):
        """Of its letters no dot goes out any more: each who is there has one about the end too."""
        update_id = self.updates[update].update_id
        self.withdrawn |= {(update_id, one.id) for one in self.book.subscribers()}

    def check(self):
        known = self.ledger.known_updates()
        for number, update in enumerate(self.updates):
            if update.update_id not in known:
                continue
            audience = self.ledger.account(update.update_id).audience
            accepted = set(self.ledger.tokens(update.update_id, DeliveryState.ACCEPTED))
            assert audience == READERS or number == 1
            assert accepted >= self.accepted[number]
            self.accepted[number] = accepted


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_nothing_leaves_accepted_or_goes_out_withdrawn_whatever_two_senders_do(book, ledger, steps):
    add(book, *(f"p{number}" for number in range(READERS)))
    sending = Sending(book, ledger)

    for act, who, update, outcome in steps:
        getattr(sending, act)(who, update, outcome)
        sending.check()
