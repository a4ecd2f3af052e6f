"""One `rclone serve s3` on loopback: a server that takes no notice of conditions."""

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator

import pytest

from tests.components.available import missing, rclone
from tests.components.clock_bridge import bridged
from tests.components.seaweedfs import ACCESS_KEY, SECRET_KEY, S3Server

START_TIMEOUT_S = 60


@pytest.fixture(scope="session")
def rclone_server() -> Iterator[S3Server]:
    if reason := missing("rclone"):
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="rclone-") as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        command = [rclone() or "rclone", "serve", "s3", "--config", "/dev/null", "--quiet"]
        command += ["--addr", f"127.0.0.1:{port}", "--auth-key", f"{ACCESS_KEY},{SECRET_KEY}"]
        process = subprocess.Popen([*command, folder])
        try:
            _wait_until_ready(process, port)
            with bridged(f"http://127.0.0.1:{port}", {ACCESS_KEY: SECRET_KEY}) as url:
                yield S3Server(url)
        finally:
            process.kill()
            process.wait()


def _wait_until_ready(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"rclone did not start: {error}") from error
            time.sleep(0.05)
        else:
            return
