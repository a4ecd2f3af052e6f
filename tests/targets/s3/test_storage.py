import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request

import pytest

from statusgen.errors import TargetError
from statusgen.page.artifacts import artifact_from_bytes
from statusgen.targets.claim import UNREADABLE, Claim
from statusgen.targets.s3.client import ClientLimits
from statusgen.targets.s3.storage import THREADS
from statusgen.targets.storage import ABSENT, Upload
from statusgen.values.value import replace
from tests.components.s3_proxy import IGNORE, LOSE_ANSWER, REFUSE, run_proxy
from tests.fakes import publishing

MOMENT = "public, max-age=15, stale-while-revalidate=60, stale-if-error=86400"
BODIES = {
    "assets/page.abc123.css": "p{}",
    "incidents/a.html": "<p>a",
    "feed.xml": "<rss/>",
    "api/v2/summary.json": "{}",
    "index.html": "<p>up",
}
UPDATE_ID = "2026-11-21-checkout-errors/01-investigating"


def publish(storage, bodies):
    try:
        return publishing.publish(storage, bodies)
    finally:
        storage.close()


def make_public(bucket):
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket.name}/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    client = bucket.server.client()
    client.put_bucket_policy(Bucket=bucket.name, Policy=json.dumps(policy))
    client.close()


def fetch(bucket, key):
    url = f"{bucket.server.endpoint_url}/{bucket.name}/{key}"
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.headers["Content-Type"], answer.headers["Cache-Control"], answer.read()


def test_readers_get_the_bodies_with_the_right_headers(bucket):
    make_public(bucket)

    publish(bucket.storage(), BODIES)

    for_ever = "public, max-age=31536000, immutable"
    assert {key: fetch(bucket, key) for key in BODIES} == {
        "assets/page.abc123.css": ("text/css; charset=utf-8", for_ever, b"p{}"),
        "incidents/a.html": ("text/html; charset=utf-8", MOMENT, b"<p>a"),
        "feed.xml": ("application/rss+xml; charset=utf-8", MOMENT, b"<rss/>"),
        "api/v2/summary.json": ("application/json; charset=utf-8", MOMENT, b"{}"),
        "index.html": ("text/html; charset=utf-8", MOMENT, b"<p>up"),
    }
    assert bucket.get("_statusgen/manifest.json")["CacheControl"] == "no-store"


def test_an_upload_costs_its_changes_and_little_more(bucket):
    with run_proxy(bucket.server) as proxy:
        storage = bucket.storage(endpoint_url=proxy.server_facts.endpoint_url)
        publish(storage, BODIES)
        first = len(proxy.requests)
        publish(storage, BODIES)
        unchanged = len(proxy.requests) - first
        publish(storage, {**BODIES, "index.html": "<p>down", "incidents/b.html": "<p>b"})
        changed = len(proxy.requests) - first - unchanged

    # the manifest is read and written twice, the pack once; conditions are tried three times
    assert first == len(BODIES) + 4 + 3 + len(BODIES)  # each new key is looked up: there are few
    assert unchanged == 1
    assert changed == 2 + 4 + 1


def test_many_new_keys_are_looked_up_by_listing(bucket):
    bodies = {f"incidents/{number:03}.html": "x" for number in range(50)}

    with run_proxy(bucket.server) as proxy:
        publish(bucket.storage(endpoint_url=proxy.server_facts.endpoint_url), bodies)

    assert len(proxy.requests) == len(bodies) + 4 + 3 + 1


def test_our_own_write_whose_answer_was_lost_is_known_as_ours(bucket):
    with run_proxy(bucket.server) as proxy:
        storage = bucket.storage(endpoint_url=proxy.server_facts.endpoint_url)
        proxy.conditions = LOSE_ANSWER
        told = []
        upload = Upload(artifact_from_bytes("index.html", b"<p>"), ABSENT)

        storage.put_all([upload], lambda **_: None, lambda _, tag: told.append(tag))
        storage.close()

    assert [one.split()[0] for one in proxy.requests] == ["PUT", "PUT", "HEAD"]
    assert told == [hashlib.md5(b"<p>").hexdigest()]


