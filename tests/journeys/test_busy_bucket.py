"""What a publish asks of a bucket, what it leaves alone there, and others who publish as well."""

import itertools
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from random import Random

import pytest

from benchmarks.synthetic import write_statusgen
from statusgen.config.settings import S3Target
from statusgen.targets.fence import SIGN_OF_LIFE_S
from statusgen.targets.rollback import plan_rollback
from statusgen.targets.s3.storage import S3Storage
from statusgen.targets.uploading import Outside, Target
from tests.builders import make_settings
from tests.components.s3_proxy import run_proxy
from tests.components.seaweedfs import run_seaweedfs
from tests.components.smtp_relay import make_certificate
from tests.components.soak import part
from tests.components.two_states import missing, open_site, refuse_strays
from tests.components.warm_process import warm_process
from tests.fakes.publishing import make_run, publish
from tests.fakes.repository import FIRST, FOLDER_MAIL, ID, NOW, Repository, make_repository
from tests.targets.test_uploading import unseen

pytestmark = pytest.mark.component("weed")

FOREIGN = 1000
CYCLES = part(20, 50)
SIBLINGS = ("", "status", "status-old/", "status/", "status/incidents/", "status/_statusgen-old/")


@pytest.fixture
def credentials(bucket, monkeypatch):
    for name, value in bucket.keys.items():
        monkeypatch.setenv(name, value)


def put_strangers(bucket):
    client = bucket.server.client()
    keys = [
        f"{folder}theirs-{number}.html"
        for number, folder in zip(range(FOREIGN), itertools.cycle(SIBLINGS), strict=False)
    ]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: client.put_object(Bucket=bucket.name, Key=key, Body=b"x"), keys))
    client.close()


def strangers(bucket):
    client = bucket.server.client()
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket.name)
    found = {
        one["Key"]: (one["ETag"], one["LastModified"])
        for page in pages
        for one in page["Contents"]
        if "theirs-" in one["Key"]
    }
    client.close()
    return found


def packs(bucket):
    client = bucket.server.client()
    answer = client.list_objects_v2(Bucket=bucket.name, Prefix="status/_statusgen/releases/")
    client.close()
    return [one["Key"] for one in answer["Contents"]]


def test_a_thousand_objects_of_others_are_left_alone(bucket, credentials):  # noqa: ARG001
    put_strangers(bucket)
    before = strangers(bucket)
    url, endpoint_url = f"s3://{bucket.name}/status", bucket.server.endpoint_url
    storage = S3Storage(url, bucket.name, "status", endpoint_url=endpoint_url)
    target = Target(S3Target(url, bucket.name, "status"), storage)

    for number in range(CYCLES):
        bodies = {
            f"assets/site.{number:06x}.css": str(number),
            f"incidents/{number}.html": str(number),
            f"incidents/{number + 1}.html": str(number),
            "index.html": str(number),
        }
        publish(storage, bodies, keep_assets=True)
        if number % 2:
            outside = Outside(make_run(), lambda *_: "", unseen, lambda _: False)
            [way] = plan_rollback(make_settings(), [target], "", outside)
            assert way.take().failure == ""

    storage.close()
    assert len(before) == FOREIGN
    assert strangers(bucket) == before
    assert len(packs(bucket)) < 16  # eleven releases, and older packs whose bodies they serve


MAIL = f"""
[mail]
from = "Acme <status@example.com>"
unsubscribe_mailto = "unsubscribe@example.com"
{FOLDER_MAIL}
"""


