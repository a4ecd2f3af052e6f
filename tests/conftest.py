"""Guards that are always on: loopback only, nobody's AWS account, no settings of the machine.

And the rule for real servers and checkers: a test that needs one it can't find is skipped and
says so; where CI is set, every skip is a failure.
"""

import ipaddress
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.components.available import COMPONENTS, ROOT, missing, missing_corpus
from tests.components.soak import IS_SOAK

# Machines are busy: how long an example takes says nothing about it.
settings.register_profile(
    "busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("busy machine")

CLEARED = ("AWS_", "STATUSGEN_", "BOTO_")
CLEARED_NAMES = ("NO_COLOR", "FORCE_COLOR", "EDITOR", "VISUAL", "COLUMNS", "LINES")
SERVERS = {"imap_host", "mail_host", "postgresql", "rclone_server", "seaweedfs"}
"""Fixtures that run one."""
MOST_WORKERS = 8
"""Each has servers and a browser of its own."""
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


class NetworkRefusedError(AssertionError):
    """A test reached for the network; loopback is all it may use."""


def pytest_configure(config: pytest.Config) -> None:
    """Put the guards up before anything of ours is imported."""
    home = tempfile.TemporaryDirectory(prefix="statusgen-home-")
    config.add_cleanup(home.cleanup)
    _clear_environment(Path(home.name))
    _keep_what_is_compiled()
    _keep_to_loopback()
    os.umask(0o022)
    # A shell starts what runs in its background deaf to Ctrl-C, and all that is started from there.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Two a core: half of the time is spent waiting, for servers, browsers and processes."""
    return min(2 * (os.cpu_count() or 1), MOST_WORKERS)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what needs servers, and leave what judges by real seconds to `make soak`."""
    for item in items:
        if _needs_server(item):
            item.add_marker("server")
    left = [] if IS_SOAK else [one for one in items if one.get_closest_marker("soak")]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [one for one in items if one not in left]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose component or whose part of the corpus this machine lacks."""
    components, corpus = _lacks(item, "component", missing), _lacks(item, "corpus", missing_corpus)
    for reason in (*components, *corpus):
        pytest.skip(reason)


def _lacks(item: pytest.Item, marker: str, say: Callable[[str], str | None]) -> Iterator[str]:
    names = (name for found in item.iter_markers(marker) for name in found.args)
    return filter(None, map(say, names))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skipped test into a failed one where CI is set; nobody has to have the corpus."""
    report = yield
    is_excused = hasattr(report, "wasxfail") or any(_lacks(item, "corpus", missing_corpus))
    if report.skipped and not is_excused and os.environ.get("CI"):
        _fail(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn a module that skips itself into a failure where CI is set."""
    report = yield
    if report.skipped and os.environ.get("CI"):
        _fail(report)
    return report


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium for the tests of a module: starting one takes longer than most of them.

    Not for the session: while it runs, nothing else of the process may run an event loop.
    """
    from tests.components.chromium import open_browser  # noqa: PLC0415  many tests need none

    with open_browser() as opened:
        yield opened


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the components for want of which tests did not run, where it is seen: at the end."""
    reports = [*terminalreporter.getreports("skipped"), *terminalreporter.getreports("failed")]
    told = "\n".join(str(one.longrepr) for one in reports)
    lacks = [reason for reason in map(missing, COMPONENTS) if reason and reason in told]
    if lacks:
        terminalreporter.section("components that are not here", yellow=True)
        for reason in lacks:
            terminalreporter.write_line(reason)


def _needs_server(item: pytest.Item) -> bool:
    """Whether it takes a server, a browser or a whole journey; the others are the fast part."""
    folder = item.path.relative_to(ROOT / "tests").parts[0] if ROOT in item.path.parents else ""
    return (
        folder in {"components", "journeys"}
        or item.get_closest_marker("component") is not None
        or not SERVERS.isdisjoint(getattr(item, "fixturenames", ()))
    )


def _fail(report: pytest.TestReport | pytest.CollectReport) -> None:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome = "failed"
    report.longrepr = f"In CI nothing is skipped. {reason}"


def _clear_environment(home: Path) -> None:
    for name in list(os.environ):
        if name.startswith(CLEARED) or name in CLEARED_NAMES or name.upper() in PROXIES:
            del os.environ[name]
    os.environ["HOME"] = str(home)
    os.environ["AWS_CONFIG_FILE"] = str(home / "no-aws-config")
    os.environ["AWS_SHARED_CREDENTIALS_FILE"] = str(home / "no-aws-credentials")
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"


def _keep_what_is_compiled() -> None:
    """Let Python store its bytecode, as it does for users: statusgen is started very often."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def _keep_to_loopback() -> None:
    connect, connect_ex, getaddrinfo = (
        socket.socket.connect,
        socket.socket.connect_ex,
        socket.getaddrinfo,
    )

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _refuse_elsewhere(self.family, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _refuse_elsewhere(self.family, address)
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        _refuse_elsewhere(socket.AF_INET, (host,))
        return getaddrinfo(host, *args, **kwargs)

    socket.socket.connect = guarded_connect  # type: ignore[method-assign]
    socket.socket.connect_ex = guarded_connect_ex  # type: ignore[method-assign]
    socket.getaddrinfo = guarded_getaddrinfo


def _refuse_elsewhere(family: int, address: Any) -> None:
    if family not in {socket.AF_INET, socket.AF_INET6} or _is_loopback(address[0]):
        return
    raise NetworkRefusedError(f"a test may not reach {address[0]}: loopback only")


def _is_loopback(host: str | bytes | None) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if not name or name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
