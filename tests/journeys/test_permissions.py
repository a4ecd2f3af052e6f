"""The rights of docs/examples: a publisher needs each of them, and readers can't see the rest.

SeaweedFS evaluates the very policies. It answers 404 to who may not list, where AWS answers 403:
a proxy does as AWS there. CloudFront's right is tried on moto, which knows no resources.
"""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
import pytest

from statusgen.errors import TargetError
from statusgen.targets.s3.storage import S3Storage
from tests.components.available import missing
from tests.components.s3_proxy import Proxy, run_proxy
from tests.components.seaweedfs import run_seaweedfs
from tests.fakes.repository import ID, make_repository

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
BUCKET = "acme-status"  # the one that the examples name
PUBLISHER = "publisher"
ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket")
INVALIDATION = "cloudfront:CreateInvalidation"
FIRST_PUBLISH, LAST_STEP = "publish first", "lose the manifest and publish"

DENIED = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"

pytestmark = pytest.mark.component("weed")


def example(name):
    return json.loads((EXAMPLES / name).read_text(encoding="utf-8"))


def actions_of(statement):
    return [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]


def without(action):
    """Return the publisher's policy less one action."""
    policy = example("publisher-policy.json")
    for statement in policy["Statement"]:
        statement["Action"] = [one for one in actions_of(statement) if one != action]
    policy["Statement"] = [one for one in policy["Statement"] if one["Action"]]
    return policy


def user_without(action):
    return f"without-{action.replace(':', '-')}"


@pytest.fixture(scope="module")
def server():
    if reason := missing("weed"):
        pytest.skip(reason)
    policies = {PUBLISHER: example("publisher-policy.json")}
    policies |= {user_without(action): without(action) for action in ACTIONS}
    with run_seaweedfs(policies) as running:
        yield running


@pytest.fixture
def client(server):
    """Someone who may do everything, and an empty bucket."""
    client = server.client()
    client.create_bucket(Bucket=BUCKET)
    yield client
    keys = [one["Key"] for one in client.list_objects_v2(Bucket=BUCKET).get("Contents", ())]
    client.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in keys]})
    client.delete_bucket(Bucket=BUCKET)
    client.close()


@pytest.fixture
def repository(tmp_path, server):
    return repository_at(tmp_path, server)


def become(monkeypatch, user):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, user)


def repository_at(folder, server):
    target = f'url = "s3://{BUCKET}"\nendpoint_url = "{server.endpoint_url}"'
    repository = make_repository(folder, target)
    repository.subscribe("ann@example.com")
    return repository


def lose_manifest(client):
    client.put_object(Bucket=BUCKET, Key="_statusgen/manifest.json", Body=b"?")


def take_all_steps(repository, client):
    """Yield how each step ended that a publisher may have to take."""
    past = "2026-11-20-slow-search"
    repository.write(
        f"{past}/01-investigating.md",
        "---\ntitle: Slow search\nseverity: SEV3\nstatus: investigating\n"
        "at: 2026-11-20T01:00:00Z\ncomponents:\n  search: degraded_performance\n---\nSlow.\n",
    )
    yield FIRST_PUBLISH, repository.run("publish", "--yes")
    repository.write_update("02-identified", "identified", "02:06")
    yield "publish an update", repository.run("publish", "--yes")
    client.put_object(Bucket=BUCKET, Key="index.html", Body=b"altered")
    yield "verify", repository.run("publish", "--yes", "--verify")
    yield "roll back", repository.run("rollback", "--yes")
    (repository.root / "incidents" / past / "01-investigating.md").unlink()
    yield "remove an incident", repository.run("publish", "--yes", "--force")
    now = "2026-11-21T02:20:00Z"
    for number in range(3, 13):
        repository.write_update(f"{number:02d}-update", "update", f"02:{number + 5:02d}")
        yield f"update {number}", repository.run("publish", "--yes", "--no-mail", now=now)
    lose_manifest(client)
    yield LAST_STEP, repository.run("publish", "--yes", "--no-mail", now=now)


