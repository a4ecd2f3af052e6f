"""`notify` with a list: who it keeps in, who it keeps out, and what each of them is sent."""

import pytest

from tests.fakes.repository import make_repository

ANN, BOB, BOSS = "ann@example.com", "bob@example.com", "boss@example.com"


@pytest.fixture
def repository(tmp_path):
    """Ann wants SEV2 and worse, Bob only SEV1; the boss is a stakeholder."""
    repository = make_repository(tmp_path)
    repository.import_csv(
        f"email,min_severity,audience\n{ANN},SEV2,\n{BOB},SEV1,\n{BOSS},,stakeholders\n"
    )
    return repository


def publish(repository, code=0):
    done = repository.run("publish", "--yes", "--force", now="2026-11-21T02:40:00Z")
    assert done.code == code, done.err


def told(repository):
    """Return (who, whether it is the end) for every letter, sorted."""
    return sorted((one["To"], "Resolved" in one["Subject"]) for one in repository.letters())


def test_an_end_for_some_leaves_the_others_what_they_are_owed_and_no_more(repository):
    repository.write_update("02-resolved", "resolved", "02:30", notify="[stakeholders]")

    publish(repository)

    assert told(repository) == [(ANN, False), (BOB, False), (BOSS, True)]


def test_the_same_when_the_letters_were_owed_since_an_earlier_publish(repository):
    outbox = repository.root / "outbox"
    outbox.write_text("in the way", encoding="utf-8")
    publish(repository, code=4)
    outbox.unlink()
    repository.write_update("02-resolved", "resolved", "02:30", notify="[stakeholders]")

    publish(repository)

    assert told(repository) == [(ANN, False), (BOB, False), (BOSS, True)]


def test_who_was_mailed_as_one_of_the_named_hears_on_whatever_they_want_now(repository):
    publish(repository)
    repository.write_update(
        "02-resolved", "resolved", "02:30", severity="SEV3", notify="[subscribers]"
    )

    publish(repository)

    assert told(repository) == [
        (ANN, False),
        (ANN, True),
        (BOB, False),
        (BOB, True),
        (BOSS, False),
    ]


def test_an_end_at_a_lower_severity_goes_to_everyone_who_was_owed_what_came_before(repository):
    repository.write_update("02-resolved", "resolved", "02:30", severity="SEV4")

    publish(repository)

    assert told(repository) == [(ANN, True), (BOB, True), (BOSS, True)]
