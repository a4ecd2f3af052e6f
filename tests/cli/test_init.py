"""`init`: from nothing to a page and a letter."""

from tests.fakes.repository import Repository

TITLE = "Errors at checkout"
LATER = "2026-11-21T02:30:00Z"


def test_a_new_repository_checks_builds_publishes_and_mails(tmp_path):
    repository = Repository(tmp_path / "page")

    made = repository.run("init", repository.root, folder=tmp_path)
    steps = [
        repository.run("check", "--strict", now=LATER),
        repository.run("build", now=LATER),
        repository.run("new", TITLE, "--severity", "SEV1", "-m", "We look into it.", now=LATER),
        repository.run("publish", "--yes", now=LATER),
    ]

    assert made.code == 0, made.err
    assert [one.code for one in steps] == [0, 0, 0, 0], [one.err for one in steps]
    assert TITLE in repository.page()
    assert [one["To"] for one in repository.letters()] == ["reader@example.com"]
    assert f"Investigating: {TITLE}" in repository.letters()[0]["Subject"]


def test_a_folder_in_use_is_left_alone(tmp_path):
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "mine.txt").touch()

    done = Repository(tmp_path).run("init", tmp_path / "page")

    assert done.code == 2
    assert [one.name for one in (tmp_path / "page").iterdir()] == ["mine.txt"]
