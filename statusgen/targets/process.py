"""Processes of this host: which one we are, and whether another has ended."""

import getpass
import hashlib
import os
import socket
from functools import cache
from pathlib import Path

import psutil

from statusgen.targets.manifest import Publisher

_START_TOLERANCE_S = 1.0


def this_publisher() -> Publisher:
    """Return who we are, in terms that no other process has had since this host was started."""
    process = psutil.Process()
    return Publisher(
        _user(), socket.gethostname(), f"{_boot()} {process.pid} {process.create_time():.2f}"
    )


def is_gone(publisher: Publisher) -> bool:
    """Whether it was a process of this host, since it was started, and has ended."""
    match publisher.process.split():
        case [boot, pid, started] if boot == _boot() and pid.isdecimal():
            return not _runs(int(pid), started)
        case _:
            return False


def _runs(pid: int, started: str) -> bool:
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return abs(process.create_time() - float(started)) < _START_TOLERANCE_S
    except psutil.NoSuchProcess:
        return False
    except (psutil.Error, ValueError):
        return True


@cache
def _boot() -> str:
    """Return what tells one start of one host from all others; containers count as hosts."""
    parts = [socket.gethostname()]
    try:
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip())
        parts.append(os.readlink("/proc/self/ns/pid"))  # noqa: PTH115  not a path
    except OSError:
        parts.append(f"{psutil.boot_time():.0f}")
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user id without a name, as in many containers
        return f"user {os.getuid()}"
