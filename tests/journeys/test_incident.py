"""A whole incident through the real command, on a real S3 server and real mail servers."""

from collections import Counter

import pytest

from tests.components.mailhost import PASSWORD
from tests.components.s3_proxy import run_proxy
from tests.components.smtp_relay import Script, smtp_relay
from tests.fakes.repository import make_repository, parse_letters

PEOPLE = (
    "email,components,min_severity,audience\n"
    "ann@example.com,,SEV2,\n"
    "bob@example.com,checkout,SEV1,\n"
    "cy@example.com,search,SEV4,\n"
    "boss@example.com,,SEV2,stakeholders\n"
)
CONCERNED = {"ann", "bob", "boss"}
TITLE = "Increased error rates on checkout"
ID = "2026-11-21-increased-error-rates-on-checkout"
HTML = "text/html; charset=utf-8"
FRESH = "public, max-age=15, stale-while-revalidate=60, stale-if-error=86400"
STEPS = (
    (
        "2026-11-21T02:04:00Z",
        ("new", TITLE, "--severity", "SEV1", "--component", "checkout=major_outage"),
        "About one in three payments fails.",
        "Investigating:",
    ),
    (
        "2026-11-21T02:17:00Z",
        ("update", "--phase", "identified"),
        "A bad deployment is being rolled back.",
        "Update:",
    ),
    ("2026-11-21T02:40:00Z", ("resolve",), "Payments work as usual again.", "Resolved:"),
)


@pytest.fixture
def repository(tmp_path, bucket):
    repository = make_repository(tmp_path, bucket.target())
    for path in (tmp_path / "incidents").rglob("*.md"):
        path.unlink()
    return repository


def tell(repository, proxy, bucket, step, letters, **environment):
    """Write a step, publish it twice, and look at what the bucket serves."""
    now, command, body, word = step
    written = repository.run_apart(*command, "-m", body, now=now)
    assert written.code == 0, written.err

    first = repository.run_apart("publish", "--yes", now=now, **bucket.keys, **environment)
    told = letters(len(CONCERNED))
    proxy.requests.clear()
    second = repository.run_apart("publish", "--yes", now=now, **bucket.keys, **environment)

    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert "3 subscribers have mail" in first.out
    assert [one for one in proxy.requests if not one.startswith(("GET", "HEAD"))] == []
    assert len(proxy.requests) <= 2
    assert "up to date" in second.out
    assert "no letters were owed" in second.out
    page, index = bucket.get(f"incidents/{ID}.html"), bucket.get("index.html")
    assert body in page["Body"]
    assert (page["ContentType"], page["CacheControl"]) == (HTML, FRESH)
    assert TITLE in index["Body"]
    assert f"Acme — {word} {TITLE}" in told
    return told


def test_an_incident_reaches_bucket_and_mailboxes_once(repository, bucket):
    script = Script()
    with smtp_relay(script) as relay, run_proxy(bucket.server) as proxy:
        repository.configure(
            bucket.target(proxy.server_facts.endpoint_url),
            mail=f'transport = "smtp://127.0.0.1:{relay.port}"',
        )
        repository.import_csv(PEOPLE)

        for number, step in enumerate(STEPS, 1):
            subjects = tell(repository, proxy, bucket, step, lambda _: subjects_of(script))
            heard = Counter(address.partition("@")[0] for address, _ in script.seen)
            assert heard == dict.fromkeys(CONCERNED, number)
            assert len(subjects) == 3 * number

    letters = parse_letters(body for _, body in script.seen)
    assert len({one["Message-ID"] for one in letters}) == 9
    assert len({one["References"] for one in letters}) == 1


def subjects_of(script):
    return [one["Subject"] for one in parse_letters(body for _, body in script.seen)]


@pytest.mark.component("postfix")
def test_an_incident_reaches_real_mailboxes_over_tls_and_a_login(repository, bucket, mail_host):
    before = {name: len(mail_host.letters_of(name)) for name in (*CONCERNED, "cy")}

    def subjects_after(number):
        return lambda _: [
            str(one["Subject"])
            for name in CONCERNED
            for one in decoded(mail_host.wait_for(name, before[name] + number))
        ]

    with run_proxy(bucket.server) as proxy:
        repository.configure(
            bucket.target(proxy.server_facts.endpoint_url),
            mail=f'transport = "smtp://status%40example.com@localhost:{mail_host.port}"',
        )
        repository.import_csv(PEOPLE)
        environment = {
            "STATUSGEN_SMTP_PASSWORD": PASSWORD,
            "SSL_CERT_FILE": str(mail_host.certificate.path),
        }
        for number, step in enumerate(STEPS, 1):
            tell(repository, proxy, bucket, step, subjects_after(number), **environment)
            after = {name: len(mail_host.letters_of(name)) for name in before}
            assert after == {
                name: before[name] + (number if name in CONCERNED else 0) for name in before
            }


def decoded(messages):
    return parse_letters(message.as_bytes() for message in messages)
