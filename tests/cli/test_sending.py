"""`--to`: letters for those who are named, and for nobody else."""

import re
from datetime import timedelta
from itertools import pairwise

import pytest

from statusgen.cli.composition import open_state
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


def is_held(repository):
    return repository.run("mail", "status", "--json").json["held"]


def test_a_rehearsal_mails_those_who_are_named_and_holds_the_others(repository):
    to = ["--to", CANARY, "--to", token(repository, "bob@example.com")]

    rehearsed = repository.run("publish", "--yes", *to)
    by_cron = repository.run("publish", "--yes")
    after_cron = mailed(repository)
    resumed = repository.run("mail", "resume")

    assert rehearsed.code == 4
    assert "account: 3 letters = 2 accepted + 1 queued" in rehearsed.err
    assert "held: all other letters; `statusgen mail resume` lets them go out" in rehearsed.err
    assert "next: statusgen mail resume sends the letters that are held" in rehearsed.err
    assert CANARY not in rehearsed.out + rehearsed.err
    assert by_cron.code == 4
    assert "still owed: 1 letter, because letters are held" in by_cron.err
    assert after_cron == ["bob@example.com", CANARY]
    assert resumed.code == 0
    assert mailed(repository) == ["bob@example.com", CANARY, "cy@example.com"]


def test_several_updates_of_one_run_are_in_order_for_each_reader(repository):
    repository.write_update("02-identified", "identified", "02:06")
    repository.write_update("03-update", "update", "02:08")
    repository.write_update("04-monitoring", "monitoring", "02:09")

    done = repository.run("publish", "--yes")

    assert done.code == 0
    by_reader = {}
    for letter in repository.letters():
        status = re.search(
            r"^Status: +(\w+)", letter.get_body(("plain",)).get_content(), re.MULTILINE
        )[1]
        by_reader.setdefault(letter["To"], []).append((letter["Date"].datetime, status))
    assert len(by_reader) == 3
    for told in by_reader.values():
        dates, phases = zip(*sorted(told), strict=True)
        assert phases == ("Investigating", "Identified", "Identified", "Monitoring")
        assert all(later - one >= timedelta(seconds=1) for one, later in pairwise(dates))


def test_a_rehearsal_that_names_everybody_holds_nothing(repository):
    everybody = ("bob@example.com", CANARY, "cy@example.com")

    done = repository.run("publish", "--yes", *(f"--to={one}" for one in everybody))

    assert (done.code, is_held(repository)) == (0, False)


def test_the_second_of_two_rehearsals_goes_past_the_hold_of_the_first(repository):
    repository.run("publish", "--yes", "--to", CANARY)
    repository.write_update("02-identified", "identified", "02:09")

    done = repository.run("publish", "--yes", "--to", CANARY)

    assert "2 letters about 2 updates sent" not in done.out
    assert mailed(repository) == [CANARY, CANARY]
    assert is_held(repository)


@pytest.mark.parametrize("words", [("mail", "resume"), ("mail", "work")], ids=" ".join)
def test_the_others_stay_owed_after_every_command(repository, words):
    repository.run("mail", "hold")
    repository.run("publish", "--yes")
    repository.run("mail", "resume", "--to", "cy@example.com")

    done = repository.run(*words, "--to", CANARY)

    assert done.code == 4
    assert done.out == "1 letter sent, 1 still owed\n"
    assert f"sending 1 letter about {UPDATE} (investigating)\n" in done.err
    assert mailed(repository) == [CANARY, "cy@example.com"]
    assert is_held(repository)


def test_a_reader_of_several_updates_is_counted_for_each(repository):
    repository.run("mail", "hold")
    repository.run("publish", "--yes")
    repository.write_update("02-identified", "identified", "02:09")
    repository.run("publish", "--yes")

    done = repository.run("mail", "resume", "--to", CANARY)

    newest = f"{ID}/02-identified (update) and 1 earlier update"
    assert f"sending 2 letters about {newest}\n" in done.err
    assert done.out == "2 letters sent, 4 still owed\n"


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
