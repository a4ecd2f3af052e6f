"""The real servers of these tests, and one target of every kind."""

import itertools
import os
from dataclasses import dataclass

import pytest

from statusgen.targets.s3.storage import S3Storage
from tests.components.moto_server import credentials, moto_server  # noqa: F401 - fixtures
from tests.components.rclone import rclone_server  # noqa: F401 - a fixture
from tests.components.s3_proxy import REFUSE, run_proxy
from tests.components.seaweedfs import S3Server, seaweedfs  # noqa: F401 - a fixture

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket of a test's own, and the server it is on."""

    server: S3Server
    name: str

    def storage(self, prefix: str = "", **settings) -> S3Storage:
        settings = {"endpoint_url": self.server.endpoint_url, **settings}
        return S3Storage(f"s3://{self.name}/{prefix}".rstrip("/"), self.name, prefix, **settings)

    def put(self, key: str, body: bytes) -> None:
        client = self.server.client()
        client.put_object(Bucket=self.name, Key=key, Body=body)
        client.close()

    def get(self, key: str) -> dict:
        client = self.server.client()
        answer = client.get_object(Bucket=self.name, Key=key)
        answer["Body"] = answer["Body"].read()
        client.close()
        return answer

    def bodies(self) -> dict[str, bytes]:
        client = self.server.client()
        keys = [
            each["Key"]
            for page in client.get_paginator("list_objects_v2").paginate(Bucket=self.name)
            for each in page.get("Contents", ())
        ]
        bodies = {key: client.get_object(Bucket=self.name, Key=key)["Body"].read() for key in keys}
        client.close()
        return bodies


def make_bucket(server: S3Server) -> Bucket:
    name = f"acme-page-{os.getpid()}-{next(_numbers)}"
    client = server.client()
    client.create_bucket(Bucket=name)
    client.close()
    return Bucket(server, name)


@pytest.fixture
def bucket(seaweedfs, credentials) -> Bucket:  # noqa: ARG001, F811 - fixtures
    return make_bucket(seaweedfs)


@pytest.fixture
def moto_bucket(moto_server, credentials) -> Bucket:  # noqa: ARG001, F811 - fixtures
    return make_bucket(moto_server)


@pytest.fixture
def rclone_bucket(rclone_server, credentials) -> Bucket:  # noqa: ARG001, F811 - fixtures
    """On a server that ignores conditions."""
    return make_bucket(rclone_server)


@pytest.fixture
def refusing_bucket(moto_bucket):
    """On a server that refuses conditions."""
    with run_proxy(moto_bucket.server, REFUSE) as proxy:
        yield Bucket(proxy.server_facts, moto_bucket.name)
