"""A mailed update that says something else is refused; another wording is listed once."""

import pytest

from statusgen.mail.database.ledger import SqlLedger
from statusgen.values.value import replace
from tests.fakes.repository import FIRST, ID, make_repository

FIRST_ID = f"{ID}/01-investigating"
BRAKE = (
    f"{FIRST_ID} of 2026-11-21T02:04:00Z, which 2 people were mailed about, "
    "says identified now instead of investigating"
)


@pytest.fixture
def repository(tmp_path):
    repository = make_repository(tmp_path)
    repository.subscribe("ann@example.com", "bob@example.com")
    assert publish(repository).code == 0
    return repository


def publish(repository, *options):
    return repository.run("publish", "--yes", *options)


def plan(repository):
    return repository.run("plan", "--json").json


def edit(repository, old, new):
    path = repository.root / "incidents" / f"{FIRST_ID}.md"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def test_overwriting_what_was_mailed_is_refused_with_the_way_to_say_what_is_new(repository):
    edit(repository, "status: investigating", "status: identified")
    before = repository.page()

    refused = publish(repository)

    assert refused.code == 3
    assert f"error: {BRAKE}; nothing was done. Restore what was mailed" in refused.err
    assert "say what is new in an update of its own (`statusgen update`)" in refused.err
    assert plan(repository)["brakes"] == [BRAKE]
    assert plan(repository)["edited"] == []
    assert repository.page() == before


def test_it_can_be_meant_and_is_not_asked_again(repository):
    edit(repository, "status: investigating", "status: identified")

    forced, after = publish(repository, "--force"), publish(repository)

    assert (forced.code, after.code) == (0, 0)
    assert f"edited: {BRAKE}" in forced.err
    assert len(repository.letters()) == 2


def test_it_is_not_asked_again_where_the_upload_failed(repository):
    edit(repository, "status: investigating", "status: identified")
    index = repository.root / "public" / "index.html"
    index.unlink()
    index.mkdir()
    (index / "x").touch()

    forced = publish(repository, "--force")
    (index / "x").unlink()
    index.rmdir()
    after = publish(repository, "--takeover")

    assert (forced.code, after.code) == (4, 0)


def test_without_letters_it_does_not_count(repository):
    edit(repository, "status: investigating", "status: identified")

    assert publish(repository, "--no-mail").code == 0
    assert publish(repository).code == 3


def test_another_wording_is_listed_with_those_who_had_it_and_only_once(repository):
    edit(repository, "About one in three", "About one in four")

    planned, text = plan(repository), repository.run("plan").out
    done = publish(repository)

    assert planned["edited"] == [{"update": FIRST_ID, "people": 2}]
    assert planned["brakes"] == []
    assert f"edited: {FIRST_ID}, which 2 people have as it was\n" in text
    assert done.code == 0
    assert f"edited: {FIRST_ID}, which 2 people have as it was\n" in done.err
    assert plan(repository)["edited"] == []


def test_what_nobody_has_yet_may_say_anything(tmp_path):
    repository = make_repository(tmp_path)
    repository.subscribe("ann@example.com")
    repository.run("mail", "hold")
    assert publish(repository).code == 4
    edit(repository, "status: investigating", "status: identified")

    done = publish(repository)
    repository.run("mail", "resume")
    edit(repository, "status: identified", "status: monitoring")

    assert done.code == 4
    assert "says monitoring now instead of identified" in publish(repository).err


def test_rows_of_earlier_versions_are_not_compared(repository, monkeypatch):
    monkeypatch.setattr(SqlLedger, "mailed_updates", forgetful(SqlLedger.mailed_updates))
    edit(repository, "status: investigating", "status: identified")

    assert publish(repository).code == 0


def forgetful(mailed_updates):
    def without_words(ledger):
        known = mailed_updates(ledger)
        return {one: replace(each, says="", wording="") for one, each in known.items()}

    return without_words


@pytest.mark.parametrize("change", ["name", "name and instant", "name and text"])
def test_a_file_by_another_name_mails_nobody_again(repository, change):
    (repository.root / "incidents" / f"{FIRST_ID}.md").unlink()
    text = FIRST
    if change == "name and instant":
        text = FIRST.replace("02:04:00Z", "02:05:00Z")
    if change == "name and text":
        text = FIRST.replace("one in three", "one in four")
    repository.write(f"{ID}/01-first.md", text)

    planned, done = plan(repository), publish(repository)

    assert planned["renamed"] == [{"from": FIRST_ID, "to": f"{ID}/01-first"}]
    assert done.code == 0
    assert len(repository.letters()) == 2


def test_another_name_instant_and_text_are_asked(repository):
    (repository.root / "incidents" / f"{FIRST_ID}.md").unlink()
    text = FIRST.replace("02:04:00Z", "02:05:00Z").replace("one in three", "one in four")
    repository.write(f"{ID}/01-first.md", text)

    done = publish(repository)

    assert done.code == 3
    assert f"{FIRST_ID} of 2026-11-21T02:04:00Z, which 2 people were mailed about" in done.err
    assert len(repository.letters()) == 2
