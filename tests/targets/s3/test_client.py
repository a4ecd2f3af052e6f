"""Servers that never end an answer: each request ends all the same."""

import pytest

from statusgen.errors import TargetUnreachable
from statusgen.page.artifacts import artifact_from_bytes
from statusgen.targets.claim import Claim
from statusgen.targets.manifest import Manifest
from statusgen.targets.s3.client import ClientLimits
from statusgen.targets.s3.storage import S3Storage
from statusgen.targets.storage import Upload
from tests.components.dripping import BODY, HEAD, dripping

PAGE = artifact_from_bytes("index.html", b"all well")
STEPS = {
    "manifest": lambda storage: storage.observe(),
    "list": lambda storage: storage.verified(Manifest({})),
    "claim": lambda storage: storage.claim("checkout/01", Claim("ours")),
    "put": lambda storage: storage.put_all([Upload(PAGE, None)], lambda: None, lambda *_: None),
    "delete": lambda storage: storage.delete(["index.html"]),
}
IMPATIENT = ClientLimits(connect_s=5, read_s=5, attempts=5, end_s=0.4)


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize(
    ("step", "first"),
    [
        *((step, HEAD) for step in STEPS),
        *((step, BODY) for step in STEPS if step != "put"),  # which believes the headers
    ],
)
def test_a_server_that_sends_byte_by_byte_is_given_up(step, first, monkeypatch):
    monkeypatch.setattr("statusgen.targets.s3.bucket._PIECE_S", 0.3)
    with dripping(first) as port:
        storage = S3Storage(
            "s3://acme", "acme", endpoint_url=f"http://127.0.0.1:{port}", patience=IMPATIENT
        )

        with pytest.raises(TargetUnreachable, match="did not answer in time; publish again"):
            STEPS[step](storage)
        storage.close()


@pytest.mark.usefixtures("credentials")
def test_a_body_that_goes_on_without_an_end_is_given_up(monkeypatch):
    monkeypatch.setattr("statusgen.targets.s3.bucket._PIECE", 1)  # each of which comes in time
    monkeypatch.setattr("statusgen.targets.s3.bucket._BODY_S", 0.5)
    with dripping(BODY) as port:
        storage = S3Storage("s3://acme", "acme", endpoint_url=f"http://127.0.0.1:{port}")

        with pytest.raises(TargetUnreachable, match="did not answer in time; publish again"):
            storage.observe()
        storage.close()
