"""Measures the sending of letters, beside Postfix's smtp-source against the same smtp-sink.

    make bench ARGS=--mailing                    all of it
    make bench ARGS="--mailing --size 100000"    the crowd of one size only

What is timed is `statusgen mail resume`: one process, the ledger on the disk, no TLS. The letters
were queued before the clock started, by a publish to a relay that wants a login nobody has. What
the command takes for a single letter is taken off, so that its start, its reading of the files
and its look at the page do not count as sending; smtp-source sends letters of the same length
over as many kept connections. Each takes its turn, for some seconds, and the ledger is asked
afterwards whether the sink has taken all of them. Over the delaying proxy, 10 ms lie on each way.

Where there is a goal the line says whether it was reached; each is for the median or one run.

Then the crowd: what an import of so many takes, what a publish that queues a letter for each of
them takes beside one that queues a single one, and the peak memory of sending to the smaller.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from measure import Figure, Job, measure, measure_in_turn, print_row
from synthetic import NOW, write_statusgen

sys.path.insert(0, str(Path(__file__).parents[1]))  # the tests know how to start servers

from tests.components.available import program
from tests.components.delay_proxy import delay_proxy
from tests.components.smtp_sink import smtp_sink

STATUSGEN = [sys.executable, "-m", "statusgen", "--now", f"{NOW:%Y-%m-%dT%H:%M:%SZ}"]
PUBLISH = [*STATUSGEN, "publish", "--yes"]
RESUME = [*STATUSGEN, "mail", "resume"]
CONNECTIONS = (1, 10, 50)
ONE_WAY_S = 0.01
RUN_S = 3
"""About how long a run sends."""
_TRIED_S = 0.7
"""A shorter try says more of the machine than of the sending."""
GOALS = {("loopback", 10): 0.20, ("20 ms of round trip", 10): 2.0}
"""How many times as many letters a second as smtp-source, by line and connections."""
MOST_MB = 100
"""While letters leave to SENT_TO subscribers."""
MOST_S = 20
"""For choosing a million subscribers and queueing a letter for each."""
SENT_TO = 100_000
"""Of a larger crowd nobody is sent to here: what is asked then is how they are queued."""
_STATE = ".statusgen"
_QUEUED = "queued"
_STOPPED = 4
"""How a publish ends that can't send what it has queued."""
_UPDATE = """\
---
status: investigating
title: Increased error rates on checkout
severity: SEV1
at: 2026-11-20T11:50:00Z
components: [component-1]
---
About one in three payments fails. Carts and orders that went through are safe.
"""


@dataclass(frozen=True, slots=True)
class Rates:
    """Letters a second: of the median, and of the slowest and the fastest run."""

    median: float
    slowest: float
    fastest: float

    def __str__(self) -> str:
        return f"{self.median:8,.0f}/s ({self.slowest:,.0f} to {self.fastest:,.0f})"


def run(sizes: Sequence[int] | None, runs: int | None, folder: Path) -> None:
    """Print the figures of sending, and of crowds of these sizes."""
    queued = cache(partial(_queue, folder))
    if sizes is None:
        length = _length(queued(1))
        print(
            f"\nletters of {length:,} bytes, medians of {runs or 3}, load {os.getloadavg()[0]:.1f}"
        )
        with smtp_sink() as sink:
            for name, line in (
                ("loopback", nullcontext(sink.port)),
                (f"{2000 * ONE_WAY_S:.0f} ms of round trip", delay_proxy(sink.port, ONE_WAY_S)),
            ):
                with line as port:
                    for connections in CONNECTIONS:
                        goal = GOALS.get((name, connections))
                        work = Work(port, connections, length, runs or 3, goal)
                        print(f"  {name}, {connections:>2} connections: {work.beside(queued)}")
    for size in sizes or (SENT_TO, 1_000_000):
        _crowd(folder / f"crowd-{size}", size)


@dataclass(frozen=True, slots=True)
class Work:
    """Letters to send, through one line over so many connections."""

    port: int
    connections: int
    length: int
    runs: int
    goal: float | None

    def beside(self, queued: Callable[[int], Path]) -> str:
        """Return what statusgen and smtp-source make of it, told in a line."""
        many, peers = self._enough(queued)
        root, root_of_one = queued(many), queued(1)
        jobs = {
            "ours": Job(RESUME, self._again(root), root),
            "one": Job(RESUME, self._again(root_of_one), root_of_one),
            "peer": Job(self._smtp_source(peers)),
        }
        done = measure_in_turn(jobs, root, self.runs)
        _insist(root, many)
        started_s = done["one"].wall_s
        ours = _rates(many - 1, done["ours"], started_s)
        theirs = _rates(peers, done["peer"])
        ratio = ours.median / theirs.median
        goal = f" (goal {self.goal:.2f}: {_verdict(ratio >= self.goal)})" if self.goal else ""
        whole = f"{many:,} letters in {done['ours'].wall_s:.2f} s with {started_s:.2f} s of start"
        return (
            f"{ours}, {ratio:.2f} of smtp-source{goal} {theirs}; "
            f"{whole}, {done['ours'].cpu_s:.2f} s CPU, {done['ours'].peak_mb:.0f} MB"
        )

    def _enough(self, queued: Callable[[int], Path]) -> tuple[int, int]:
        """How many letters we send in RUN_S, and how many smtp-source does, by a try."""
        few = 20 * self.connections
        while True:
            root, root_of_one = queued(few), queued(1)
            ours_s = measure(RESUME, root, 1, self._again(root)).wall_s
            ours_s -= measure(RESUME, root_of_one, 1, self._again(root_of_one)).wall_s
            peers_s = measure(self._smtp_source(few), root, 1).wall_s
            if ours_s > _TRIED_S:
                break
            few *= 6
        return _round(RUN_S * few / ours_s), _round(RUN_S * few / peers_s)

    def _smtp_source(self, letters: int) -> list[str]:
        numbers = ["-s", str(self.connections), "-m", str(letters), "-l", str(self.length)]
        return [str(program("smtp-source")), "-4", "-d", *numbers, f"127.0.0.1:{self.port}"]

    def _again(self, root: Path) -> Callable[[], None]:
        """Return what makes the letters queued, and no other, once more."""

        def prepare() -> None:
            shutil.rmtree(root / _STATE)
            shutil.copytree(root / _QUEUED, root / _STATE)
            _configure(root, self.port, self.connections)

        return prepare


