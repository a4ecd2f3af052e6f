"""A process that has everything imported, and forks a `statusgen` in no time for who asks.

Each fork is a process of its own, with its own number, and can be killed as any other.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass
class WarmProcess:
    """Forks one statusgen at a time."""

    process: "subprocess.Popen[str]"
    pid: int = 0

    def run(self, *arguments: object) -> tuple[int, str]:
        """Run `statusgen ARGUMENTS`; return its exit code (a negative signal) and what it said."""
        print(json.dumps([*map(str, arguments)]), file=self.process.stdin, flush=True)
        self.pid = int(self.process.stdout.readline())
        return tuple(json.loads(self.process.stdout.readline()))

    def kill(self) -> None:
        """Kill the one that runs, from another thread."""
        if self.pid:
            with suppress(ProcessLookupError):  # it has ended already
                os.kill(self.pid, signal.SIGKILL)


@contextmanager
def warm_process(environment: Mapping[str, str]) -> Iterator[WarmProcess]:
    """Run the process until the block ends."""
    with subprocess.Popen(
        [sys.executable, __file__],
        env={**os.environ, **environment, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield WarmProcess(process)
        process.stdin.close()


def _serve() -> None:
    import tempfile  # noqa: PLC0415 - in the process only, as below

    import statusgen.targets.s3.storage  # noqa: F401, PLC0415
    from statusgen.cli.main import main  # noqa: PLC0415

    for line in sys.stdin:
        with tempfile.TemporaryFile("w+") as said:
            pid = os.fork()
            if not pid:
                os.dup2(said.fileno(), 1)
                os.dup2(said.fileno(), 2)
                sys.argv = ["statusgen", *json.loads(line)]
                code = 1
                try:
                    main()
                    code = 0
                except SystemExit as done:
                    code = int(done.code or 0)
                finally:
                    sys.stdout.flush()
                    sys.stderr.flush()
                    os._exit(code)
            _tell(pid)
            _, status = os.waitpid(pid, 0)
            said.seek(0)
            answer = [os.waitstatus_to_exitcode(status), said.read()]
        _tell(answer)


def _tell(what: object) -> None:
    sys.stdout.write(f"{json.dumps(what)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _serve()
