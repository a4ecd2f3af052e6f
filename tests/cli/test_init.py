"""`init`: from nothing to a page and a letter."""

import shutil

import pytest

from tests.fakes.repository import Repository
from tests.fakes.terminal import on_terminal

TITLE = "Errors at checkout"
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not here")
LATER = "2026-11-21T02:30:00Z"


def test_a_new_repository_checks_builds_publishes_and_mails(tmp_path):
    repository = Repository(tmp_path / "page")

    made = repository.run("init", repository.root, folder=tmp_path)
    repository.subscribe("ann@example.com")
    steps = [
        repository.run("check", "--strict", now=LATER),
        repository.run("build", now=LATER),
        repository.run("new", TITLE, "--severity", "SEV1", "-m", "We look into it.", now=LATER),
        repository.run("publish", "--yes", now=LATER),
    ]

    assert made.code == 0, made.err
    assert [one.code for one in steps] == [0, 0, 0, 0], [one.err for one in steps]
    assert TITLE in repository.page()
    assert [one["To"] for one in repository.letters()] == ["ann@example.com"]
    assert f"Investigating: {TITLE}" in repository.letters()[0]["Subject"]


def test_nobody_is_in_the_address_book_of_a_new_repository(tmp_path):
    repository = Repository(tmp_path / "page")

    made = repository.run("init", repository.root, "--json", folder=tmp_path)

    assert repository.run("subscribers", "list", "--json").json == []
    assert set(made.json) == {"path", "files", "git"}


def test_components_may_be_called_otherwise_at_once(tmp_path):
    repository = Repository(tmp_path / "page")
    repository.run("init", repository.root, folder=tmp_path)
    path = repository.root / "statusgen.toml"
    text = path.read_text(encoding="utf-8")
    for one in ("website", "checkout", "api"):
        text = text.replace(f'id = "{one}"', f'id = "our-{one}"')
    path.write_text(text, encoding="utf-8")

    done = repository.run("check", "--strict", now=LATER)

    assert done.code == 0, done.err


@pytest.mark.parametrize(
    ("options", "there"), [(["--git"], True), (["--no-git"], False), ([], False)], ids=str
)
@needs_git
def test_git_is_begun_where_that_is_wanted(tmp_path, options, there):
    repository = Repository(tmp_path / "page")

    made = repository.run("init", repository.root, *options, "--json", folder=tmp_path)

    assert made.json["git"] is there
    assert (repository.root / ".git").is_dir() is there


@needs_git
def test_on_a_terminal_git_is_offered(tmp_path):
    with on_terminal(tmp_path, "init", "page", now=LATER) as terminal:
        terminal.wait_for("Make it a git repository?")
        terminal.press("\n")
        terminal.wait_for("statusgen preview")

    assert (tmp_path / "page" / ".git").is_dir()


def test_a_folder_in_use_is_left_alone(tmp_path):
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "mine.txt").touch()

    done = Repository(tmp_path).run("init", tmp_path / "page")

    assert done.code == 2
    assert [one.name for one in (tmp_path / "page").iterdir()] == ["mine.txt"]