def test_an_object_that_changes_under_our_hands_is_put_over_only_after_asking(bucket):
    storage = bucket.storage()
    bucket.put("index.html", b"theirs")
    asked = []

    def may_write(*, in_doubt=False):
        asked.append(in_doubt)
        if in_doubt and len(asked) < 4:
            bucket.put("index.html", f"theirs {len(asked)}".encode())

    upload = Upload(artifact_from_bytes("index.html", b"ours"), "0" * 32)
    storage.put_all([upload], may_write, lambda *_: None)
    storage.close()

    assert asked == [False, True, False, True, False]
    assert bucket.get("index.html")["Body"] == b"ours"


@pytest.mark.parametrize("prefix", ["status", "status/", "/status", "/status/"])
def test_a_prefix_never_touches_its_siblings(bucket, prefix):
    siblings = {"status-old/index.html": b"old", "statusindex.html": b"x", "index.html": b"root"}
    for key, body in siblings.items():
        bucket.put(key, body)

    publish(bucket.storage(prefix), BODIES)
    publish(bucket.storage(prefix), {"index.html": "<p>down"})

    bodies = bucket.bodies()
    corner = {key for key in bodies if key.startswith("status/_statusgen/")}
    assert {key: bodies[key] for key in bodies.keys() - corner} == {
        **siblings,
        "status/index.html": b"<p>down",
    }
    assert "status/_statusgen/manifest.json" in corner


def test_objects_of_ours_are_known_even_when_the_manifest_is_lost(bucket):
    publish(bucket.storage(), BODIES)
    client = bucket.server.client()
    client.delete_object(Bucket=bucket.name, Key="_statusgen/manifest.json")
    client.close()

    publish(bucket.storage(), {**BODIES, "index.html": "<p>down"})

    assert bucket.get("index.html")["Body"] == b"<p>down"


def test_an_upload_killed_in_the_middle_is_completed_by_the_next(bucket):
    bodies = {f"incidents/{number:03}.html": "x" * 2000 for number in range(400)}
    script = (
        "import json, sys\n"
        "from statusgen.targets.s3.storage import S3Storage\n"
        "from tests.fakes.publishing import publish\n"
        "name, endpoint_url = sys.argv[1:]\n"
        "storage = S3Storage('s3://' + name, name, endpoint_url=endpoint_url)\n"
        "bodies = json.load(sys.stdin)\n"
        "publish(storage, bodies, lambda each, _: print(each.key, flush=True))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, bucket.name, bucket.server.endpoint_url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        process.stdin.write(json.dumps({**bodies, "old.html": "old"}).encode())
        process.stdin.close()
        for _ in range(50):
            process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
    half = [key for key in bucket.bodies() if key.startswith("incidents/")]

    plan = publish(bucket.storage(), bodies)

    there = {key: one for key, one in bucket.bodies().items() if key[0] != "_"}
    assert 50 <= len(half) < len(bodies)
    assert there == {key: body.encode() for key, body in bodies.items()}
    assert plan.deletes == ("old.html",)
    assert publish(bucket.storage(), bodies).is_empty


def test_more_objects_than_one_request_takes_are_removed(moto_bucket):
    keys = [f"{number:04}.html" for number in range(1001)]
    for key in (keys[0], keys[-1]):
        moto_bucket.put(key, b"x")

    moto_bucket.storage().delete(keys)

    assert moto_bucket.bodies() == {}


def test_a_bucket_that_is_not_there_gets_a_sentence(bucket):
    missing = type(bucket)(bucket.server, "acme-nowhere").storage()

    assert refusal(missing) == (
        "s3://acme-nowhere: the bucket does not exist; create it or correct the target's url"
    )


def test_an_unknown_access_key_gets_a_sentence(bucket, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "wrong-and-secret")

    sentence = refusal(bucket.storage())

    assert "the access key is not known there; check AWS_ACCESS_KEY_ID" in sentence
    assert "wrong-and-secret" not in sentence


def test_a_wrong_secret_gets_a_sentence(bucket, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong-and-secret")

    sentence = refusal(bucket.storage())

    assert "the secret key is wrong; check AWS_SECRET_ACCESS_KEY" in sentence
    assert "wrong-and-secret" not in sentence


def test_no_credentials_get_a_sentence(bucket, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    assert "no AWS credentials were found; set AWS_ACCESS_KEY_ID" in refusal(bucket.storage())


def test_an_endpoint_that_nobody_listens_on_gets_a_sentence(bucket):
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        endpoint_url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        sentence = refusal(bucket.storage(endpoint_url=endpoint_url))

    assert f"{endpoint_url} can't be reached; check the network and endpoint_url" in sentence


def test_an_endpoint_that_never_answers_gets_a_sentence(bucket, monkeypatch):
    monkeypatch.setattr("statusgen.targets.s3.bucket.SOON", ClientLimits(0.2, 0.2, 1))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint_url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        sentence = refusal(bucket.storage(endpoint_url=endpoint_url))

    assert f"{endpoint_url} did not answer in time; publish again" in sentence


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"endpoint_url": "no url"}, "endpoint_url or region is not valid"),
        ({"endpoint_url": None, "region": "not a region!"}, "region is not valid"),
    ],
)
def test_settings_that_make_no_sense_get_a_sentence(bucket, settings, words):
    assert words in refusal(bucket.storage(**settings))


