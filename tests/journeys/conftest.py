"""The real servers of the journeys."""

import itertools
import os
from dataclasses import dataclass

import pytest

from tests.components.mailhost import mailhost, missing_for_mailhost
from tests.components.seaweedfs import S3Server, seaweedfs  # noqa: F401 - a fixture

MAILBOXES = ("ann", "bob", "cy", "dee", "boss")
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket of a test's own."""

    server: S3Server
    name: str

    def target(self, endpoint_url: str | None = None) -> str:
        endpoint_url = endpoint_url or self.server.endpoint_url
        return (
            f'url = "s3://{self.name}/page"\nregion = "us-east-1"\nendpoint_url = "{endpoint_url}"'
        )

    @property
    def keys(self) -> dict[str, str]:
        """The environment of a process that may use it."""
        return {
            "AWS_ACCESS_KEY_ID": self.server.access_key,
            "AWS_SECRET_ACCESS_KEY": self.server.secret_key,
        }

    def get(self, key: str) -> dict:
        client = self.server.client()
        answer = client.get_object(Bucket=self.name, Key=f"page/{key}")
        answer["Body"] = answer["Body"].read().decode()
        client.close()
        return answer


@pytest.fixture
def bucket(seaweedfs):  # noqa: F811 - a fixture
    name = f"journey-{os.getpid()}-{next(_numbers)}"
    client = seaweedfs.client()
    client.create_bucket(Bucket=name)
    client.close()
    return Bucket(seaweedfs, name)


@pytest.fixture(scope="session")
def mail_host():
    if reason := missing_for_mailhost():
        pytest.skip(reason)
    with mailhost(MAILBOXES) as host:
        yield host
