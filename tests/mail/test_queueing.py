"""From a plan to the ledger: claims first, then letters."""

import pytest

from statusgen.content.archive import read_archive
from statusgen.content.cache_file import CacheFile
from statusgen.mail.database.ledger import SqlLedger
from statusgen.mail.letter_states import HELD, KnownUpdate
from statusgen.mail.plan import Backlog, MailOptions, MailPlan, Skip
from statusgen.mail.planning import choose
from statusgen.mail.queueing import Claiming, queue_letters
from statusgen.targets.claim import UNKNOWN, Claim
from statusgen.targets.manifest import Publisher
from statusgen.values.value import replace
from statusgen.values.vocabulary import InDoubt
from tests.builders import instant
from tests.fakes.mail import make_database
from tests.fakes.repository import ID, make_repository
from tests.fakes.storage import FakeStorage

NOW = instant("02:10")
UPDATE = f"{ID}/01-investigating"
STRANGER = Claim("a stranger's", "somebody on desktop", instant("02:05"))


def queue(archive, ledger, *targets, takeover=None):
    options = MailOptions(takeover=takeover is not None)
    plan = choose(archive, ledger, NOW, options)
    claiming = Claiming(targets, Publisher("someone", "laptop", "1"), takeover)
    return queue_letters(plan, archive, ledger, NOW, claiming)


def test_an_update_is_claimed_and_queued(archive, ledger):
    bucket = FakeStorage()

    queued = queue(archive, ledger, bucket)

    assert (queued.update_ids, queued.letters) == ((UPDATE,), 1)
    assert bucket.claims == {UPDATE: Claim(ledger.token_for(UPDATE), "someone on laptop", NOW)}


def test_what_is_owed_is_sent_oldest_first_whenever_it_was_queued(tmp_path, archive, ledger):
    queue(archive, ledger)
    repository = make_repository(tmp_path)
    repository.write_update("02-identified", "identified", "02:06")
    repository.write_update("00-before", "investigating", "02:01", title="Errors", severity="SEV1")
    archive = read_archive(archive.settings, CacheFile(tmp_path / "cache.db", "one"), NOW)
    options = MailOptions()
    backlog = tuple(Backlog(*one) for one in ledger.backlog(InDoubt.HOLD))
    plan = replace(choose(archive, ledger, NOW, options), backlog=backlog)

    queued = queue_letters(plan, archive, ledger, NOW)

    assert queued.update_ids == (f"{ID}/00-before", UPDATE, f"{ID}/02-identified")


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
    too_old = KnownUpdate("x/01", "x", NOW, Skip.TOO_OLD)
    plan = MailPlan(skipped=(too_old,), backlog=(Backlog("x/02", 3),))

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
