"""From a plan to the ledger: claims first, then letters."""

from datetime import timedelta

import pytest

from statusgen.adapters.cache_file import CacheFile
from statusgen.adapters.database.ledger import SqlLedger
from statusgen.config.reader import read_settings
from statusgen.errors import ContentError
from statusgen.letters.compose import make_forms
from statusgen.model.claim import UNKNOWN, Claim
from statusgen.model.delivery import HELD, KnownUpdate
from statusgen.model.manifest import Publisher
from statusgen.model.subscriber import Subscriber, SubscriberState
from statusgen.plan.mail import MailOptions, Skip
from statusgen.plan.plan import Backlog, Plan, make_plan
from statusgen.usecases.archive import read_archive
from statusgen.usecases.mailing import Claiming, Composer, queue_letters, rehearse
from statusgen.usecases.publish import choose
from tests.builders import instant, write_tree
from tests.fakes.mail import make_book, make_database
from tests.fakes.repository import ID, make_repository, parse_letters
from tests.fakes.storage import FakeStorage

NOW = instant("02:10")
UPDATE = f"{ID}/01-investigating"
STRANGER = Claim("a stranger's", "somebody on desktop", instant("02:05"))


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


def make(archive, ledger, **options):
    choice = choose(archive, ledger, NOW, MailOptions(**options))
    return make_plan([], choice, [], 5)


def queue(archive, ledger, *targets, takeover=None):
    plan = make(archive, ledger, takeover=takeover is not None)
    claiming = Claiming(targets, Publisher("someone", "laptop", "1"), takeover)
    return queue_letters(plan, archive, ledger, NOW, claiming)


def test_an_update_is_claimed_and_queued(archive, ledger):
    bucket = FakeStorage()

    queued = queue(archive, ledger, bucket)

    assert (queued.update_ids, queued.letters) == ((UPDATE,), 1)
    assert bucket.claims == {UPDATE: Claim(ledger.token_for(UPDATE), "someone on laptop", NOW)}


def test_an_update_that_nobody_here_would_read_is_claimed_for_nobody(archive, tmp_path):
    """A build machine without an address book must not keep who has one from mailing."""
    empty = make_database(tmp_path / "elsewhere")
    bucket = FakeStorage()

    queued = queue(archive, SqlLedger(empty), bucket)

    empty.close()
    assert queued.letters == 0
    assert bucket.claims == {}


def test_our_own_claim_is_known_as_ours(archive, ledger):
    bucket = FakeStorage(claims={UPDATE: Claim(ledger.token_for(UPDATE))})

    queued = queue(archive, ledger, bucket)

    assert queued.claimed_elsewhere == ()
    assert queued.letters == 1


@pytest.mark.parametrize(("takeover", "letters"), [(None, 0), ("the laptop is lost", 1)])
def test_a_stranger_s_claim_on_any_target_stops_the_letters(archive, ledger, takeover, letters):
    buckets = [FakeStorage(), FakeStorage(claims={UPDATE: STRANGER})]

    queued = queue(archive, ledger, *buckets, takeover=takeover)

    assert queued.letters == letters
    assert queued.claimed_elsewhere == (() if takeover else ((UPDATE, STRANGER),))
    assert queued.taken_over == (((UPDATE, STRANGER),) if takeover else ())
    ours = Claim(ledger.token_for(UPDATE), "someone on laptop", NOW, "the laptop is lost")
    assert buckets[1].claims == {UPDATE: ours if takeover else STRANGER}
    assert ledger.known_updates()[UPDATE].skipped == ("" if takeover else Skip.CLAIMED)


def test_letters_about_a_file_that_is_gone_are_named(archive, ledger):
    plan = Plan(
        (), (), (KnownUpdate("x/01", "x", NOW, Skip.TOO_OLD),), (), (Backlog("x/02", 3),), ()
    )

    queued = queue_letters(plan, archive, ledger, NOW)

    assert queued.vanished == ("x/02",)
    assert queued.update_ids == ()


