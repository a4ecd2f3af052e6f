"""Every command that writes is killed at any moment: what is there is whole, the next works."""

from collections import Counter
from random import Random

import pytest

from tests.components.killing import kill_after
from tests.components.soak import part
from tests.fakes.repository import ID, make_repository

SEED = 20261201
LONGEST_S = 0.6
KILLS = part(2, 20)
COMMANDS = {
    "new": ["new", "Slow", "--severity", "SEV3", "--component", "checkout", "-m", "Slow."],
    "update": ["update", "-m", "More."],
    "resolve": ["resolve", "-m", "Over."],
    "notice": ["notice", "Closed", "--ends", "3d", "-m", "We are closed."],
    "build": ["build"],
    "publish": ["publish", "--yes"],
    "rollback": ["rollback", "--yes"],
    "add": ["subscribers", "add", "cleo@example.com"],
    "export": ["subscribers", "export", "--out", "FOLDER/list.csv"],
    "hold": ["mail", "hold"],
    "work": ["mail", "work"],
    "preview": ["mail", "preview", "--out", "FOLDER/letters"],
    "init": ["init", "FOLDER/another", "--no-git"],
}
IN_THE_SUITE = ("new", "publish", "hold")


@pytest.fixture
def repository(tmp_path):
    repository = make_repository(tmp_path)
    repository.subscribe("ann@example.com", "bob@example.com")
    assert repository.run("publish", "--yes").code == 0
    repository.write_update("02-identified", "identified", "02:08")
    return repository


@pytest.mark.parametrize("command", part(IN_THE_SUITE, tuple(COMMANDS)))
def test_whatever_is_killed_the_next_publish_tells_everybody_once(repository, command):
    random = Random(f"{SEED} {command}")
    words = [one.replace("FOLDER", str(repository.root.parent)) for one in COMMANDS[command]]

    killed = [
        kill_after(
            repository.start_apart(*words, now=f"2026-11-21T02:{10 + number:02}:00Z"),
            LONGEST_S * (number + random.random()) / KILLS,
        )
        for number in range(KILLS)
    ]
    checked = repository.run("check", now="2026-11-21T02:31:00Z")
    resumed = repository.run("mail", "resume", now="2026-11-21T02:31:00Z")
    done = repository.run("publish", "--yes", "--force", now="2026-11-21T02:32:00Z")

    assert [one.err for one in killed if "Traceback" in one.err] == []
    assert checked.code == 0, checked.err
    assert resumed.code in {0, 3}, resumed.err
    assert done.code == 0, done.err
    assert "We know more." in repository.page(f"incidents/{ID}.html")
    letters = repository.letters()
    copies = Counter((one["To"], one["Message-ID"]) for one in letters)
    news = "Over." if command == "resolve" else "We know more."  # the end takes its place
    told = {one["To"] for one in letters if news in one.get_body(("plain",)).get_content()}
    assert max(copies.values()) == 1
    assert told >= {"ann@example.com", "bob@example.com"}
