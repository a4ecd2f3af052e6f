"""One SeaweedFS with an S3 door on loopback, for the tests of one worker."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom

import boto3
import pytest
from botocore.config import Config

from tests.components.available import missing, weed
from tests.components.clock_bridge import bridged
from tests.components.smtp_relay import Certificate

ACCESS_KEY = "testkey"
SECRET_KEY = "testsecret"
GRPC_OFFSET = 10_000
HTTPS_OFFSET = 20_000
START_TIMEOUT_S = 60


@dataclass(frozen=True, slots=True)
class S3Server:
    """Where a server of the S3 protocol listens, and its only keys."""

    endpoint_url: str
    access_key: str = ACCESS_KEY
    secret_key: str = SECRET_KEY

    def client(self, *, total_max_attempts: int = 3):
        """Return a client of the test's own, to look at what is really there."""
        return boto3.session.Session(self.access_key, self.secret_key).client(
            "s3",
            region_name="us-east-1",
            endpoint_url=self.endpoint_url,
            config=Config(
                s3={"addressing_style": "path"},
                retries={"total_max_attempts": total_max_attempts},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )


@pytest.fixture(scope="session")
def seaweedfs() -> Iterator[S3Server]:
    if reason := missing("weed"):
        pytest.skip(reason)
    with run_seaweedfs() as server:
        yield server


@contextmanager
def run_seaweedfs(
    policies: Mapping[str, object] | None = None, certificate: Certificate | None = None
) -> Iterator[S3Server]:
    """Start a server with an empty store, and kill it in the end (a TERM takes it 20 s).

    For each of the IAM policies there is a user who may do what it allows; the policy's name is
    the user's access key and secret key. With a certificate the server that is yielded speaks
    https.
    """
    folder = Path(tempfile.mkdtemp(prefix="weed-"))
    port = _free_port_range()
    process = _start(folder, port, policies or {}, certificate)
    secrets = {ACCESS_KEY: SECRET_KEY, **{name: name for name in policies or {}}}
    try:
        server = S3Server(f"http://127.0.0.1:{port}")
        with bridged(server.endpoint_url, secrets) as url:
            _wait_until_ready(S3Server(url), process, folder)
            if not certificate:
                yield S3Server(url)
        if certificate:
            secured = f"https://127.0.0.1:{port + HTTPS_OFFSET}"
            with bridged(secured, secrets, certificate) as url:
                yield S3Server(url)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)
        _remove_sockets(port)


def _start(
    folder: Path,
    port: int,
    policies: Mapping[str, object],
    certificate: Certificate | None,
) -> subprocess.Popen[bytes]:
    admin = {
        "name": "admin",
        "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
        "actions": ["Admin", "Read", "List", "Tagging", "Write"],
    }
    users = [
        {
            "name": name,
            "credentials": [{"accessKey": name, "secretKey": name}],
            "policyNames": [name],
        }
        for name in policies
    ]
    documents = [{"name": name, "content": json.dumps(one)} for name, one in policies.items()]
    settings = folder / "s3.json"
    settings.write_text(json.dumps({"identities": [admin, *users], "policies": documents}))
    command = [
        weed() or "weed",
        "-v=0",
        "server",
        f"-dir={folder}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-filer",
        "-s3",
        f"-s3.config={settings}",
        f"-s3.port={port}",
        f"-s3.port.grpc={port + GRPC_OFFSET}",
        f"-master.port={port + 1}",
        f"-volume.port={port + 2}",
        f"-filer.port={port + 3}",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-master.telemetry=false",
        "-master.volumeSizeLimitMB=64",
        "-master.volumePreallocate=false",
        "-volume.max=5000",  # every bucket takes several
        "-volume.preStopSeconds=0",
    ]
    if certificate:
        command.append(f"-s3.port.https={port + HTTPS_OFFSET}")
        command += [f"-s3.cert.file={certificate.path}", f"-s3.key.file={certificate.key_path}"]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log)


def _remove_sockets(port: int) -> None:
    """Remove what a killed server leaves in /tmp, which it has fixed in its code."""
    for number in (first + step for first in (port, port + GRPC_OFFSET) for step in range(4)):
        for left_over in Path("/tmp").glob(f"seaweedfs-*-{number}.sock"):
            left_over.unlink(missing_ok=True)


def _free_port_range() -> int:
    """Return a port that is free with the three after it, and again with the gRPC offset."""
    for _ in range(200):
        port = SystemRandom().randrange(12_000, 22_000, 4)
        if _are_free(port, port + GRPC_OFFSET, port + HTTPS_OFFSET):
            return port
    raise AssertionError("no free ports")


def _are_free(*firsts: int) -> bool:
    with ExitStack() as sockets:
        for port in (first + step for first in firsts for step in range(4)):
            probe = sockets.enter_context(socket.socket())
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


def _wait_until_ready(server: S3Server, process: subprocess.Popen[bytes], folder: Path) -> None:
    client = server.client(total_max_attempts=1)
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            client.create_bucket(Bucket="ready-check")
            client.put_object(Bucket="ready-check", Key="k", Body=b"x")
        except Exception as error:
            if process.poll() is not None or time.monotonic() > deadline:
                log = (folder / "log").read_text(errors="replace")[-2000:]
                raise AssertionError(f"SeaweedFS did not start: {error}\n{log}") from error
            time.sleep(0.1)
        else:
            client.close()
            return
