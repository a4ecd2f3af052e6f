"""Processes that are killed or paused come to the end that the tests wait for."""

import signal
import subprocess
import sys
from random import Random

from tests.components.killing import kill_after, kill_at, pause, run_until_done, run_with_pauses


def start(code):
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


def test_what_was_killed_is_started_again_until_it_comes_to_its_end(tmp_path):
    runs = tmp_path / "runs"
    code = f"""
import time
with open({str(runs)!r}, "a") as runs:
    runs.write("x")
time.sleep(0 if len(open({str(runs)!r}).read()) > 2 else 60)
"""

    ended = run_until_done(lambda: start(code), Random(1), kills=20, within_s=(1, 1.5))

    assert [one.was_killed for one in ended[:-1]] == [True] * (len(ended) - 1)
    assert ended[-1].code == 0
    assert len(ended) >= 3


def test_after_so_many_kills_the_last_one_may_end():
    ended = run_until_done(
        lambda: start("import time; time.sleep(0.5)"), Random(1), kills=2, within_s=(0.01, 0.02)
    )

    assert [one.code for one in ended] == [-signal.SIGKILL, -signal.SIGKILL, 0]


def test_a_process_is_killed_once_it_is_time_or_not_at_all_where_it_has_ended():
    done = start("print('done')")
    done.wait()

    assert kill_at(start("import time; time.sleep(60)"), lambda: True).was_killed
    assert kill_at(done, lambda: False).out == "done\n"
    assert kill_after(start("print('done')"), 60).out == "done\n"


def test_a_paused_process_goes_on_afterwards():
    code = """
import time
begun = time.monotonic()
print("begun", flush=True)
time.sleep(0.1)
print(time.monotonic() - begun)
"""
    process = start(code)
    assert process.stdout.readline() == "begun\n"

    pause(process, 0.5)

    assert float(process.communicate()[0]) >= 0.5


def test_processes_that_are_paused_by_turns_all_come_to_their_end():
    code = "import time; [time.sleep(0.01) for _ in range(30)]"

    ended = run_with_pauses(
        [start(code) for _ in range(3)], Random(1), each_s=(0.01, 0.05), rest_s=0.05
    )

    assert [one.code for one in ended] == [0, 0, 0]