def first_failure(repository, client):
    return next(
        ((step, ran) for step, ran in take_all_steps(repository, client) if ran.code != 0), None
    )


def test_a_publisher_with_the_documented_policy_can_do_everything(client, repository, monkeypatch):
    become(monkeypatch, PUBLISHER)

    failed = first_failure(repository, client)

    assert failed is None, failed
    there = {one["Key"] for one in client.list_objects_v2(Bucket=BUCKET)["Contents"]}
    assert f"_statusgen/claims/{ID}/01-investigating.json" in there
    assert "incidents/2026-11-20-slow-search.html" not in there
    assert "_statusgen/releases/000001.zip" not in there, "the oldest releases are forgotten"


@pytest.mark.parametrize(
    ("action", "step"),
    [
        ("s3:GetObject", FIRST_PUBLISH),
        ("s3:PutObject", FIRST_PUBLISH),
        ("s3:ListBucket", FIRST_PUBLISH),
        ("s3:DeleteObject", "remove an incident"),
    ],
)
def test_each_action_of_the_policy_is_needed(client, repository, monkeypatch, action, step):
    become(monkeypatch, user_without(action))

    failed = first_failure(repository, client)

    assert failed is not None
    assert failed[0] == step
    assert failed[1].code == 4
    assert "access was denied" in failed[1].err
    assert action in failed[1].err


def test_the_policy_holds_these_actions_and_no_others():
    statements = example("publisher-policy.json")["Statement"]

    allowed = [action for one in statements for action in actions_of(one)]

    assert sorted(allowed) == sorted([*ACTIONS, INVALIDATION])


def test_a_manifest_that_is_missing_is_no_refusal_to_who_may_list(
    server, client, tmp_path, monkeypatch
):
    become(monkeypatch, PUBLISHER)
    with run_proxy(server) as proxy:
        may_list = repository_at(tmp_path / "may", proxy.server_facts).run("plan")
    become(monkeypatch, user_without("s3:ListBucket"))
    with hides_what_is_missing(server) as proxy:
        may_not_list = repository_at(tmp_path / "not", proxy.server_facts).run("plan")

    assert may_list.code == 0, may_list.err
    assert may_not_list.code == 4
    assert "s3:ListBucket" in may_not_list.err + may_not_list.out
    assert client.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0


@contextmanager
def hides_what_is_missing(server) -> Iterator[Proxy]:
    """Run a proxy that answers as AWS does to who may not list."""
    with run_proxy(server) as proxy:
        as_it_is = proxy.RequestHandlerClass

        class Hiding(as_it_is):
            def answer(self, status, headers, body):
                if status == 404:
                    status, headers, body = 403, {}, DENIED
                super().answer(status, headers, body)

        proxy.RequestHandlerClass = Hiding
        yield proxy


@pytest.mark.parametrize("name", ["public-reads.json", "cloudfront-reads.json"])
def test_readers_get_the_page_and_not_our_bookkeeping(
    server, client, repository, monkeypatch, name
):
    become(monkeypatch, PUBLISHER)
    published = repository.run("publish", "--yes")
    assert published.code == 0, published.err
    keys = [one["Key"] for one in client.list_objects_v2(Bucket=BUCKET)["Contents"]]

    before = status_of(server, "index.html")
    client.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(for_everybody(example(name))))
    wait_until(lambda: status_of(server, "index.html") == 200)
    read = {key: status_of(server, key) for key in keys}
    again = repository.run("publish", "--yes", "--verify")
    client.delete_bucket_policy(Bucket=BUCKET)

    assert before == 403
    ours = [key for key in keys if key.startswith("_statusgen/")]
    assert {read[key] for key in ours} == {403}
    assert {status for key, status in read.items() if key not in ours} == {200}
    assert any(key.startswith("_statusgen/claims/") for key in ours)
    assert status_of(server, "") == 403, "nobody lists the bucket"
    assert again.code == 0, again.err


