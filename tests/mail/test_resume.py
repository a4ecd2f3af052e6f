"""Nobody is told by a resumed letter what the page does not show."""

import shutil

import pytest

from statusgen.cli.composition import open_state, open_target
from statusgen.config.reader import read_settings
from statusgen.config.settings import S3Target
from statusgen.content.archive import read_archive
from statusgen.content.cache_file import CacheFile
from statusgen.errors import Refused, TargetUnreachable
from statusgen.mail.letter_states import DeliveryState, Outcome, Result
from statusgen.mail.queueing import queue_letters
from statusgen.mail.resume import plan_resume
from statusgen.targets.uploading import Target
from tests.builders import instant
from tests.fakes.mail import enlist
from tests.fakes.repository import FIRST, ID, make_repository
from tests.fakes.storage import FakeStorage

NOW = instant("02:10")
UPDATE = f"{ID}/01-investigating"


@pytest.fixture
def repository(tmp_path):
    """One letter is owed, and the page is up."""
    repository = make_repository(tmp_path)
    repository.subscribe("ann@example.com")
    (tmp_path / "outbox").write_text("in the way", encoding="utf-8")
    assert repository.run("publish", "--yes").code == 4
    return repository


def resume(repository, now=NOW, retry="", targets=None):
    settings = read_settings(repository.root)
    cache = CacheFile(repository.root / "test-cache.db", "one")
    archive = read_archive(settings, cache, now)
    targets = targets or [Target(one, open_target(one)) for one in settings.targets]
    with open_state(settings) as state:
        resumed = plan_resume(targets, archive, state.ledger, now, retry)
        queued = queue_letters(resumed.plan, archive, state.ledger, now)
        return resumed.plan, queued, state.ledger.account(UPDATE)


def look(repository):
    settings = read_settings(repository.root)
    archive = read_archive(settings, CacheFile(repository.root / "test-cache.db", "one"), NOW)
    with open_state(settings) as state:
        targets = [Target(one, open_target(one)) for one in settings.targets]
        return plan_resume(targets, archive, state.ledger, NOW)


@pytest.mark.parametrize("at", ["02:10", "02:19", "02:20", "23:00"])
def test_what_is_owed_goes_on_however_late_the_next_update_is(repository, at):
    plan, queued, _ = resume(repository, instant(at))

    assert plan.letters == 1
    assert queued.update_ids == (UPDATE,)


def test_an_edit_that_is_not_published_goes_out_in_no_letter(repository):
    repository.write(f"{ID}/01-investigating.md", FIRST.replace("one in three", "half of"))

    with pytest.raises(Refused, match=f"show what the files say about {ID}.*statusgen publish"):
        resume(repository)


def test_an_update_that_is_not_published_holds_the_one_before_it(repository):
    repository.write_update("02-identified", "identified", "02:09")

    with pytest.raises(Refused, match="statusgen publish"):
        resume(repository)


def test_an_edit_of_another_incident_holds_nothing(repository):
    repository.write("another/01.md", FIRST)

    plan, _, _ = resume(repository)

    assert plan.letters == 1


def test_letters_of_an_incident_whose_page_is_right_go_and_others_wait(repository):
    repository.write("another/01.md", FIRST)
    assert repository.run("publish", "--yes").code == 4
    repository.write("another/01.md", FIRST.replace("one in three", "half of"))

    resumed = look(repository)

    assert resumed.unshown == ("another",)
    assert [one.update_id for one in resumed.plan.backlog] == [UPDATE]


def test_updates_that_no_publish_has_queued_are_named(repository):
    repository.write("another/01.md", FIRST)
    repository.run("publish", "--yes", "--no-mail")

    assert look(repository).unqueued == ("another/01",)


def test_a_renamed_file_is_followed_once_the_page_has_its_new_name(repository):
    folder = repository.root / "incidents" / ID
    (folder / "01-investigating.md").rename(folder / "01-first-word.md")

    with pytest.raises(Refused):
        resume(repository)
    repository.run("publish", "--yes", "--no-mail")
    plan, queued, _ = resume(repository)

    assert plan.renamed == ((UPDATE, f"{ID}/01-first-word"),)
    assert queued.update_ids == (f"{ID}/01-first-word",)
    assert queued.letters == 1


def test_letters_about_a_file_that_is_gone_are_named(repository):
    repository.write("another/01.md", FIRST)
    shutil.rmtree(repository.root / "incidents" / ID)

    _, queued, _ = resume(repository)

    assert (queued.update_ids, queued.vanished) == ((), (UPDATE,))


def test_a_page_that_was_taken_away_is_not_mailed_about(repository):
    shutil.rmtree(repository.root / "public")

    with pytest.raises(Refused):
        resume(repository)


def test_a_target_that_does_not_answer_holds_the_letters(repository):
    dark = Target(S3Target("s3://acme", "acme", ""), FakeStorage(fail_on="read manifest"))
    [folder] = read_settings(repository.root).targets

    with pytest.raises(TargetUnreachable, match="no letter was sent") as caught:
        resume(repository, targets=[dark, Target(folder, open_target(folder))])

    assert caught.value.exit_code == 4


def test_a_refused_retry_queues_nothing(repository):
    with open_state(read_settings(repository.root)) as state:
        state.ledger.hold(UPDATE, NOW)
    repository.write(f"{ID}/01-investigating.md", FIRST.replace("one in three", "half of"))

    with pytest.raises(Refused):
        resume(repository, retry=UPDATE)


def test_a_retry_queues_what_had_failed(repository):
    settings = read_settings(repository.root)
    with open_state(settings) as state:
        sender = enlist(state.ledger)
        [letter] = state.ledger.claim(sender, UPDATE, 9, NOW)
        refused = Outcome(DeliveryState.FAILED, "550 5.7.1")
        state.ledger.record(sender, [Result(letter, refused)], [], NOW)
        state.ledger.dismiss(sender)

    _, before, _ = resume(repository)
    plan, queued, account = resume(repository, retry=UPDATE)

    assert before.letters == 0
    assert (plan.letters, queued.letters, account.queued) == (1, 1, 1)


def test_nothing_owed_asks_nothing_of_a_target(repository):
    with open_state(read_settings(repository.root)) as state:
        state.ledger.hold(UPDATE, NOW)
    dark = Target(S3Target("s3://acme", "acme", ""), FakeStorage(fail_on="read manifest"))

    plan, _, _ = resume(repository, targets=[dark])

    assert plan.letters == 0
    assert dark.storage.requests == []
