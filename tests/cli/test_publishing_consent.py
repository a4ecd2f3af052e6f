"""What is asked and refused before anything is done: a promise that nobody could keep."""

import pytest

from statusgen.targets.uploading import Uploader
from tests.fakes.repository import FIRST, ID, make_repository
from tests.fakes.terminal import on_terminal

UPDATE = f"{ID}/01-investigating"
LATE = "2026-11-21T02:29:00Z"
REDATED = "at: 2026-11-21T02:29:0"


@pytest.fixture
def repository(tmp_path):
    """A SEV1 that took 25 minutes to write."""
    repository = make_repository(tmp_path)
    repository.subscribe("ann@example.com", "bob@example.com")
    return repository


def publish(repository, *options, now=LATE):
    return repository.run("publish", "--yes", *options, now=now)


def text(repository):
    return (repository.root / "incidents" / f"{UPDATE}.md").read_text()


@pytest.mark.parametrize("options", [(), ("--late",), ("--takeover",)], ids=str)
def test_a_promise_that_has_passed_is_not_given(repository, options):
    refused = publish(repository, *options)

    assert refused.code == 3
    assert f"{UPDATE} promises the next update by 2026-11-21T02:19:00Z" in refused.err
    assert "Add --redate" in refused.err
    assert not (repository.root / "public").exists()
    assert text(repository) == FIRST


def test_it_can_be_meant(repository):
    assert publish(repository, "--force").code == 0
    assert len(repository.letters()) == 2


def test_without_letters_it_does_not_count(repository):
    assert publish(repository, "--no-mail").code == 0


def test_letters_that_are_queued_already_go_on(repository):
    repository.run("mail", "hold")
    assert publish(repository, now="2026-11-21T02:10:00Z").code == 4
    repository.run("mail", "resume", now=LATE)

    assert publish(repository).code == 0
    assert len(repository.letters()) == 2


def test_it_is_dated_anew_and_began_when_it_began(repository):
    done = publish(repository, "--redate")

    assert done.code == 0, done.err
    assert f"redated: {UPDATE} is of 2026-11-21T02:29:0" in done.err
    assert f"{REDATED}" in text(repository)
    assert "\nstarted: 2026-11-21T02:04:00Z\n" in text(repository)
    assert "next update due 02:44 UTC" in done.out
    letter = repository.letters()[0].get_body(("plain",)).get_content()
    assert "02:44 UTC" in letter
    [started] = [line for line in letter.splitlines() if line.startswith("Started:")]
    assert "02:04 UTC" in started


def test_only_what_has_passed_is_dated_anew(repository):
    assert publish(repository, "--redate", now="2026-11-21T02:10:00Z").code == 0
    assert text(repository) == FIRST


def test_an_instant_in_next_update_is_its_authors_to_correct(repository):
    repository.write(
        f"{UPDATE}.md", FIRST.replace("\nat:", "\nnext_update: 2026-11-21T02:20:00Z\nat:")
    )

    refused = publish(repository, "--redate")

    assert refused.code == 3
    assert "Correct its `next_update`" in refused.err


def test_another_plan_is_not_the_expected_one(repository):
    digest = repository.run("plan", "--json", now=LATE).json["digest"]

    misused = publish(repository, "--redate", "--expect", digest)
    refused = publish(repository, "--expect", digest)

    assert (misused.code, refused.code) == (2, 3)
    assert "--redate makes another plan" in misused.err
    assert text(repository) == FIRST


QUESTION = "Publish and send 2 letters? [y/N]:"
OFFER = "Set its time to now and publish? [Y/n]:"


def offered(repository, answer):
    """Publish on a terminal, and answer the offer so; return the terminal and the exit code."""
    with on_terminal(repository.root, "publish", now=LATE) as terminal:
        terminal.wait_for(QUESTION)
        terminal.press("y\n")
        terminal.wait_for(OFFER)
        terminal.press(answer)
        return terminal, terminal.wait_for_the_end()


def test_a_terminal_offers_it_after_the_question(repository):
    terminal, code = offered(repository, "\n")

    assert code == 0
    assert terminal.shown.count("Publish and send") == 1
    assert f"late: {UPDATE} promises the next update by" in terminal.shown
    assert REDATED in text(repository)
    assert len(repository.letters()) == 2


def test_who_declines_has_published_nothing(repository):
    _, code = offered(repository, "n\n")

    assert code == 3
    assert text(repository) == FIRST
    assert not (repository.root / "public").exists()


@pytest.fixture
def slow_upload(monkeypatch):
    """An upload that takes ten minutes, by the clock that goes on from --now."""
    passed = [0.0]
    monkeypatch.setattr("statusgen.values.clock._passing_s", lambda: passed[0])
    upload = Uploader.upload

    def slowly(self, plans):
        passed[0] += 600
        return upload(self, plans)

    monkeypatch.setattr(Uploader, "upload", slowly)


@pytest.mark.usefixtures("slow_upload")
def test_letters_are_dated_when_they_leave_and_not_when_the_command_began(repository):
    done = publish(repository, now="2026-11-21T02:10:00Z")

    assert done.code == 0, done.err
    assert [one["Date"].datetime.strftime("%H:%M:%S") for one in repository.letters()] == [
        "02:20:00"
    ] * 2
