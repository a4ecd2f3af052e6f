"""From a plan to the ledger: claims first, then letters."""

import pytest

from statusgen.adapters.cache_file import CacheFile
from statusgen.adapters.database.ledger import SqlLedger
from statusgen.config.reader import read_settings
from statusgen.model.delivery import KnownUpdate
from statusgen.plan.mail import MailOptions, Skip, choose_mail
from statusgen.plan.plan import Backlog, Plan, make_plan
from statusgen.usecases.archive import read_archive
from statusgen.usecases.mailing import queue_letters
from tests.builders import instant
from tests.fakes.mail import make_book, make_database
from tests.fakes.repository import ID, make_repository
from tests.fakes.storage import FakeStorage

NOW = instant("02:10")
UPDATE = f"{ID}/01-investigating"


@pytest.fixture
def archive(tmp_path):
    settings = read_settings(make_repository(tmp_path).root)
    return read_archive(settings, CacheFile(tmp_path / "cache.db", "one"), NOW)


@pytest.fixture
def ledger(tmp_path):
    from statusgen.model.subscriber import NewSubscriber  # noqa: PLC0415

    database = make_database(tmp_path)
    make_book(database).import_rows([NewSubscriber("ann@example.com")], "list.csv", NOW)
    yield SqlLedger(database)
    database.close()


def make(archive, ledger):
    choice = choose_mail(archive.outlines, ledger.known_updates(), NOW, MailOptions())
    return make_plan([], choice, [], 5)


def test_an_update_is_claimed_and_queued(archive, ledger):
    bucket = FakeStorage()

    queued = queue_letters(make(archive, ledger), archive, ledger, [bucket], NOW, takeover=False)

    assert (queued.update_ids, queued.letters) == ((UPDATE,), 1)
    assert bucket.claims == {UPDATE: ledger.token_for(UPDATE)}


def test_our_own_claim_is_known_as_ours(archive, ledger):
    bucket = FakeStorage(claims={UPDATE: ledger.token_for(UPDATE)})

    queued = queue_letters(make(archive, ledger), archive, ledger, [bucket], NOW, takeover=False)

    assert queued.claimed_elsewhere == ()
    assert queued.letters == 1


@pytest.mark.parametrize(("takeover", "letters"), [(False, 0), (True, 1)])
def test_a_stranger_s_claim_on_any_target_stops_the_letters(archive, ledger, takeover, letters):
    buckets = [FakeStorage(), FakeStorage(claims={UPDATE: "a stranger's"})]

    queued = queue_letters(make(archive, ledger), archive, ledger, buckets, NOW, takeover=takeover)

    assert queued.letters == letters
    assert queued.claimed_elsewhere == (() if takeover else (UPDATE,))
    assert ledger.known_updates()[UPDATE].skipped == ("" if takeover else Skip.CLAIMED)


def test_letters_about_a_file_that_is_gone_are_named(archive, ledger):
    plan = Plan(
        (), (), (KnownUpdate("x/01", "x", NOW, Skip.TOO_OLD),), (), (Backlog("x/02", 3),), ()
    )

    queued = queue_letters(plan, archive, ledger, [], NOW, takeover=False)

    assert queued.vanished == ("x/02",)
    assert queued.update_ids == ()
