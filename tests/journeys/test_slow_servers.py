"""Servers that send a byte a second: what is healthy waits for none of them."""

import signal
import threading

import pytest

from statusgen.targets.s3.client import ClientLimits
from tests.components.dripping import BODY, HEAD, dripping
from tests.fakes.repository import ID, make_repository

PUBLIC = '\npublic_url = "http://127.0.0.1:{port}"'


@pytest.fixture
def repository(tmp_path, bucket, monkeypatch):
    for name, value in bucket.keys.items():
        monkeypatch.setenv(name, value)
    hurried = ClientLimits(connect_s=5, read_s=5, attempts=3, end_s=0.5)
    monkeypatch.setattr("statusgen.targets.s3.bucket.SOON", hurried)
    repository = make_repository(tmp_path, bucket.target())
    repository.subscribe("ann@example.com")
    return repository


def slow_target(port, bucket):
    return bucket.target(f"http://127.0.0.1:{port}").replace(bucket.name, "slow")


@pytest.mark.parametrize("first", [HEAD, BODY], ids=["headers", "a body"])
def test_a_slow_target_keeps_neither_a_healthy_one_nor_letters(
    repository, bucket, first, monkeypatch
):
    monkeypatch.setattr("statusgen.targets.s3.bucket._PIECE_S", 0.3)
    with dripping(first) as port:
        repository.configure(bucket.target(), slow_target(port, bucket))
        done = repository.run("publish", "--yes")

    assert done.code == 4
    assert "did not answer in time" in done.err
    assert "one in three" in bucket.get(f"incidents/{ID}.html")["Body"]
    assert len(repository.letters()) == 1


def test_a_slow_public_copy_keeps_neither_a_healthy_target_nor_letters(repository, bucket):
    with dripping(BODY) as port:
        slow = 'url = "folder:public"' + PUBLIC.format(port=port)
        mail = 'transport = "folder:outbox"\nverify_timeout = "1s"'
        repository.configure(bucket.target(), slow, mail=mail)
        done = repository.run("publish", "--yes")

    assert done.code == 4
    assert "no answer in time" in done.err
    assert len(repository.letters()) == 1


def test_the_first_ctrl_c_ends_the_wait_for_a_slow_target(repository, bucket):
    asked = threading.Event()
    with dripping(HEAD, asked=asked) as port:
        repository.configure(slow_target(port, bucket))
        process = repository.start_apart("publish", "--yes", **bucket.keys)
        assert asked.wait(60)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "safe to run the command again" in err
    assert "Traceback" not in err
