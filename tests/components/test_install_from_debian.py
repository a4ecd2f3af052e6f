"""Another package manager is waited for, and nothing else that is wrong."""

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("install_from_debian.sh")
LOCKED = {
    "lists": "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7 (apt-get)",
    "archives": "E: Unable to lock directory /var/cache/apt/archives/",
    "dpkg": "E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend)",
    "debconf": "debconf: config.dat is locked by another process: Resource unavailable",
}


def install(folder, complaint, times):
    """Install with an apt that first fails so often; return how it ended and what apt was told."""
    for name in ("apt-get", "debconf-set-selections", "systemctl"):
        program = folder / name
        program.write_text(
            f'#!/bin/sh\n[ {name} = apt-get ] || exit 0\necho "$*" >>{folder}/told\n'
            f'[ "$(wc -l <{folder}/told)" -gt {times} ] && exit 0\necho "{complaint}" >&2\nexit 1\n'
        )
        program.chmod(0o755)
    settings = {"PAUSE_S": "0", "POLICY": str(folder / "policy")}
    done = subprocess.run(
        ["sh", SCRIPT, "postfix"],
        env=os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"} | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not (folder / "policy").exists()
    return done, (folder / "told").read_text().splitlines()


@pytest.mark.parametrize("complaint", LOCKED.values(), ids=LOCKED)
def test_another_package_manager_is_waited_for(tmp_path, complaint):
    done, told = install(tmp_path, complaint, times=3)

    assert (done.returncode, done.stderr) == (0, "waiting for another package manager to end\n")
    assert told == [*["-qq update"] * 4, "-qq install -y --no-install-recommends postfix"]


def test_what_waiting_does_not_mend_is_said_at_once(tmp_path):
    done, told = install(tmp_path, "E: Unable to locate package postfix", times=9)

    assert (done.returncode, done.stderr) == (1, "E: Unable to locate package postfix\n")
    assert told == ["-qq update"]
