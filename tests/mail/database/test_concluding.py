from datetime import timedelta
from threading import Barrier, BrokenBarrierError

import pytest

from statusgen.mail.database import concluding
from statusgen.mail.database.engine import open_database
from statusgen.mail.database.ledger import SqlLedger
from statusgen.mail.delivery.refusals import ReaderRefusal, Refusals
from statusgen.mail.delivery.replies import Meaning
from statusgen.mail.subscribers.subscriber import NewSubscriber, SubscriberState
from tests.fakes.mail import NOW
from tests.mail.database.conftest import ON_A_SERVER
from tests.mail.database.test_recording import together

DAY = timedelta(days=1)


def add(book, number):
    """Add so many; return their ids."""
    rows = [NewSubscriber(f"r{one}@example.com") for one in range(number)]
    book.import_rows(rows, "list.csv", NOW - 9 * DAY)
    return [one.id for one in book.subscribers()]


def refused(*ids, meaning=Meaning.NO_SUCH_MAILBOX, settled=500, is_wave=False):
    each = tuple(ReaderRefusal(one, meaning, 200 * place) for place, one in enumerate(ids))
    return Refusals(each, settled, is_wave)


def bounced(book):
    return [one.id for one in book.subscribers(state=SubscriberState.BOUNCED)]


def test_a_mailbox_that_is_not_there_is_not_written_to_again(book, ledger):
    ids = add(book, 3)

    ledger.conclude(refused(ids[1]), NOW)

    assert bounced(book) == [ids[1]]


def test_trouble_on_three_days_ends_the_letters_and_twice_on_one_day_counts_once(book, ledger):
    ids = add(book, 3)

    found = []
    for day in (0, 0, 1, 2):
        ledger.conclude(refused(ids[0], meaning=Meaning.MAILBOX_TROUBLE), NOW + day * DAY)
        found.append(bounced(book))

    assert found == [[], [], [], [ids[0]]]


def test_a_wave_leaves_strikes_and_changes_no_state(book, ledger):
    ids = add(book, 30)

    for day in range(5):
        ledger.conclude(refused(*ids, is_wave=True), NOW + day * DAY)

    assert bounced(book) == []
    assert ledger.struck_before(NOW + 5 * DAY) == set(ids)
    assert ledger.struck_before(NOW) == frozenset()  # those of the day itself tell nothing yet


def test_a_wave_in_many_small_runs_of_a_day_ends_at_the_third_reader(book, ledger):
    ids = add(book, 30)

    for one in ids:
        ledger.conclude(refused(one, settled=1), NOW)

    assert bounced(book) == ids[:3]


def test_where_nobody_was_refused_nothing_is_written(book, ledger):
    add(book, 1)

    ledger.conclude(Refusals(settled=1), NOW)

    assert bounced(book) == []


@pytest.fixture
def slow(monkeypatch):
    """Runs that end at the same time and meet at each reader."""
    meet = Barrier(2)

    def slowed(original):
        def change(*arguments, **named):
            done = original(*arguments, **named)
            try:
                meet.wait(0.3)
            except BrokenBarrierError:  # the other one waits for us, as it should
                meet.reset()
            return done

        return change

    for name in ("add_strike", "give_up"):
        monkeypatch.setattr(concluding, name, slowed(getattr(concluding, name)))


GONE, FULL = Meaning.NO_SUCH_MAILBOX, Meaning.MAILBOX_TROUBLE


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("url", [ON_A_SERVER], indirect=True)
@pytest.mark.parametrize("told", [(FULL, FULL), (GONE, GONE), (FULL, GONE)], ids="+".join)
def test_two_runs_that_were_told_of_the_same_readers_both_count(url, book, ledger, tmp_path, told):
    first, second = told
    ids = add(book, 100)[:2]
    database = open_database(url, tmp_path)
    other = SqlLedger(database)

    failed = together(
        lambda: ledger.conclude(refused(*ids, meaning=first), NOW),
        lambda: other.conclude(refused(*reversed(ids), meaning=second), NOW),
    )

    assert failed == []
    assert set(bounced(book)) == (set() if first == second == FULL else set(ids))
    database.close()
