"""What is printed may have nowhere to go, and the current folder may be gone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.repository import make_repository


def run(*words, cwd, **streams):
    command = [sys.executable, "-m", "statusgen", *words]
    root = str(Path(__file__).parents[2])
    environment = os.environ | {"PYTHONPATH": root}
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        check=False,
        text=True,
        stderr=subprocess.PIPE,
        **streams,
    )


@pytest.fixture
def root(tmp_path):
    return make_repository(tmp_path, 'url = "folder:public"').root


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_under_stdout_is_one_sentence_and_exit_4(root):
    with Path("/dev/full").open("w") as full:
        done = run("check", cwd=root, stdout=full)

    assert done.returncode == 4
    assert done.stderr == "error: No space left on device; make room and run the command again\n"


def test_a_closed_stdout_is_no_failure(root):
    done = run("check", cwd=root, preexec_fn=lambda: os.close(1))

    assert (done.returncode, done.stderr) == (0, "")


def test_a_current_folder_that_is_gone_is_named(tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()

    done = run("check", cwd=gone, stdout=subprocess.PIPE, preexec_fn=gone.rmdir)

    assert done.returncode == 2
    assert "the current folder is gone; change to one that is there" in done.stderr


def test_a_reader_who_has_had_enough_is_no_failure(root):
    reader, writer = os.pipe()
    os.close(reader)

    done = run("check", cwd=root, stdout=writer)

    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")