def test_after_a_failed_upload_no_other_is_begun(bucket):
    storage = bucket.storage()
    loaded = []

    def load():
        loaded.append(1)
        if len(loaded) == 20:
            raise TargetError("the twentieth fails")
        return b"x"

    page = artifact_from_bytes("x.html", b"x")
    uploads = [Upload(replace(page, key=f"{n:04}.html", load=load), None) for n in range(2000)]

    with pytest.raises(TargetError, match="the twentieth fails"):
        storage.put_all(uploads, lambda: None, lambda *_: None)

    storage.close()
    assert len(loaded) <= 20 + THREADS


@pytest.mark.parametrize("conditions", [REFUSE, IGNORE, LOSE_ANSWER])
def test_a_claim_is_kept_whatever_the_server_makes_of_conditions(moto_bucket, conditions):
    with run_proxy(moto_bucket.server, conditions) as proxy:
        storage = moto_bucket.storage(endpoint_url=proxy.server_facts.endpoint_url)
        first = storage.claim(UPDATE_ID, Claim("ours"))
        stranger = storage.claim(UPDATE_ID, Claim("theirs"))
        storage.close()

    assert (first, stranger) == (Claim("ours"), Claim("ours"))


def test_of_claimants_at_the_same_time_one_wins(bucket):
    storages = [bucket.storage() for _ in range(4)]
    held = []

    threads = [
        threading.Thread(
            target=lambda n=n: held.append(storages[n].claim(UPDATE_ID, Claim(f"token {n}")).token)
        )
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for storage in storages:
        storage.close()
    assert len(held) == 4
    assert len(set(held)) == 1
    assert list(bucket.bodies()) == [f"_statusgen/claims/{UPDATE_ID}.json"]


def test_a_claim_that_cannot_be_read_is_a_strangers(bucket):
    bucket.put(f"_statusgen/claims/{UPDATE_ID}.json", b"?")
    storage = bucket.storage()

    held = storage.claim(UPDATE_ID, Claim("ours"))

    storage.close()
    assert held == UNREADABLE


def test_caches_in_front_are_told(moto_bucket, monkeypatch):
    with run_proxy(moto_bucket.server) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFRONT", proxy.server_facts.endpoint_url)
        storage = moto_bucket.storage(cloudfront="E2EXAMPLE")
        with pytest.raises(TargetError, match="CloudFront distribution does not exist"):
            storage.refresh_caches()
        moto_bucket.storage().refresh_caches()

    assert len(proxy.requests) == 1
    assert "/distribution/E2EXAMPLE/invalidation" in proxy.requests[0]


def refusal(storage):
    with pytest.raises(TargetError) as caught:
        publish(storage, BODIES)
    return str(caught.value)
