"""`rollback`: readers see again what they saw before, and nobody is mailed."""

import pytest

from tests.fakes.repository import CANARY, ID, make_repository, tree

FIRST_AT, SECOND_AT = "2026-11-21T02:10:00Z", "2026-11-21T02:20:00Z"


@pytest.fixture
def repository(tmp_path):
    """Return a repository that has published twice."""
    repository = make_repository(tmp_path)
    repository.subscribe(CANARY)
    assert repository.run("publish", "--yes", now=FIRST_AT).code == 0
    repository.write_update("02-identified", "identified", "02:15", "It is the payment provider.")
    assert repository.run("publish", "--yes", now=SECOND_AT).code == 0
    return repository


def test_readers_see_again_what_they_saw_before_and_nobody_is_mailed(repository):
    letters = len(repository.letters())

    done = repository.run("rollback", "--yes", now=SECOND_AT)

    assert done.code == 0, done.err
    assert "folder:public: back to release 1 (" in done.out
    assert "It is the payment provider" not in repository.page(f"incidents/{ID}.html")
    assert "next: correct the files, then statusgen publish" in done.err
    assert len(repository.letters()) == letters


def test_the_next_publish_puts_up_what_the_files_say(repository):
    before = tree(repository.root / "public")
    repository.run("rollback", "--yes", now=SECOND_AT)

    done = repository.run("publish", "--yes", now=SECOND_AT)

    assert done.code == 0, done.err
    assert tree(repository.root / "public") == before


def test_what_can_be_gone_back_to_is_listed(repository):
    shown = repository.run("rollback", "--list")
    told = repository.run("rollback", "--list", "--json").json

    assert "1 release to go back to" in shown.out
    assert "up now" in shown.out
    [target] = told
    assert target["target"] == "folder:public"
    assert [one["release"] for one in target["releases"]] == [2, 1]
    assert target["releases"][0]["published"] == SECOND_AT


def test_a_release_that_is_not_kept_is_a_wrong_question(repository):
    before = tree(repository.root / "public")

    done = repository.run("rollback", "99", "--yes")

    assert done.code == 2
    assert "it keeps no release 99; these can be gone back to: 1 (" in done.err
    assert tree(repository.root / "public") == before


def test_without_a_terminal_it_has_to_be_said_that_it_is_meant(repository):
    done = repository.run("rollback")

    assert done.code == 2
    assert "add --yes" in done.err


def test_programs_are_told_what_was_done(repository):
    told = repository.run("rollback", "1", "--yes", "--json", now=SECOND_AT).json

    [target] = told["targets"]
    assert target["failure"] is None
    assert target["put"] > 0


def test_a_first_publish_can_not_be_gone_back_from(tmp_path):
    repository = make_repository(tmp_path)
    repository.run("publish", "--yes", "--no-mail")

    done = repository.run("rollback", "--yes")

    assert done.code == 2
    assert "there is no release before this one to go back to" in done.err
