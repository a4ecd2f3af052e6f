"""`new`, `update`, `resolve`: the next file, ready to publish."""

import os
import subprocess
import sys

import pytest

from tests.components.available import ROOT
from tests.fakes.repository import ID, NOW, make_repository


@pytest.fixture
def repository(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return make_repository(tmp_path)


def text_of(repository, done):
    return (repository.root / done.out.strip()).read_text(encoding="utf-8")


def test_a_new_incident_is_a_folder_with_its_first_update(repository):
    options = ("--severity", "sev 2", "--component", "search=partial_outage", "-m", "Slow.")
    done = repository.run("new", "Search: slow & #1", *options)

    assert done.code == 0
    assert done.out == "incidents/2026-11-21-search-slow-1/01-investigating.md\n"
    assert text_of(repository, done) == (
        '---\ntitle: "Search: slow & #1"\nseverity: SEV2\nstatus: investigating\n'
        "at: 2026-11-21T02:10:00Z\ncomponents:\n  search: partial_outage\n---\nSlow.\n"
    )
    assert repository.run("check").code == 0


def test_the_starting_wording_must_be_filled_in_before_publishing(repository):
    done = repository.run("new", "Search is slow", "--severity", "SEV2", "--component", "search")
    checked = repository.run("check")

    assert done.code == 0
    assert "fill in [what customers may see]" in done.err
    assert "problem with Search" in text_of(repository, done)
    assert checked.code == 1
    assert "placeholder" in checked.err


def test_the_same_title_on_the_same_day_is_another_folder(repository):
    options = ("--severity", "SEV2", "-m", "Slow.")
    first = repository.run("new", "Search is slow", *options)
    second = repository.run("new", "Search is slow", *options)

    assert first.out.split("/")[1] == "2026-11-21-search-is-slow"
    assert second.out.split("/")[1] == "2026-11-21-search-is-slow-2"


@pytest.mark.parametrize(
    "title", ["日本語", "إبطاء", "x" * 200, "Ünïcödé — “quoted”", "a: --- b", "no"]
)
def test_any_title_makes_a_folder_that_passes_the_check(repository, title):
    done = repository.run("new", title, "--severity", "SEV3", "-m", "Words.")

    assert done.code == 0, done.err
    assert repository.run("check").code == 0


@pytest.mark.parametrize("text", ["two\nlines", "bell \x07", "\x1b[31mred"])
def test_a_title_that_would_not_pass_is_refused_and_nothing_is_written(repository, text):
    done = repository.run("new", text, "--severity", "SEV3", "-m", "Words.")

    assert done.code in {1, 2}
    assert "\x1b" not in done.err
    assert [one.name for one in (repository.root / "incidents").iterdir()] == [ID]


def test_an_update_goes_to_the_only_open_incident(repository):
    done = repository.run("update", "--phase", "identified", "-m", "Found it.")

    assert done.out == f"incidents/{ID}/02-identified.md\n"
    assert "status: identified" in text_of(repository, done)


def test_an_update_without_a_phase_keeps_the_phase(repository):
    done = repository.run("update", "-m", "Still at it.", "--severity", "SEV2")

    assert done.out == f"incidents/{ID}/02-update.md\n"
    assert "severity: SEV2\nstatus: update\n" in text_of(repository, done)


def test_with_several_open_incidents_one_must_be_named(repository):
    repository.run("new", "Search is slow", "--severity", "SEV3", "-m", "Slow.")

    vague = repository.run("update", "-m", "Words.")
    named = repository.run("update", "search", "-m", "Words.")

    assert vague.code == 2
    assert ID in vague.err
    assert named.out == "incidents/2026-11-21-search-is-slow/02-update.md\n"


def test_an_incident_is_resolved_once(repository):
    done = repository.run("resolve", "--impact", "Payments failed.", "--cause", "A bug: ours.")
    again = repository.run("resolve", "checkout", "-m", "Again.")

    assert done.out == f"incidents/{ID}/02-resolved.md\n"
    assert 'cause: "A bug: ours."' in text_of(repository, done)
    assert repository.run("check").code == 0
    assert again.code == 2
    assert "over already" in again.err


def test_an_update_before_the_last_one_is_refused(repository):
    done = repository.run("update", "-m", "Words.", now="2026-11-21T02:03:00Z")

    assert done.code == 2
    assert "later than now" in done.err


NOTICE = """---
title: Support moves
status: notice
at: 2026-11-21T01:00:00Z
---
Write to the new address.
"""


@pytest.mark.parametrize(
    "arguments", [("--severity", "SEV1"), ("--component", "checkout=major_outage")]
)
def test_what_a_notice_can_not_say_is_refused_before_it_is_written(repository, arguments):
    repository.write("2026-11-21-support/01.md", NOTICE)

    result = repository.run("update", "support", *arguments, "-m", "More.")

    assert result.code == 2
    assert not list((repository.root / "incidents" / "2026-11-21-support").glob("02*"))


def test_to_resolve_a_notice_is_to_end_it(repository):
    repository.write("2026-11-21-support/01.md", NOTICE)

    result = repository.run("resolve", "support", "-m", "Support has moved.")

    (written,) = (repository.root / "incidents" / "2026-11-21-support").glob("02*")
    assert result.code == 0
    assert "ends: 2026-11-21T02:10:00Z" in written.read_text(encoding="utf-8")
    assert repository.run("check").code == 0


@pytest.mark.parametrize("command", ["update", "resolve"])
def test_an_update_of_a_notice_asks_what_readers_should_know(repository, command):
    repository.write("2026-11-21-support/01.md", NOTICE)

    done = repository.run(command, "support")

    assert "fill in [what readers should know]" in done.err
    assert "This is about Acme: [what readers should know]" in text_of(repository, done)


def test_an_incident_that_is_wrong_is_named_as_the_reason(repository):
    repository.write("2026-11-21-broken/01.md", "nothing")

    result = repository.run("update", "broken", "-m", "More.")

    assert result.code == 2
    assert "mend it first" in result.err


@pytest.mark.parametrize(
    "command", [("new", "Slow", "--severity", "SEV2", "--component", "search"), ("update",)]
)
def test_what_can_not_be_written_whole_is_not_written_at_all(repository, command):
    """Half an update would pass the check and be mailed."""
    before = {path for path in repository.root.rglob("*") if path.is_file()}
    limited = ["sh", "-c", 'ulimit -f 1; exec "$@"', "sh", sys.executable, "-m", "statusgen"]

    done = subprocess.run(
        [*limited, "-C", repository.root, "--now", NOW, *command, "-m", "All is slow.\n" * 500],
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    after = {path for path in (repository.root / "incidents").rglob("*") if path.is_file()}
    assert after <= before
    assert done.returncode == 4
    assert "can't be written" in done.stderr
