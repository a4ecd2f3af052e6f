from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from statusgen.mail.database.engine import open_database
from statusgen.mail.database.ledger import SqlLedger
from statusgen.mail.database.schema import delivery, known_update
from statusgen.mail.delivery.replies import Meaning
from statusgen.mail.letter_states import (
    Account,
    Audience,
    ClaimedLetter,
    DeliveryState,
    Outcome,
    Result,
    Sender,
)
from statusgen.mail.subscribers.subscriber import NewSubscriber, SubscriberState
from statusgen.targets.manifest import Publisher
from statusgen.values.vocabulary import InDoubt
from tests.components.soak import part
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
from tests.mail.database.conftest import ON_A_SERVER

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
ACTS = [
    *["claim", "dot", "settle"] * 5,
    *["die", "late_dot", "late_result", "prepare"] * 3,
    *["retry", "hold", "end", "leave", "later"],
]
STEPS = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, 1), st.integers(0, 1), OUTCOMES),
    min_size=20,
    max_size=60,
)


def story(*acts, outcome=DEFERRED):
    """One sender's, about one update."""
    return [(act, 1, 0, outcome) for act in acts]


RESENT = ("claim", "dot", "die", "prepare", "claim")


READERS = 6
INCIDENTS = count()


WITHDRAWN = (DeliveryState.SUPPRESSED, DeliveryState.SUPERSEDED, DeliveryState.EXPIRED)


@dataclass
class Hand:
    """A sender, and the letters that it takes for its own."""

    sender: Sender
    claimed: list[ClaimedLetter] = field(default_factory=list)
    at_dot: list[ClaimedLetter] = field(default_factory=list)


class Sending:
    """Two senders, two updates of an incident, and what becomes of the letters.

    Who was taken for dead is heard of again: it asks for dots and tells outcomes all the same.
    """

    def __init__(self, database, book, ledger):
        self.database, self.book, self.ledger, self.now = database, book, ledger, NOW
        incident = f"login-{next(INCIDENTS)}"
        self.updates = [make_update(number, incident) for number in (1, 2)]
        for one in book.subscribers():
            book.set_state(one.id, SubscriberState.ACTIVE, NOW)
        ledger.queue(self.updates[0], EVERYBODY, NOW, NOW + timedelta(hours=4))
        self.names = [Publisher(name, "here", "boot 1 1.00") for name in ("kim", "sam")]
        first = ledger.enlist(self.names[0], lambda _: True)
        second = ledger.enlist(self.names[1], lambda _: False)
        self.hands = [Hand(first), Hand(second)]
        self.late = [Hand(first), Hand(second)]
        self.settled = {first.number} if self.is_file else set()
        self.accepted = [set(), set()]
        self.withdrawn = set()

    @property
    def is_file(self):
        """Who enlists settles everybody else there."""
        return self.database.path is not None

    def claim(self, who, update, _):
        hand = self.hands[who]
        found = claim(self.ledger, hand.sender, self.updates[update], 2, self.now)
        assert not found or hand.sender.number not in self.settled
        hand.claimed += found

    def dot(self, who, *_):
        self._dot(self.hands[who])

    def settle(self, who, _, outcome):
        self._tell(self.hands[who], outcome)

    def die(self, who, *_):
        """Its successor settles it; it does not know, and nor does anybody else on a file."""
        dead = self.late[who] = self.hands[who]
        gone = self.hands if self.is_file else [dead]
        self.settled |= {hand.sender.number for hand in gone}
        self.hands[who] = Hand(
            self.ledger.enlist(self.names[who], lambda other: other == self.names[who])
        )

    def late_dot(self, who, *_):
        self._dot(self.late[who])

    def late_result(self, who, _, outcome):
        self._tell(self.late[who], outcome)

    def _dot(self, hand):
        taken, hand.claimed = hand.claimed[:2], hand.claimed[2:]
        granted = self._record(hand, [], taken)
        gone = {one.id for one in self.book.subscribers() if one.state != SubscriberState.ACTIVE}
        assert not granted & self.withdrawn
        assert not {subscriber_id for _, subscriber_id in granted} & gone
        hand.at_dot += [one for one in taken if (one.update_id, one.subscriber.id) in granted]

    def _tell(self, hand, outcome):
        if hand.at_dot:
            self._record(hand, [Result(hand.at_dot.pop(), outcome)], [])

    def _record(self, hand, results, dots):
        """Whoever commits changes its own letters only, and once settled says what was accepted."""
        before, number = self._letters(), hand.sender.number
        granted = self.ledger.record(hand.sender, results, dots, self.now)
        is_settled = number in self.settled
        assert not (is_settled and granted)
        for letter, (state, holder) in self._letters().items():
            is_new = (state, holder) != before[letter]
            may_be_new = holder == number and (not is_settled or state == DeliveryState.ACCEPTED)
            is_swept = letter in self.withdrawn and state in WITHDRAWN
            assert not is_new or may_be_new or is_swept, (letter, before[letter], state)
        return granted

    def _letters(self):
        query = (
            select(known_update.c.update_id, delivery.c.subscriber_id)
            .add_columns(delivery.c.state, delivery.c.sender)
            .join(delivery, delivery.c.update_number == known_update.c.number)
            .where(known_update.c.incident_id == self.updates[0].incident_id)
        )
        with self.database.reading() as connection:
            return {tuple(row[:2]): tuple(row[2:]) for row in connection.execute(query)}

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
    max_examples=part(12, 300),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
@example(steps=story("claim", "die", "claim", "late_dot"))
@example(steps=story(*RESENT, "late_result"))
@example(steps=story(*RESENT, "late_result", outcome=ACCEPTED))
def test_nothing_leaves_accepted_or_goes_out_withdrawn_whatever_two_senders_do(
    database, book, ledger, steps
):
    add(book, *(f"p{number}" for number in range(READERS)))
    sending = Sending(database, book, ledger)

    for act, who, update, outcome in steps:
        getattr(sending, act)(who, update, outcome)
        sending.check()
