import asyncio
import threading

import pytest

from statusgen.errors import DatabaseError
from statusgen.mail.delivery.journal import Journal
from statusgen.mail.letter_states import Result, Sender
from tests.fakes.mail import ACCEPTED, NOW, claim, enlist, make_database, make_update, queue_letters


class SlowLedger:
    """Counts commits, and holds the first until the others wait."""

    def __init__(self, error=None):
        self.groups = []
        self.error = error
        self.may_go_on = threading.Event()

    def record(self, _sender, _results, dots, _now):
        self.may_go_on.wait(5)
        self.groups.append(len(dots))
        if self.error:
            raise self.error
        return frozenset((owed.update_id, owed.subscriber.id) for owed in dots)


@pytest.fixture
def letters(tmp_path):
    database = make_database(tmp_path)
    ledger = queue_letters(database, *(f"p{number}" for number in range(6)))
    yield claim(ledger, enlist(ledger), make_update())
    database.close()


def write_all(ledger, letters):
    async def write():
        journal = Journal(ledger, Sender(1), lambda: NOW)
        tasks = [asyncio.create_task(journal.write([], letters[0]))]
        await asyncio.sleep(0.05)
        tasks += [asyncio.create_task(journal.write([], letter)) for letter in letters[1:]]
        await asyncio.sleep(0.05)
        ledger.may_go_on.set()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        journal.close()
        return answers

    return asyncio.run(write())


def test_who_waits_together_is_committed_together(letters):
    ledger = SlowLedger()

    answers = write_all(ledger, letters)

    assert ledger.groups == [1, 5]
    assert answers == [True] * 6


def test_every_connection_hears_of_a_commit_that_failed(letters):
    ledger = SlowLedger(DatabaseError("the disk is full"))

    answers = write_all(ledger, letters)

    assert all(isinstance(answer, DatabaseError) for answer in answers)


@pytest.mark.parametrize(("failures", "saved"), [(1, True), (3, True), (4, False)])
def test_what_the_relay_has_said_is_kept_until_the_ledger_can_be_written(
    letters, monkeypatch, failures, saved
):
    monkeypatch.setattr("statusgen.mail.delivery.journal.time.sleep", lambda _seconds: None)
    said = Result(letters[0], ACCEPTED)

    class Away:
        def __init__(self):
            self.left, self.saved = failures, []

        def record(self, _sender, results, _dots, _now):
            self.left -= 1
            if self.left >= 0:
                raise DatabaseError("started anew")
            self.saved += results
            return frozenset()

    async def write(journal):
        with pytest.raises(DatabaseError):
            await journal.write([said], None)

    ledger = Away()
    journal = Journal(ledger, Sender(1), lambda: NOW)
    asyncio.run(write(journal))
    journal.close()

    assert ledger.saved == ([said] if saved else [])