def test_a_publish_costs_what_changed_and_little_more(tmp_path, bucket):
    repository = Repository(tmp_path / "archive")
    write_statusgen(repository.root, part(300, 10_000))
    config = repository.root / "statusgen.toml"
    first = FIRST.replace("checkout: major_outage", "component-1: major_outage")
    repository.write(f"{ID}/01-investigating.md", first)
    with run_proxy(bucket.server) as proxy, warm_process(bucket.keys) as warm:
        target = bucket.target(proxy.server_facts.endpoint_url)
        text = config.read_text().replace('url = "folder:public"', target)
        config.write_text(text + MAIL)
        repository.subscribe("reader@example.com")

        def run(*options):
            proxy.requests.clear()
            began_s = time.monotonic()
            arguments = ("--now", NOW, "publish", "--yes", *options)
            code, said = warm.run("-C", repository.root, *arguments)
            assert code == 0, said
            ours = f"/{bucket.name}/page/_statusgen/"
            puts = [one for one in proxy.requests if one.startswith("PUT ") and ours not in one]
            signs_of_life = int((time.monotonic() - began_s) / SIGN_OF_LIFE_S)
            return len(proxy.requests) - signs_of_life, len(puts)

        first, objects = run("--no-mail")
        run("--force")
        letters = len(repository.letters())
        nothing, _ = run()
        repository.write_update("02-identified", "identified", "02:09")
        news, changed = run()

    assert len(repository.letters()) == letters + 1
    assert first <= objects + 10
    assert nothing <= 2
    assert news <= min(changed + 6, 45)


def test_of_many_who_publish_at_once_the_page_is_always_one_of_theirs(tmp_path, bucket):
    chance = Random(4)
    with ExitStack() as stack:
        site, publish_alone, _ = stack.enter_context(open_site(tmp_path, bucket))
        assert publish_alone(0)[0] == 0
        sequence = site.manifest().sequence
        crowd = [stack.enter_context(warm_process(bucket.keys)) for _ in range(part(4, 8))]
        roots = [copy_of(site, number, tmp_path) for number in range(len(crowd))]
        pool = stack.enter_context(ThreadPoolExecutor(len(crowd)))

        for round_number in range(part(3, 25)):
            runs = [
                pool.submit(one.run, "-C", root, "--now", NOW, "publish", "--yes", "--no-mail")
                for one, root in zip(crowd, roots, strict=True)
            ]
            if round_number % 2:
                time.sleep(chance.uniform(0.1, 0.6))
                chance.choice(crowd).kill()
            results = [one.result() for one in runs]

            assert {code for code, _ in results} <= {0, 3, 4, -9}, results
            if site.manifest().intent is not None:  # nobody came after the one that was killed
                assert publish_alone(round_number % 2)[0] == 0
            assert site.manifest().sequence >= sequence
            sequence = site.manifest().sequence
            crawled = tmp_path / f"crawled {round_number}"
            assert missing(site.served(), crawled) == []
            is_second = site.served().items() >= site.built[1].items()
            refuse_strays(site, int(is_second))
        assert site.listed(site.foreign) == site.foreign


def copy_of(site, number, folder):
    """A checkout of its own, of one of the two states."""
    root = folder / f"checkout {number}"
    shutil.copytree(site.states[number % 2].root, root)
    return root


def test_a_server_with_a_certificate_of_its_own_is_published_to(tmp_path):
    certificate = make_certificate(tmp_path)
    with run_seaweedfs(certificate=certificate) as server:
        client_facts = {"AWS_CA_BUNDLE": str(certificate.path)}
        keys = {"AWS_ACCESS_KEY_ID": server.access_key, "AWS_SECRET_ACCESS_KEY": server.secret_key}
        target = f'url = "s3://ready-check/page"\nendpoint_url = "{server.endpoint_url}"'
        repository = make_repository(tmp_path / "repository", target, mail=None)

        unknown = repository.run_apart("publish", "--yes", "--no-mail", **keys)
        done = repository.run_apart("publish", "--yes", "--no-mail", **keys, **client_facts)
        again = repository.run_apart(
            "publish", "--yes", "--no-mail", "--verify", **keys, **client_facts
        )

    assert unknown.code == 4
    assert "the certificate" in unknown.err
    assert done.code == 0, done.err
    assert again.code == 0, again.err
    assert "up to date" in again.out
