"""Commands where nothing can be written: one sentence, the right exit code, and nothing is lost."""

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.components.available import ROOT
from tests.components.small_disk import fill, small_disk
from tests.components.soak import IS_SOAK
from tests.fakes.repository import ID, NOW, Repository, make_repository

pytestmark = pytest.mark.component("mounting")

NOBODY = 54_321
"""A user id without a name, as containers have it."""
NAMES = {"HOME", "USER", "LOGNAME", "LNAME", "USERNAME"}

COMMANDS = {
    "new Slow --severity SEV3 --component checkout -m Slow.": 4,
    "init ELSEWHERE/page --no-git": 4,
    "plan": 4,
    "publish --yes": 4,
    "subscribers list": 4,
    "mail status": 4,
    "doctor": 4,
}
MORE_COMMANDS = {
    "update -m More.": 4,
    "resolve -m Over.": 4,
    "subscribers export --out ELSEWHERE/list.csv": 4,
    "mail preview --out ELSEWHERE/letters": 4,
    "check": 0,
    "due": 0,
    "build": 4,
    "rollback --list": 0,
    "rollback --yes": 2,
    "subscribers export": 4,
    "subscribers add ann@example.org": 4,
    "mail resume": 4,
    "mail work": 4,
    "mail hold": 4,
    "mail test ann@example.org": 4,
    "mail bounces maildir:nowhere": 4,
}


@pytest.fixture
def place():
    """A folder that others may look into."""
    folder = Path(tempfile.mkdtemp(prefix="statusgen-place-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@contextmanager
def no_room(place):
    """A disk of 3 MB, full once the repository is on it."""
    with small_disk(place, 3 << 20):
        repository = published(place)
        ballast = fill(place)
        yield repository, []
        ballast.unlink()
        assert_all_is_well(repository)


@contextmanager
def read_only(place):
    """A disk that may only be read."""
    repository = published(place)
    subprocess.run(["mount", "--bind", place, place], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", place], check=True)
        yield repository, []
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)
    assert_all_is_well(repository)


@contextmanager
def a_stranger(place):
    """Somebody without a home, a name or the right to write."""
    repository = published(place)
    yield repository, ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    assert_all_is_well(repository)


def published(place):
    """Return a repository with a published page, and one more update to tell of."""
    repository = make_repository(place / "status")
    config = repository.root / "statusgen.toml"
    config.write_text(
        config.read_text().replace("https://status.example.com", "http://127.0.0.1:9")
    )
    repository.subscribe("ann@example.com")
    assert repository.run("publish", "--yes").code == 0
    repository.write_update("02-identified", "identified", "02:08")
    return repository


def assert_all_is_well(repository: Repository):
    done = repository.run("publish", "--yes")
    assert done.code == 0, done.err
    assert "We know more." in repository.page(f"incidents/{ID}.html")
    assert len(repository.letters()) == 2


def run(repository, words, who):
    environment = {name: value for name, value in os.environ.items() if name not in NAMES}
    command = [sys.executable, "-m", "statusgen", "-C", repository.root, "--now", NOW]
    return subprocess.run(
        [*who, *command, *words.replace("ELSEWHERE", str(repository.root.parent)).split()],
        env=environment | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("condition", [no_room, read_only, a_stranger])
def test_a_place_that_can_not_be_written_is_told_and_nothing_is_lost(place, condition):
    commands = {**COMMANDS, **(MORE_COMMANDS if IS_SOAK else {})}
    if condition is read_only and not IS_SOAK:
        commands = dict(list(COMMANDS.items())[:2])

    with condition(place) as (repository, who):
        ended = {words: run(repository, words, who) for words in commands}

    assert [words for words, one in ended.items() if "Traceback" in one.stderr] == []
    assert {words: one.returncode for words, one in ended.items()} == commands
    for words, one in ended.items():
        told = [line for line in one.stderr.splitlines() if line.startswith(("error", "still"))]
        assert len(told) <= 1, (words, told)
