"""`--json`: one document on stdout for every command that reports, and no address in it."""

import json

import pytest

from tests.fakes.repository import CANARY, FIRST, ID, make_repository

UPDATE = f"{ID}/01-investigating"


@pytest.fixture
def repository(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    repository = make_repository(tmp_path)
    repository.subscribe(CANARY)
    return repository


def answer(repository, *words):
    done = repository.run(*words, "--json")
    assert CANARY not in done.out + done.err
    return done.json


def test_what_was_written_is_named_by_id_and_path(repository):
    window = ("--starts", "2026-11-22T03:00", "--ends", "2h")

    written = [
        answer(repository, "new", "Slow search", "--severity", "SEV3", "-m", "Words."),
        answer(repository, "update", "checkout", "-m", "Words."),
        answer(repository, "resolve", "checkout", "-m", "Words."),
        answer(repository, "schedule", "Upgrade", *window),
    ]

    assert [one["id"] for one in written] == [
        "2026-11-21-slow-search/01-investigating",
        f"{ID}/02-update",
        f"{ID}/03-resolved",
        "2026-11-22-upgrade/01-scheduled",
    ]
    assert all((repository.root / one["path"]).is_file() for one in written)
    assert [one["placeholder"] is None for one in written] == [True, True, True, False]


def test_a_build_is_counted(repository):
    built = answer(repository, "build", "--out", "site")

    assert (built["path"], built["incidents"], built["updates"]) == ("site", 1, 1)
    assert built["files"] == built["written"] > 5
    assert built["removed"] == 0


def test_a_new_repository_lists_its_files(tmp_path):
    repository = make_repository(tmp_path / "other")

    made = answer(repository, "init", tmp_path / "page")

    assert str(tmp_path / "page" / "statusgen.toml") in made["files"]
    assert "subscriber" not in made


def test_subscribers_are_tokens(repository, tmp_path):
    (tmp_path / "people.csv").write_text("email\nann@example.com\n", encoding="utf-8")

    added = answer(repository, "subscribers", "add", "bob@example.com")
    removed = answer(repository, "subscribers", "remove", added["id"])
    erased = answer(repository, "subscribers", "erase", added["id"], "--yes")
    imported = answer(repository, "subscribers", "import", tmp_path / "people.csv")

    assert added["id"] == removed["id"] == erased["id"]
    states = [one["state"] for one in (added, removed, erased)]
    assert states == ["active", "unsubscribed", "erased"]
    assert imported == {"added": 1, "updated": 0, "left_out": 0, "bad": 0, "bad_file": None}


def test_letters_are_counted(repository):
    published = answer(repository, "publish", "--yes")
    resumed = answer(repository, "mail", "resume")
    retried = answer(repository, "mail", "retry", UPDATE)
    held = answer(repository, "mail", "hold", UPDATE)
    [shown] = answer(repository, "mail", "preview")
    [status] = answer(repository, "mail", "status")["updates"]

    assert published["letters"] == {"accepted": 1, "audience": 1}
    assert resumed["sent"] == retried["sent"] == held["held"] == 0
    assert shown["subject"].startswith("Acme — Investigating")
    assert (status["audience"], status["accepted"], status["unsent"]) == (1, 1, [])


@pytest.mark.parametrize(
    "words",
    ["plan", "publish --yes", "build", "mail status nothing", "mail preview nothing", "new X"],
)
def test_what_went_wrong_is_one_document_too(repository, words):
    repository.write("broken/01.md", FIRST.replace("SEV1", "SEV9"))

    done = repository.run(*words.split(), "--json")

    failure = json.loads(done.out)
    assert done.code == failure["exit_code"] > 0
    assert failure["error"]
    if done.code == 1:
        assert failure["problems"][0]["path"] == "incidents/broken/01.md"
    assert done.err


def test_a_broken_configuration_is_a_problem_of_the_check(repository):
    (repository.root / "statusgen.toml").write_text("[page]\n", encoding="utf-8")

    done = repository.run("check", "--json")

    assert done.code == 1
    assert done.json["ok"] is False
    assert done.json["problems"][0]["path"] == "statusgen.toml"
