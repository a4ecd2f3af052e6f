"""From a plan to the ledger: claims first, then letters."""

import pytest

from statusgen.adapters.cache_file import CacheFile
from statusgen.adapters.database.ledger import SqlLedger
from statusgen.config.reader import read_settings
from statusgen.errors import ContentError
from statusgen.model.delivery import HELD, KnownUpdate
from statusgen.plan.mail import MailOptions, Skip
from statusgen.plan.plan import Backlog, Plan, make_plan
from statusgen.usecases.archive import read_archive
from statusgen.usecases.mailing import make_forms, queue_letters, rehearse
from statusgen.usecases.publish import choose
from tests.builders import instant, write_tree
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
    choice = choose(archive, ledger, NOW, MailOptions())
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


def test_a_claim_that_stops_letters_stops_them_in_every_publish(archive, ledger):
    bucket = FakeStorage(claims={UPDATE: "a stranger's"})

    stopped = [
        queue_letters(make(archive, ledger), archive, ledger, [bucket], NOW, takeover=False)
        for _ in range(3)
    ]

    assert [one.claimed_elsewhere for one in stopped] == [(UPDATE,)] * 3
    assert [one.letters for one in stopped] == [0, 0, 0]


def test_a_stranger_s_claim_is_settled_by_hand(archive, ledger):
    bucket = FakeStorage(claims={UPDATE: "a stranger's"})
    queue_letters(make(archive, ledger), archive, ledger, [bucket], NOW, takeover=False)

    ledger.hold(UPDATE, NOW)
    queued = queue_letters(make(archive, ledger), archive, ledger, [bucket], NOW, takeover=False)

    assert queued.claimed_elsewhere == ()
    assert ledger.skips() == {UPDATE: HELD}


def test_a_target_that_can_not_be_claimed_on_is_behind_and_another_does(archive, ledger):
    broken, bucket = FakeStorage("s3://one", fail_on=f"claim {UPDATE}"), FakeStorage("s3://two")

    queued = queue_letters(
        make(archive, ledger), archive, ledger, [broken, bucket], NOW, takeover=False
    )

    assert queued.behind == (f"s3://one: told to fail on claim {UPDATE}",)
    assert (queued.update_ids, queued.unclaimed) == ((UPDATE,), ())
    assert list(bucket.claims) == [UPDATE]


@pytest.mark.parametrize("takeover", [False, True])
def test_without_any_claim_letters_stay_owed_and_the_next_publish_sends_them(
    archive, ledger, takeover
):
    broken = FakeStorage("s3://one", fail_on=f"claim {UPDATE}")

    first = queue_letters(make(archive, ledger), archive, ledger, [broken], NOW, takeover=takeover)
    broken.fail_on = ""
    second = queue_letters(make(archive, ledger), archive, ledger, [broken], NOW, takeover=takeover)

    assert (first.update_ids, first.unclaimed, len(first.behind)) == ((), (UPDATE,), 1)
    assert (second.update_ids, second.behind) == ((UPDATE,), ())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("locale/ar.po", "\nnonsense\n"),
        ("mail/fr/investigating.txt", "Bonjour\n{{ nothing }}\n"),
    ],
)
def test_what_is_broken_in_any_language_of_the_user_s_stops_the_letters_before_the_first(
    archive, ledger, name, text
):
    write_tree(archive.settings.root, {f"site_templates/{name}": text})
    forms = make_forms(archive.settings, b"a key for tests")

    with pytest.raises(ContentError, match=rf"site_templates/{name}:2: "):
        rehearse(make(archive, ledger), archive, forms, NOW)


def test_each_reader_gets_a_letter_in_their_language(archive, ledger):
    forms = make_forms(archive.settings, b"a key for tests")
    rehearse(make(archive, ledger), archive, forms, NOW)
    incident = archive.incident(ID)

    subjects = [
        forms.form(incident, incident.first, one, now=NOW).subject for one in ("en", "de", "fr")
    ]

    assert "Investigating" in subjects[0]
    assert "Wir untersuchen" in subjects[1]
    assert subjects[2] == subjects[0]
