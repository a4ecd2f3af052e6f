import shutil

import pytest

from statusgen.content import git

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not here")


@needs_git
def test_a_folder_becomes_a_repository_once(tmp_path):
    assert git.can_begin(tmp_path)
    assert git.begin(tmp_path)

    assert (tmp_path / ".git").is_dir()
    assert not git.can_begin(tmp_path)
    assert not git.can_begin(tmp_path / "below")


def test_without_git_nothing_is_offered(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    assert not git.can_begin(tmp_path)
    assert not git.begin(tmp_path)


def test_a_git_that_fails_is_no_traceback(tmp_path, monkeypatch):
    fake = tmp_path / "git"
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert not git.begin(tmp_path / "page")
