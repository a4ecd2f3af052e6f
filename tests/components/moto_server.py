"""The AWS imitation that answers S3 and CloudFront in this process."""

from collections.abc import Iterator

import pytest
from moto.server import ThreadedMotoServer

from tests.components.seaweedfs import ACCESS_KEY, SECRET_KEY, S3Server


@pytest.fixture
def credentials(monkeypatch):
    """The keys of our servers, as the environment holds them."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(scope="session")
def moto_server() -> Iterator[S3Server]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield S3Server(f"http://{host}:{port}")
    server.stop()
