"""Requests about a bucket, on a real server and on an imitation."""

import socket
from datetime import timedelta

import pytest

from statusgen.errors import TargetError, TargetUnreachable
from statusgen.targets.s3.bucket import (
    Bucket,
    ConditionFailedError,
    ConditionRefusedError,
)
from statusgen.targets.s3.client import ClientLimits
from tests.components.s3_proxy import PASS, REFUSE, SLOW_DOWN, run_proxy
from tests.components.web_server import Page, Site, web_server

ON_A_SERVER = pytest.param("bucket", marks=pytest.mark.component("weed"))


@pytest.fixture(params=[ON_A_SERVER, "moto_bucket"])
def opened(request):
    there = request.getfixturevalue(request.param)
    bucket = Bucket("s3://acme", there.name, "page", endpoint_url=there.server.endpoint_url)
    yield bucket
    bucket.close()


def test_an_object_comes_back_with_what_was_told_of_it(opened):
    tag = opened.put(
        "a.html", b"<p>", ContentType="text/html", CacheControl="no-store", Metadata={"X": "1"}
    )

    found = opened.get("a.html")

    assert (found.key, found.tag, found.size, found.body) == ("a.html", tag, 3, b"<p>")
    assert (found.content_type, found.cache_control) == ("text/html", "no-store")
    assert found.metadata == {"x": "1"}
    assert 0 <= (found.told - found.changed).total_seconds() < 60


def test_what_is_not_there_is_none(opened):
    assert opened.get("a.html") is None
    assert opened.head("a.html") is None
    assert list(opened.list()) == []


def test_a_list_tells_keys_without_the_prefix_and_the_same_tags(opened):
    tags = {key: opened.put(key, key.encode()) for key in ("a.html", "b/c.html")}

    listed = {one.key: (one.tag, one.size) for one in opened.list()}

    assert listed == {"a.html": (tags["a.html"], 6), "b/c.html": (tags["b/c.html"], 8)}
    assert [one.key for one in opened.list("b/")] == ["b/c.html"]


def test_a_write_on_a_condition_needs_it_to_hold(opened):
    with pytest.raises(ConditionFailedError):
        opened.put("a.html", b"1", over="0" * 32)
    first = opened.put("a.html", b"1", over="")
    with pytest.raises(ConditionFailedError):
        opened.put("a.html", b"2", over="")
    second = opened.put("a.html", b"2", over=first)
    with pytest.raises(ConditionFailedError):
        opened.put("a.html", b"3", over=first)

    found = opened.get("a.html")

    assert (found.body, found.tag) == (b"2", second)


def test_a_server_without_conditions_is_told_from_one_that_says_no(moto_bucket):
    with run_proxy(moto_bucket.server, REFUSE) as proxy:
        endpoint_url = proxy.server_facts.endpoint_url
        bucket = Bucket("s3://acme", moto_bucket.name, endpoint_url=endpoint_url)

        with pytest.raises(ConditionRefusedError):
            bucket.put("a.html", b"1", over="")

        bucket.close()


def test_who_puts_an_object_is_asked_before_each_attempt_and_may_put_another(bucket):
    asked = []
    with run_proxy(bucket.server) as proxy:
        proxy.fault = lambda number, _: SLOW_DOWN if number == 1 else PASS
        opened = Bucket("s3://acme", bucket.name, endpoint_url=proxy.server_facts.endpoint_url)

        def may_send():
            asked.append(len(proxy.requests))
            if len(asked) == 2:
                opened.put("fence.json", b"{}")

        with opened.asking(may_send):
            opened.put("a.html", b"1")
        opened.put("b.html", b"1")
        opened.close()

    assert asked == [0, 1]
    assert [one.rpartition("/")[2] for one in proxy.requests] == [
        "a.html",
        "fence.json",
        "a.html",
        "b.html",
    ]


def test_who_may_not_put_an_object_any_more_does_not_try_again(bucket):
    with run_proxy(bucket.server) as proxy:
        proxy.fault = lambda *_: SLOW_DOWN
        opened = Bucket("s3://acme", bucket.name, endpoint_url=proxy.server_facts.endpoint_url)

        def may_send():
            if proxy.requests:
                raise TargetError("overtaken")

        with pytest.raises(TargetError, match="overtaken"), opened.asking(may_send):
            opened.put("a.html", b"1")
        opened.close()

    assert len(proxy.requests) == 1


def test_the_clock_of_the_server_is_noted_with_every_answer(opened):
    assert opened.ahead_s is None

    opened.get("a.html")

    assert abs(opened.ahead_s) < 60


def test_the_clock_is_noted_of_a_refusal_too(credentials):  # noqa: ARG001 - a fixture
    refusal = Page(b"<Error><Code>RequestTimeTooSkewed</Code></Error>", 403)
    with web_server(Site(missing=refusal, ahead=timedelta(hours=-1))) as site:
        refused = Bucket("s3://acme", "acme", endpoint_url=site.url)
        with pytest.raises(TargetError, match="this machine's clock is wrong; set it"):
            refused.get("a.html")
        refused.close()

    assert abs(refused.ahead_s + 3600) < 60


def test_one_in_a_hurry_asks_once_and_waits_little(credentials):  # noqa: ARG001 - a fixture
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        patience = ClientLimits(connect_s=1, read_s=0.3, attempts=1)
        hurried = Bucket("s3://acme", "acme", endpoint_url=url, patience=patience)
        with pytest.raises(TargetError, match="did not answer in time"):
            hurried.get("a.html")
        hurried.close()
        silent.settimeout(0)
        silent.accept()[0].close()
        with pytest.raises(BlockingIOError):
            silent.accept()


@pytest.mark.usefixtures("credentials")
def test_a_server_that_never_answers_is_given_up_soon_when_it_is_the_first_question():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint_url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        patience = ClientLimits(connect_s=0.2, read_s=0.2, attempts=2)
        bucket = Bucket("s3://acme", "acme", endpoint_url=endpoint_url, patience=patience)

        with pytest.raises(TargetUnreachable, match="did not answer in time"):
            bucket.get("a.html", soon=True)

        bucket.close()
