"""What stands at an endpoint is not always S3: each oddity is one sentence, and no traceback."""

from types import SimpleNamespace

import pytest

from statusgen.errors import TargetError, TargetUnreachable
from statusgen.page.artifacts import artifact_from_bytes
from statusgen.targets.claim import Claim
from statusgen.targets.manifest import Manifest
from statusgen.targets.s3.errors import UNREACHABLE
from statusgen.targets.s3.storage import S3Storage
from statusgen.targets.storage import Upload
from tests.components.odd_server import HANG_UP, odd_server

pytestmark = pytest.mark.usefixtures("credentials", "hurried_sdk")

PAGE = artifact_from_bytes("index.html", b"all well")
GREETING = b"<html><body>Welcome to nginx!</body></html>"
ELSEWHERE = "sends the request elsewhere; check the target's endpoint_url and region"
NO_S3 = "does not answer as S3 does; check the target's endpoint_url"

XML = {"Content-Type": "text/xml"}
_ERROR = "<ErrorResponse><Error><Code>{}</Code><Message>x</Message></Error></ErrorResponse>"
TOO_MANY = _ERROR.format("TooManyInvalidationsInProgress").encode()
THROTTLED = _ERROR.format("Throttling").encode()

MANY = [artifact_from_bytes(f"{number}.html", b"x") for number in range(20)]
READS = {
    "manifest": lambda storage: storage.observe(),
    "look": lambda storage: storage.refuse_foreign([PAGE]),
    "claim": lambda storage: storage.claim("checkout/01", Claim("ours")),
}
WRITES = {
    "put": lambda storage: storage.put_all([Upload(PAGE, None)], lambda: None, lambda *_: None),
    "write": lambda storage: storage.write_manifest(Manifest({}), ""),
}
REMOVAL = {"delete": lambda storage: storage.delete(["index.html"])}
ALL = READS | WRITES | REMOVAL


@pytest.fixture
def hurried_sdk(monkeypatch):
    """Its attempts follow one another at once: what they come to is the same."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _seconds: None))


def refusal(step, *answer):
    with odd_server(*answer) as server:
        storage = S3Storage("s3://acme", "acme", endpoint_url=server.url)
        with pytest.raises(TargetError) as caught:
            ALL[step](storage)
        storage.close()
        assert str(caught.value).startswith("s3://acme: ")
        return caught.value, server


@pytest.mark.parametrize("step", ALL)
@pytest.mark.parametrize(
    "answer",
    [(301,), (302, {"Location": "{url}/b"}), (307, {"Location": "{url}/again"}), (308, {}, b"?")],
    ids=["a bare 301", "302", "a loop of 307", "308"],
)
def test_an_endpoint_that_sends_us_elsewhere_is_asked_twice_at_most(step, answer):
    error, server = refusal(step, *answer)

    assert ELSEWHERE in str(error)
    assert server.requests <= 2


@pytest.mark.parametrize("step", READS | WRITES)
@pytest.mark.parametrize(
    "answer",
    [
        (200, {"Content-Type": "text/html"}, GREETING),
        (200,),
        (204,),
        (200, {"Content-Encoding": "gzip"}, b""),
    ],
    ids=["a web page", "an empty answer", "no content", "an empty archive"],
)
def test_an_endpoint_that_is_no_s3_is_not_believed(step, answer):
    error, _ = refusal(step, *answer)

    assert NO_S3 in str(error)
    assert "delete that object" not in str(error)


@pytest.mark.parametrize("step", ["manifest", "look", "claim"])
@pytest.mark.parametrize(
    "headers", [{"Content-Length": "many"}, {"Last-Modified": "yesterday"}], ids=["length", "date"]
)
def test_headers_that_can_not_be_read_are_no_traceback(step, headers):
    error, _ = refusal(step, 200, headers, b"{}")

    assert NO_S3 in str(error)


@pytest.mark.parametrize("step", ALL)
def test_an_endpoint_that_hangs_up_is_out_of_reach(step):
    error, _ = refusal(step, HANG_UP)

    assert isinstance(error, TargetUnreachable)
    assert "hung up; publish again" in str(error)


def test_an_answer_that_breaks_off_is_out_of_reach():
    error, _ = refusal("manifest", 200, {"Content-Length": "9000", "ETag": '"x"'}, b"{")

    assert isinstance(error, TargetUnreachable)


@pytest.mark.parametrize("step", ALL)
@pytest.mark.parametrize("status", [403, 405, 418, 500, 502, 504])
def test_an_error_page_is_named_by_its_status_at_least(step, status):
    error, _ = refusal(step, status, {"Content-Type": "text/html"}, GREETING)

    assert isinstance(error, TargetUnreachable) is (str(status) in UNREACHABLE)
    assert "failed with ;" not in str(error)


@pytest.mark.parametrize("step", WRITES | REMOVAL)
def test_an_endpoint_that_finds_nothing_may_know_no_such_bucket(step):
    error, _ = refusal(step, 404, {"Content-Type": "text/html"}, GREETING)

    assert "knows no such bucket; check endpoint_url" in str(error)


@pytest.mark.parametrize(
    "answer",
    [
        (200, {}, GREETING),
        (200, {}, b"<ListBucketResult><Contents><Size>many</Size></Contents></ListBucketResult>"),
        (301,),
        (HANG_UP,),
    ],
    ids=["a web page", "a list without keys", "a bare 301", "hangs up"],
)
def test_a_list_that_can_not_be_read_lets_nothing_be_overwritten(answer):
    with odd_server(*answer) as server:
        storage = S3Storage("s3://acme", "acme", endpoint_url=server.url)
        with pytest.raises(TargetError):
            storage.refuse_foreign(MANY)
        storage.close()


@pytest.mark.parametrize(
    "answer",
    [
        *((301,), (200, {}, b"\xff"), (403, {}, GREETING), (HANG_UP,)),
        *((400, XML, TOO_MANY), (400, XML, THROTTLED), (503,)),
    ],
    ids=["301", "no text", "403", "hangs up", "too many", "throttled", "503"],
)
def test_a_cache_that_answers_oddly_is_one_sentence(answer, monkeypatch):
    with odd_server(*answer) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFRONT", server.url)
        storage = S3Storage("s3://acme", "acme", cloudfront="E2EXAMPLE")
        with pytest.raises(TargetError, match=r"s3://acme: .*CloudFront was not told"):
            storage.refresh_caches()
        storage.close()
