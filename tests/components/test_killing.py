"""Processes that are killed or paused come to the end that the tests wait for."""

import subprocess
import sys
from random import Random

from tests.components.killing import kill_after, kill_at, pause, run_with_pauses


def start(code, *arguments):
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_a_process_is_killed_once_it_is_time_or_not_at_all_where_it_has_ended():
    done = start("print('done')")
    done.wait()

    assert kill_at(start("import time; time.sleep(60)"), lambda: True).was_killed
    assert kill_at(done, lambda: False).out == "done\n"
    assert kill_after(start("print('done')"), 60).out == "done\n"


def test_a_process_is_killed_so_long_after_it_was_time(tmp_path):
    mark, later = tmp_path / "mark", tmp_path / "later"
    code = f"""
import time
open({str(mark)!r}, "w").close()
time.sleep(0.1)
open({str(later)!r}, "w").close()
time.sleep(60)
"""

    assert kill_at(start(code), mark.exists, 1).was_killed
    assert later.exists()


def test_a_paused_process_goes_on_afterwards(tmp_path):
    code = """
import pathlib, sys, time
seen_s, is_over = [time.monotonic()], False
print("begun", flush=True)
while not is_over:
    is_over = pathlib.Path(sys.argv[1]).exists()
    seen_s.append(time.monotonic())
print(max(later - earlier for earlier, later in zip(seen_s, seen_s[1:])))
"""
    process = start(code, tmp_path / "end")
    assert process.stdout.readline() == "begun\n"

    pause(process, 0.5)
    (tmp_path / "end").touch()

    assert float(process.communicate()[0]) >= 0.5


def test_processes_that_are_paused_by_turns_all_come_to_their_end():
    code = "import time; [time.sleep(0.01) for _ in range(30)]"

    ended = run_with_pauses(
        [start(code) for _ in range(3)], Random(1), each_s=(0.01, 0.05), rest_s=0.05
    )

    assert [one.code for one in ended] == [0, 0, 0]