def _crowd(root: Path, size: int) -> None:
    """Print what so many subscribers cost before the first letter, and while letters leave."""
    print(f"\n{size:,} subscribers, one run")
    _write(root, size)
    print_row(
        "subscribers import", measure([*STATUSGEN, "subscribers", "import", "people.csv"], root, 1)
    )
    with _refusing_relay() as port:
        _configure(root, port, 10)
        publish = measure(PUBLISH, root, 1, exit_code=_STOPPED)
        alone = root.with_name(f"{root.name}-beside")
        _write(alone, 1)
        _configure(alone, port, 10)
        measure([*STATUSGEN, "subscribers", "import", "people.csv"], alone, 1)
        for_one = measure(PUBLISH, alone, 1, exit_code=_STOPPED)
    more_s = publish.wall_s - for_one.wall_s
    rest = f"{more_s:.2f} s more than for one"
    if size > SENT_TO:
        rest += f" (goal {MOST_S} s: {_verdict(more_s <= MOST_S)})"
    print_row("publish, all queued, none sent", publish, rest)
    if size > SENT_TO:
        return
    with smtp_sink() as sink:
        _configure(root, sink.port, 10)
        sending = measure(RESUME, root, 1)
    _insist(root, size)
    speed = f"{size / sending.wall_s:,.0f} letters/s"
    goal = f"(goal {MOST_MB} MB: {_verdict(sending.peak_mb <= MOST_MB)})"
    print_row("mail resume, 10 connections", sending, f"{goal}  {speed}")


def _verdict(is_reached: bool) -> str:  # noqa: FBT001 - the question itself
    return "reached" if is_reached else "MISSED"


def _queue(folder: Path, letters: int) -> Path:
    """Make a repository that owes so many letters; what it knows lies in _QUEUED too."""
    root = folder / f"owes-{letters}"
    _write(root, letters)
    measure([*STATUSGEN, "subscribers", "import", "people.csv"], root, 1)
    with _refusing_relay() as port:
        _configure(root, port, 10)
        measure(PUBLISH, root, 1, exit_code=_STOPPED)
    shutil.copytree(root / _STATE, root / _QUEUED)
    return root


@contextmanager
def _refusing_relay() -> Iterator[int]:
    with smtp_sink("-f", "MAIL", "-B", "530 5.7.0 Authentication required") as sink:
        yield sink.port


def _write(root: Path, subscribers: int) -> None:
    write_statusgen(root, 0)
    folder = root / "incidents" / "2026-11-20-checkout"
    folder.mkdir(parents=True)
    (folder / "01-investigating.md").write_text(_UPDATE, encoding="utf-8")
    with (root / "people.csv").open("w", encoding="utf-8") as people:
        people.write("email\n")
        people.writelines(f"reader{number}@example.com\n" for number in range(subscribers))
    _configure(root, 1, 10)


def _configure(root: Path, port: int, connections: int) -> None:
    """Let the relay be at this port."""
    config = root / "statusgen.toml"
    page, _, _ = config.read_text(encoding="utf-8").partition("[mail]")
    mail = [
        'from = "Acme Status <status@example.com>"',
        'unsubscribe_mailto = "unsubscribe@example.com"',
        f'transport = "smtp://127.0.0.1:{port}"',
        f"max_connections = {connections}",
    ]
    config.write_text("\n".join([f"{page}[mail]", *mail, ""]), encoding="utf-8")


def _length(root: Path) -> int:
    """How many bytes a letter has."""
    measure([*STATUSGEN, "mail", "preview", "--out", "letters"], root, 1)
    return next((root / "letters").glob("*.eml")).stat().st_size


def _insist(root: Path, letters: int) -> None:
    """A run that has not sent everything is no figure."""
    command = [*STATUSGEN, "mail", "status", "--json"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    accepted = json.loads(done.stdout)["total"]["accepted"]
    if accepted != letters:
        sys.exit(f"{accepted:,} letters of {letters:,} were accepted:\n{done.stdout}")


def _rates(letters: int, figure: Figure, off_s: float = 0) -> Rates:
    seconds = (figure.wall_s, figure.slowest_s, figure.fastest_s)
    return Rates(*(letters / (one - off_s) for one in seconds))


def _round(number: float) -> int:
    """Round to one digit, so that one repository serves several runs."""
    return max(20, int(float(f"{number:.0e}")))