def test_a_claim_that_stops_letters_stops_them_in_every_publish(archive, ledger):
    bucket = FakeStorage(claims={UPDATE: STRANGER})

    stopped = [queue(archive, ledger, bucket) for _ in range(3)]

    known, later = ((UPDATE, STRANGER),), ((UPDATE, UNKNOWN),)
    assert [one.claimed_elsewhere for one in stopped] == [known, later, later]
    assert [one.letters for one in stopped] == [0, 0, 0]


def test_a_stranger_s_claim_is_settled_by_hand(archive, ledger):
    bucket = FakeStorage(claims={UPDATE: STRANGER})
    queue(archive, ledger, bucket)

    ledger.hold(UPDATE, NOW)
    queued = queue(archive, ledger, bucket)

    assert queued.claimed_elsewhere == ()
    assert ledger.skips() == {UPDATE: HELD}


def test_a_target_that_can_not_be_claimed_on_is_behind_and_another_does(archive, ledger):
    broken, bucket = FakeStorage("s3://one", fail_on=f"claim {UPDATE}"), FakeStorage("s3://two")

    queued = queue(archive, ledger, broken, bucket)

    assert queued.behind == (f"s3://one: told to fail on claim {UPDATE}",)
    assert (queued.update_ids, queued.unclaimed) == ((UPDATE,), ())
    assert list(bucket.claims) == [UPDATE]


@pytest.mark.parametrize("takeover", [None, "the laptop is lost"])
def test_without_any_claim_letters_stay_owed_and_the_next_publish_sends_them(
    archive, ledger, takeover
):
    broken = FakeStorage("s3://one", fail_on=f"claim {UPDATE}")

    first = queue(archive, ledger, broken, takeover=takeover)
    broken.fail_on = ""
    second = queue(archive, ledger, broken, takeover=takeover)

    assert (first.update_ids, first.unclaimed, len(first.behind)) == ((), (UPDATE,), 1)
    assert (second.update_ids, second.behind) == ((UPDATE,), ())


def test_a_claim_that_was_taken_over_is_ours_from_then_on(archive, ledger):
    bucket = FakeStorage(claims={UPDATE: STRANGER})
    queue(archive, ledger, bucket)

    queue(archive, ledger, bucket, takeover="the laptop is lost")
    again = queue(archive, ledger, bucket)

    assert bucket.claims[UPDATE].token == ledger.token_for(UPDATE)
    assert again.claimed_elsewhere == again.taken_over == ()


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


def test_a_letter_is_dated_when_it_leaves_and_not_when_the_run_began(archive):
    clock = iter([NOW, NOW, NOW + timedelta(hours=5)])
    forms = make_forms(archive.settings, b"a key for tests")
    composer = Composer(archive, forms, lambda: next(clock), {}, page_behind=False)
    ann = Subscriber(1, "sub_ann", "ann@example.com", SubscriberState.ACTIVE)
    update_id = archive.incident(ID).first.update.id

    letters = [composer.letter(update_id, ann) for _ in range(2)]

    dates = [one["Date"].datetime for one in parse_letters(one.content for one in letters)]
    assert dates == [NOW, NOW + timedelta(hours=5)]
    assert letters[0].message_id == letters[1].message_id


def test_a_letter_keeps_its_name_when_its_update_is_renamed(archive):
    forms = make_forms(archive.settings, b"a key for tests")
    ann = Subscriber(1, "sub_ann", "ann@example.com", SubscriberState.ACTIVE)
    update_id = archive.incident(ID).first.update.id

    names = {
        Composer(archive, forms, lambda: NOW, first_ids, page_behind=False).letter(update_id, ann)
        for first_ids in ({}, {update_id: update_id}, {update_id: "checkout/00-before"})
    }

    assert len({one.message_id for one in names}) == 2
