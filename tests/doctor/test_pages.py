from datetime import UTC, datetime, timedelta

import pytest

from statusgen.doctor.finding import FindingState
from statusgen.doctor.pages import ORIGIN, judge_page, questions
from statusgen.errors import Unavailable
from statusgen.page.artifacts import artifact_from_bytes, headers_for
from statusgen.targets.manifest import Manifest, Observed, record_of
from statusgen.targets.web import Answer, Certificate

URL = "https://status.example.com"
NOW = datetime(2026, 11, 21, 2, 10, tzinfo=UTC)
BODIES = {"index.html": b"<p>all well", "404.html": b"<p>not here"}
ARTIFACTS = {key: artifact_from_bytes(key, body) for key, body in BODIES.items()}
MANIFEST = Manifest({key: record_of(one) for key, one in ARTIFACTS.items()})
RELEASE = Observed(MANIFEST, "v", age_s=1000)
HTML = {
    "content-type": headers_for("index.html").content_type,
    "cache-control": headers_for("index.html").cache_control,
}


def answer(body=b"", status=200, reason="OK", **headers):
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, reason, told, body)


INDEX = Answer(200, "OK", HTML, BODIES["index.html"])
MISSING = answer(BODIES["404.html"], 404, "Not Found")
GOOD = {
    "certificate": Certificate(NOW + timedelta(days=60)),
    "index": INDEX,
    "root": INDEX,
    "missing": MISSING,
    "corner": answer(b"", 403, "Forbidden"),
    "summary": answer(b"{}", access_control_allow_origin="*"),
    "plain": answer(b"", 301, "Moved", location=f"{URL}/"),
}
NO_ANSWER = Unavailable(f"{URL}/ can't be fetched: refused")


def judge(told, releases=(RELEASE,), **facts):
    return list(judge_page(URL, GOOD | told, releases, NOW, **facts))


def test_a_sound_page_is_well():
    found = judge({})

    assert {one.state for one in found} == {FindingState.OK}
    assert {one.subject for one in found} == {URL}
    assert len(found) == 8


