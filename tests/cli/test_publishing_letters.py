"""Which letters leave, and which are held: a rehearsal, from the first letter to the last."""

import pytest

from tests.fakes.repository import ID, make_repository


@pytest.fixture
def repository(tmp_path):
    repository = make_repository(tmp_path)
    repository.subscribe("ann@example.com", "bob@example.com")
    return repository


def is_held(repository):
    return repository.run("mail", "status", "--json").json["held"]


def test_a_rehearsal_holds_the_others_even_if_the_page_does_not_get_up(repository):
    repository.configure('url = "folder:statusgen.toml"')

    failed = repository.run("publish", "--yes", "--to", "ann@example.com")
    repository.configure()
    by_cron = repository.run("publish", "--yes")

    assert failed.code == 4
    assert is_held(repository)
    assert by_cron.code == 4
    assert repository.letters() == []


def test_a_rehearsal_of_letters_that_are_owed_counts_those(repository):
    repository.run("mail", "hold")
    repository.run("publish", "--yes")
    repository.write_update("02-identified", "identified", "02:09")

    done = repository.run("publish", "--yes", "--to", "ann@example.com")

    assert "2 letters about 2 updates sent" in done.out
    assert {letter["To"] for letter in repository.letters()} == {"ann@example.com"}


def test_a_publish_without_letters_holds_nothing(repository):
    repository.run("publish", "--yes")

    done = repository.run("publish", "--yes", "--to", "ann@example.com")

    assert (done.code, is_held(repository)) == (0, False)


def test_a_plan_says_that_letters_are_held(repository):
    repository.run("mail", "hold")

    done = repository.run("plan")

    assert f"2 about {ID}/01-investigating" in done.out
    assert "held: 2 letters will wait for `statusgen mail resume`" in done.err
