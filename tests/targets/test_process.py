import os
import subprocess
import sys

import pytest

from statusgen.targets.manifest import Publisher
from statusgen.targets.process import is_gone, this_publisher
from statusgen.values.value import replace

ASK = (
    "from statusgen.targets.process import this_publisher\n"
    "print(this_publisher().process, flush=True)\n"
    "input()\n"
)


def test_we_are_not_gone():
    us = this_publisher()

    assert us == this_publisher()
    assert not is_gone(us)


def test_another_process_is_gone_once_it_has_ended():
    with subprocess.Popen(
        [sys.executable, "-c", ASK], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        them = Publisher("someone", "here", other.stdout.readline().strip())
        alive = is_gone(them)
        other.kill()
        other.wait()
        dead = is_gone(them)

    assert (alive, dead) == (False, True)


def test_a_process_that_has_ours_number_now_is_another():
    us = this_publisher()
    boot, _, _ = us.process.split()

    assert is_gone(replace(us, process=f"{boot} {os.getpid()} 1.00"))


@pytest.mark.parametrize("process", ["", "build", "elsewhere 1 2.00", "a b c d"])
def test_nothing_is_known_of_processes_of_other_hosts(process):
    assert not is_gone(Publisher("someone", "elsewhere", process))