FAULTS = {
    "an untrusted certificate": (
        {"certificate": Certificate(None, "certificate has expired")},
        FindingState.FAIL,
        "the certificate of status.example.com is not valid (certificate has expired)",
        "renew it",
    ),
    "a certificate that ends soon": (
        {"certificate": Certificate(NOW + timedelta(days=13, hours=23))},
        FindingState.WARN,
        "ends in 13 days",
        "renew it",
    ),
    "another page": (
        {"index": Answer(200, "OK", HTML, b"old"), "root": Answer(200, "OK", HTML, b"old")},
        FindingState.FAIL,
        "serves something else than the latest release",
        "let the address lead to the target",
    ),
    "no Cache-Control": (
        {"index": Answer(200, "OK", HTML | {"cache-control": ""}, BODIES["index.html"])},
        FindingState.WARN,
        "index.html has no Cache-Control",
        "max-age=15",
    ),
    "another Content-Type": (
        {"index": Answer(200, "OK", HTML | {"content-type": "text/plain"}, BODIES["index.html"])},
        FindingState.WARN,
        "Content-Type of index.html is `text/plain`",
        "text/html; charset=utf-8",
    ),
    "no root": (
        {"root": answer(b"", 403, "Forbidden")},
        FindingState.FAIL,
        f"{URL}/ is answered with 403 Forbidden",
        "default root object",
    ),
    "another root": (
        {"root": answer(b"list")},
        FindingState.WARN,
        "something else",
        "default root",
    ),
    "a root that does not answer": (
        {"root": NO_ANSWER},
        FindingState.FAIL,
        "refused",
        "root object",
    ),
    "a missing page that is there": (
        {"missing": answer(b"hello")},
        FindingState.WARN,
        "a missing page is answered with 200 OK, not 404",
        "404.html the error document",
    ),
    "another 404 page": (
        {"missing": answer(b"nope", 404, "Not Found")},
        FindingState.WARN,
        "doesn't get our 404.html",
        "404.html the error document",
    ),
    "no answer for a missing page": (
        {"missing": NO_ANSWER},
        FindingState.UNKNOWN,
        "can't be told",
        "404.html",
    ),
    "bookkeeping in public": (
        {"corner": answer(b'{"format":2,"objects":{}}')},
        FindingState.WARN,
        "everybody can read _statusgen/",
        "policy",
    ),
    "no answer for the corner": (
        {"corner": NO_ANSWER},
        FindingState.UNKNOWN,
        "_statusgen/",
        "policy",
    ),
    "JSON for nobody else": (
        {"summary": answer(b"{}")},
        FindingState.WARN,
        "pages on other hosts may not read its JSON",
        "Access-Control-Allow-Origin: *",
    ),
    "no JSON": (
        {"summary": answer(b"", 404, "Not Found")},
        FindingState.WARN,
        "api/v2/summary.json is answered with 404 Not Found",
        "publish",
    ),
    "http without a redirect": (
        {"plain": answer(b"page")},
        FindingState.WARN,
        "http:// is answered with 200 OK and doesn't lead to https://",
        "redirect http to https",
    ),
    "no http": ({"plain": NO_ANSWER}, FindingState.UNKNOWN, "http:// is not answered", "redirect"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_with_its_remedy(name):
    told, state, what, remedy = FAULTS[name]

    [found] = [one for one in judge(told) if one.state is not FindingState.OK]

    assert found.state is state
    assert what in found.what
    assert remedy in found.remedy


def test_a_spare_without_a_root_is_as_good_as_it_can_be():
    [found] = [
        one
        for one in judge({"root": answer(b"", 403, "Forbidden")}, is_spare=True)
        if one.state is not FindingState.OK
    ]

    assert found.state is FindingState.WARN


def test_an_address_that_does_not_answer_is_one_line_and_no_more():
    found = judge(dict.fromkeys(GOOD, NO_ANSWER))

    assert [one.state for one in found] == [FindingState.FAIL]
    assert "DNS name" in found[0].remedy


@pytest.mark.parametrize(
    ("releases", "remedy"),
    [((), "run `statusgen publish`"), ((RELEASE,), "let the address lead to the target")],
)
def test_an_index_that_is_not_there_fails(releases, remedy):
    found = judge({"index": answer(b"", 404, "Not Found")}, releases)[-1]

    assert (found.state, found.what) == (
        FindingState.FAIL,
        "index.html is answered with 404 Not Found",
    )
    assert found.remedy.startswith(remedy)


def test_caches_may_lag_behind_a_publish_of_just_now():
    old = {"index": Answer(200, "OK", HTML, b"old"), "root": Answer(200, "OK", HTML, b"old")}
    just_now = Observed(MANIFEST, "v", age_s=5)

    [found] = [one for one in judge(old, (just_now,)) if one.state is not FindingState.OK]

    assert (found.state, found.remedy) == (FindingState.WARN, "wait for caches to ask anew")


@pytest.mark.parametrize("releases", [(), (Observed(None),), (Observed(Manifest({})),)])
def test_without_a_manifest_nobody_knows_what_should_be_served(releases):
    [found] = [one for one in judge({}, releases) if one.state is not FindingState.OK]

    assert found.state is FindingState.UNKNOWN
    assert "can't be told" in found.what


def test_a_host_that_names_our_origin_lets_others_read_too():
    found = judge({"summary": answer(b"{}", access_control_allow_origin=ORIGIN)})

    assert {one.state for one in found} == {FindingState.OK}


@pytest.mark.parametrize(
    ("url", "names"),
    [
        ("http://status.example.com", set()),
        ("https://status.example.com/here", {"certificate", "plain"}),
        ("https://status.example.com:8443", {"certificate"}),
    ],
)
def test_only_https_has_a_certificate_and_a_plain_door(url, names):
    asked = questions(url, web=FakeWeb())

    assert asked.keys() - {"index", "root", "missing", "corner", "summary"} == names


def test_the_plain_door_is_asked_at_the_root():
    asked = questions("https://status.example.com/here", web=FakeWeb())

    assert asked["plain"]() == "http://status.example.com/"


class FakeWeb:
    def fetch(self, url, _headers=None, *, follows=True):
        del follows
        return url

    def certificate(self, url):
        return url
