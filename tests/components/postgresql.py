"""A throw-away PostgreSQL: real, on a socket in a folder of its own, without a care for disks."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.components.available import missing, postgresql_folder

OWNER = "postgres"
"""Who runs it where the tests run as root, which PostgreSQL refuses; and its only user."""
_TIMEOUT_S = 60
_MEMORY = "/dev/shm"
"""A folder in memory, where the system has one: each database is three hundred files."""
_CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=")


@dataclass(frozen=True)
class PostgreSql:
    """A running server; anybody on this machine who may enter the folder may do anything."""

    folder: Path
    pid: int
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{OWNER}@/{database}?host={self.folder}"

    def new_database(self) -> str:
        """Make an empty database, and return its URL."""
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def execute(self, statement: str) -> None:
        """Run a statement as the one who may do anything, outside of a transaction."""
        import psycopg  # noqa: PLC0415 - a test that needs no server needs no driver

        with psycopg.connect(
            host=str(self.folder), user=OWNER, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement)

    def stop(self) -> None:
        """Have it be silent: all its processes stand still, and their sockets stay open."""
        for pid in (self.pid, *self._children()):
            os.kill(pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Have it answer again, what it was asked meanwhile too."""
        for pid in (*self._children(), self.pid):
            os.kill(pid, signal.SIGCONT)

    def _children(self) -> list[int]:
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return [int(one) for one in children.read_text().split()]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSql]:
    """One server for the tests of a worker; nothing is skipped where it is missing."""
    with run_postgresql() as server:
        yield server


@contextmanager
def run_postgresql() -> Iterator[PostgreSql]:
    """Run a server with nothing in it until the block ends, and leave nothing behind."""
    if reason := missing("postgresql"):
        raise AssertionError(reason)
    above = _MEMORY if os.access(_MEMORY, os.W_OK) else None
    home = Path(tempfile.mkdtemp(prefix="statusgen-pg-", dir=above))
    try:
        home.chmod(0o755)
        if os.geteuid() == 0:
            shutil.chown(home, OWNER)
        _initialise(home)
        with _serve(home) as pid:
            yield PostgreSql(home, pid)
    finally:
        shutil.rmtree(home)


def _initialise(home: Path) -> None:
    words = ["-A", "trust", "-U", OWNER, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    command = [_program("initdb"), "-D", home / "data", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, **_as_owner(home))
    assert done.returncode == 0, done.stderr


@contextmanager
def _serve(home: Path) -> Iterator[int]:
    settings = (*_CARELESS, f"unix_socket_directories={home}")
    words = [word for one in settings for word in ("-c", one)]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [_program("postgres"), "-D", home / "data", *words],
            stdout=log,
            stderr=log,
            **_as_owner(home),
        )
    try:
        _wait_until_ready(home, process)
        yield process.pid
    finally:
        process.send_signal(signal.SIGINT)  # who is still connected is sent away
        process.wait(_TIMEOUT_S)


def _wait_until_ready(home: Path, process: "subprocess.Popen[bytes]") -> None:
    """The last line of postmaster.pid tells how far it is, as `pg_ctl -w` knows too."""
    deadline = time.monotonic() + _TIMEOUT_S
    while not _is_ready(home / "data" / "postmaster.pid"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"PostgreSQL did not start: {(home / 'log').read_text()[-2000:]}")
        time.sleep(0.02)


def _is_ready(told: Path) -> bool:
    return told.exists() and told.read_text().split()[-1:] == ["ready"]


def _program(name: str) -> Path:
    folder = postgresql_folder()
    assert folder
    return folder / name


def _as_owner(home: Path) -> dict[str, Any]:
    """How a program of the server's is started: never by root, and where its user may be."""
    who = {"user": OWNER, "group": OWNER, "extra_groups": []} if os.geteuid() == 0 else {}
    return {**who, "cwd": home}