def for_everybody(policy):
    """Let anybody take CloudFront's place, which is not here."""
    for statement in policy["Statement"]:
        statement["Principal"] = "*"
        statement.pop("Condition", None)
    return policy


def status_of(server, key):
    try:
        with urllib.request.urlopen(f"{server.endpoint_url}/{BUCKET}/{key}") as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def wait_until(is_so):
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_scripts_of_other_sites_may_read_the_page(server, client):
    client.put_object(Bucket=BUCKET, Key="api/v2/summary.json", Body=b"{}")
    client.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(example("public-reads.json")))
    wait_until(lambda: status_of(server, "api/v2/summary.json") == 200)

    client.put_bucket_cors(Bucket=BUCKET, CORSConfiguration=example("cors.json"))
    request = urllib.request.Request(
        f"{server.endpoint_url}/{BUCKET}/api/v2/summary.json",
        headers={"Origin": "https://shop.example.com"},
    )
    with urllib.request.urlopen(request) as answer:
        allowed = answer.headers["Access-Control-Allow-Origin"]

    client.delete_bucket_cors(Bucket=BUCKET)
    client.delete_bucket_policy(Bucket=BUCKET)
    assert allowed in {"*", "https://shop.example.com"}


@pytest.fixture
def strict_aws(tmp_path):
    """An imitation of AWS in a process of its own, which lets in whom its IAM knows."""
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield address_in(tmp_path / "log")
    finally:
        process.kill()
        process.wait()


def address_in(log):
    def said():
        return [line for line in log.read_text().splitlines() if "Running on http" in line]

    wait_until(said)
    return said()[0].split()[-1]


@pytest.mark.parametrize("is_allowed", [True, False])
def test_telling_cloudfront_takes_one_right(strict_aws, monkeypatch, is_allowed):
    become(monkeypatch, "nobody")
    cloudfront = boto3.client("cloudfront", region_name="us-east-1", endpoint_url=strict_aws)
    distribution = make_distribution(cloudfront)
    policy = example("publisher-policy.json") if is_allowed else without(INVALIDATION)
    for statement in policy["Statement"]:
        statement["Resource"] = "*"
    keys = make_user(strict_aws, policy)
    ask_everybody_who_they_are(strict_aws)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", keys["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", keys["SecretAccessKey"])
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFRONT", strict_aws)
    storage = S3Storage("s3://acme-status", BUCKET, cloudfront=distribution)

    if is_allowed:
        storage.refresh_caches()
    else:
        with pytest.raises(TargetError, match=INVALIDATION):
            storage.refresh_caches()

    storage.close()
    cloudfront.close()


def make_user(address, policy):
    iam = boto3.client("iam", region_name="us-east-1", endpoint_url=address)
    iam.create_user(UserName=PUBLISHER)
    iam.put_user_policy(
        UserName=PUBLISHER, PolicyName="publisher", PolicyDocument=json.dumps(policy)
    )
    keys = iam.create_access_key(UserName=PUBLISHER)["AccessKey"]
    iam.close()
    return keys


def make_distribution(cloudfront):
    origin = {
        "Id": "page",
        "DomainName": "acme-status.s3.eu-west-1.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    behaviour = {"TargetOriginId": "page", "ViewerProtocolPolicy": "redirect-to-https"}
    made = cloudfront.create_distribution(
        DistributionConfig={
            "CallerReference": "acme",
            "Comment": "",
            "Enabled": True,
            "DefaultRootObject": "index.html",
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": behaviour,
            "CustomErrorResponses": example("cloudfront-errors.json"),
        }
    )
    return made["Distribution"]["Id"]


def ask_everybody_who_they_are(address):
    request = urllib.request.Request(
        f"{address}/moto-api/reset-auth", data=b"0", headers={"Content-Type": "text/plain"}
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200
