"""`doctor` needs the rights of a publisher and no more, and finds out which one is missing."""

import json
from pathlib import Path

import pytest

from tests.components.seaweedfs import run_seaweedfs
from tests.components.web_server import Site, web_server
from tests.fakes.repository import make_repository

POLICY = Path(__file__).parents[2] / "docs" / "examples" / "publisher-policy.json"
BUCKET = "acme-status"  # the one that the policy names
ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket")

pytestmark = pytest.mark.component("weed")


def policy_without(action=None):
    policy = json.loads(POLICY.read_text(encoding="utf-8"))
    for statement in policy["Statement"]:
        actions = statement["Action"]
        actions = [actions] if isinstance(actions, str) else actions
        statement["Action"] = [one for one in actions if one != action]
    policy["Statement"] = [one for one in policy["Statement"] if one["Action"]]
    return policy


def name_of(action):
    return f"without-{action.replace(':', '-')}"


@pytest.fixture(scope="module")
def server():
    policies = {name_of(one): policy_without(one) for one in ACTIONS}
    with run_seaweedfs({"publisher": policy_without()} | policies) as server:
        client = server.client()
        client.create_bucket(Bucket=BUCKET)
        client.close()
        yield server


@pytest.fixture
def look(server, tmp_path, monkeypatch):
    """Publish as someone who may, then look as another; return what is said of the bucket."""
    repository = make_repository(
        tmp_path, f'url = "s3://{BUCKET}"\nendpoint_url = "{server.endpoint_url}"', mail=None
    )

    def become(user):
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, user)

    def look_as(user):
        become(user)
        done = repository.run("doctor", "--json")
        return [one for one in done.json["findings"] if one["subject"] == f"s3://{BUCKET}"]

    become("publisher")
    with web_server(Site()) as site:
        path = repository.root / "statusgen.toml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("https://status.example.com", site.url), encoding="utf-8")
        assert repository.run("publish", "--yes", "--takeover").code == 0
        yield look_as


def test_the_rights_of_a_publisher_are_enough(look):
    found = look("publisher")

    assert [one["state"] for one in found] == ["ok", "ok", "ok"]


@pytest.mark.parametrize("action", ACTIONS)
def test_a_missing_right_is_found(look, action):
    found = look(name_of(action))

    assert found[0]["state"] == "fail"
    assert found[0]["what"] == "access was denied"
    assert action in found[0]["remedy"]
