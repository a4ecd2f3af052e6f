"""`--to`: letters for those who are named, and for nobody else."""

import pytest

from statusgen.composition import open_state
from statusgen.config.reader import read_settings
from tests.fakes.repository import CANARY, ID, make_repository

UPDATE = f"{ID}/01-investigating"


@pytest.fixture
def repository(tmp_path):
    repository = make_repository(tmp_path)
    repository.subscribe(CANARY, "bob@example.com", "cy@example.com")
    return repository


def token(repository, address):
    with open_state(read_settings(repository.root)) as state:
        return state.address_book.find(address).token


def mailed(repository):
    return sorted(letter["To"] for letter in repository.letters())


def test_a_rehearsal_mails_those_who_are_named_and_owes_the_others(repository):
    to = ["--to", CANARY, "--to", token(repository, "bob@example.com")]

    rehearsed = repository.run("publish", "--yes", *to)
    published = repository.run("publish", "--yes")

    assert rehearsed.code == 4
    assert "account: 3 letters = 2 accepted + 1 queued" in rehearsed.err
    assert CANARY not in rehearsed.out + rehearsed.err
    assert published.code == 0
    assert mailed(repository) == ["bob@example.com", CANARY, "cy@example.com"]


@pytest.mark.parametrize("words", [("mail", "resume"), ("mail", "work")], ids=" ".join)
def test_the_others_stay_owed_after_every_command(repository, words):
    repository.run("mail", "hold")
    repository.run("publish", "--yes")
    repository.run("mail", "resume", "--to", "cy@example.com")

    done = repository.run(*words, "--to", CANARY)

    assert done.code == 4
    assert done.out == "1 letter sent, 1 still owed\n"
    assert mailed(repository) == [CANARY, "cy@example.com"]


@pytest.mark.parametrize(
    "words", [("publish", "--yes"), ("mail", "resume"), ("mail", "work")], ids=" ".join
)
def test_somebody_whom_nobody_knows_is_refused_before_anything_is_done(repository, words):
    done = repository.run(*words, "--to", CANARY, "--to", "nobody@example.com")

    assert done.code == 2
    assert "(no. 2 of 2)" in done.err
    assert "nobody@example.com" not in done.err
    assert mailed(repository) == []
    assert not (repository.root / "public").exists()


def test_naming_readers_without_letters_makes_no_sense(repository):
    assert repository.run("publish", "--yes", "--no-mail", "--to", CANARY).code == 2
    assert repository.run("mail", "work", "--forever", "--to", CANARY).code == 2
