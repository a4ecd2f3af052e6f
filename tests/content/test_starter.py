"""What `init` writes."""

import errno
import os

import pytest
import yaml

from statusgen.config.reader import read_settings
from statusgen.content.starter import write_starter
from statusgen.errors import Unavailable, UsageError
from tests.builders import instant

NOW = instant("02:10")


def test_everything_that_is_written_is_named(tmp_path):
    named = write_starter(tmp_path / "page", NOW)

    there = {
        path.relative_to(tmp_path / "page")
        for path in (tmp_path / "page").rglob("*")
        if path.is_file()
    }
    assert set(named) == there
    assert read_settings(tmp_path / "page").page.name == "Acme Status"


@pytest.mark.parametrize("number", range(6))
@pytest.mark.parametrize("place", ["new/page", "mine"])
def test_what_can_not_be_written_whole_leaves_nothing_and_can_be_begun_anew(
    tmp_path, monkeypatch, place, number
):
    (tmp_path / "mine").mkdir()
    countdown = iter(range(number))
    fsync = os.fsync

    def full(descriptor):
        if next(countdown, None) is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(Unavailable, match="the disk is full; free some space"):
            write_starter(tmp_path / place, NOW)

    assert [one.name for one in tmp_path.rglob("*")] == ["mine"]
    assert len(write_starter(tmp_path / place, NOW)) == 6


def test_state_and_letters_are_kept_out_of_git(tmp_path):
    write_starter(tmp_path, NOW)

    ignored = (tmp_path / ".gitignore").read_text(encoding="utf-8").split()
    assert set(ignored) >= {".statusgen/", "outbox/", "public/", "_site/", "*.bad.csv"}


def test_uptime_is_counted_from_the_first_day_of_the_sample(tmp_path):
    write_starter(tmp_path, NOW)

    settings = read_settings(tmp_path)

    assert {one.since.isoformat() for one in settings.components} == {"2026-11-18"}
    assert (tmp_path / "incidents/2026-11-18-slow-responses-from-the-api").is_dir()


SOURCE = "statusgen @ git+https://example.com/statusgen.git@0123"


@pytest.mark.parametrize(
    ("source", "told"), [(SOURCE, SOURCE), (None, "${{ vars.STATUSGEN }}")], ids=["known", "local"]
)
def test_the_workflow_installs_from_where_this_was_installed(tmp_path, source, told):
    write_starter(tmp_path, NOW, source)

    workflow = yaml.safe_load((tmp_path / ".github/workflows/status.yml").read_text("utf-8"))
    installs = [
        step["run"]
        for job in workflow["jobs"].values()
        for step in job["steps"]
        if "pip" in step.get("run", "")
    ]

    assert workflow["env"] == {"STATUSGEN": told}
    assert len(installs) == 2
    assert all(one.startswith('pip install "${STATUSGEN:?') for one in installs)


@pytest.fixture
def workflow(tmp_path):
    write_starter(tmp_path, NOW)
    text = (tmp_path / ".github" / "workflows" / "status.yml").read_text(encoding="utf-8")
    # YAML 1.1 takes the word `on` for true
    return {"on" if key is True else key: value for key, value in yaml.safe_load(text).items()}


def test_the_workflow_publishes_on_a_schedule_too_for_windows_and_promises(workflow):
    assert workflow["on"]["push"] == {"branches": ["main"]}
    assert [one["cron"] for one in workflow["on"]["schedule"]] == ["7,22,37,52 * * * *"]


def test_two_runs_of_the_workflow_never_publish_at_once_and_none_is_cut_short(workflow):
    assert workflow["jobs"]["publish"]["concurrency"] == {
        "group": "publish-status-page",
        "cancel-in-progress": False,
    }
    assert "concurrency" not in workflow
    assert "concurrency" not in workflow["jobs"]["check"]


def test_the_workflow_holds_no_secret_and_only_the_job_that_publishes_gets_a_token(workflow):
    assert workflow["permissions"] == {"contents": "read"}
    assert "permissions" not in workflow["jobs"]["check"]
    assert workflow["jobs"]["publish"]["permissions"] == {"contents": "read", "id-token": "write"}
    assert "secrets." not in str(workflow)


def test_a_pull_request_is_checked_and_never_published(workflow):
    steps = [step.get("run") for step in workflow["jobs"]["check"]["steps"]]

    assert "pull_request" in workflow["on"]
    assert {"statusgen check", "statusgen build"} <= set(steps)
    assert workflow["jobs"]["publish"]["if"].startswith("github.ref == 'refs/heads/main' &&")


def test_the_workflow_asks_nobody_and_mails_nobody_for_it_has_no_ledger(workflow):
    steps = workflow["jobs"]["publish"]["steps"]

    assert steps[-1] == {"run": "statusgen publish --yes --no-mail"}


def test_a_file_in_the_place_is_left_alone(tmp_path):
    (tmp_path / "page").write_text("mine", encoding="utf-8")

    with pytest.raises(UsageError, match="name a new folder"):
        write_starter(tmp_path / "page", NOW)

    assert (tmp_path / "page").read_text(encoding="utf-8") == "mine"
