"""`doctor` on real servers: what is well, and each fault with its remedy."""

import os
import shutil
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import pytest

from statusgen.cli.doctor import doctor
from statusgen.page.artifacts import headers_for
from tests.components.dns_server import dns_server
from tests.components.ses_server import (
    SOUND_IDENTITY,
    refuse,
    ses_server,  # noqa: F401 - a fixture
)
from tests.components.smtp_relay import Script, smtp_relay
from tests.components.web_server import Page, Site, web_server
from tests.fakes.repository import NOW, Repository, make_repository
from tests.fakes.terminal import on_terminal
from tests.targets.conftest import bucket, credentials, seaweedfs  # noqa: F401 - fixtures

ZONE = {
    ("example.com", "TXT"): ['"v=spf1 include:relay.example -all"'],
    ("_dmarc.example.com", "TXT"): ['"v=DMARC1; p=reject"'],
    ("example.com", "MX"): ["10 mx.example.com."],
}
USER, PASSWORD = "someone@example.com", "pass-word-of-the-relay"


@dataclass
class Scene:
    """A repository whose page, relay and DNS are served on loopback."""

    repository: Repository
    site: Site
    resolver: tuple[str, int]
    extra: list[str] = field(default_factory=list)

    def configure(self, *targets: str, mail: str = 'transport = "folder:outbox"') -> None:
        self.repository.configure(*targets, mail=mail)
        path = self.repository.root / "statusgen.toml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("https://status.example.com", self.site.url), encoding="utf-8")

    def publish(self, target: str = 'url = "folder:public"') -> None:
        """Publish, and have the web server show what is in the folder `public`."""
        self.configure('url = "folder:public"')
        assert self.repository.run("publish", "--yes", "--no-mail").code == 0
        self.serve()
        self.configure(target)

    def serve(self) -> None:
        folder = self.repository.root / "public"
        for path in folder.rglob("*"):
            key = path.relative_to(folder).as_posix()
            if path.is_file() and not key.startswith("_statusgen"):
                self.site.pages[f"/{key}"] = page_of(key, path.read_bytes())
        self.site.pages["/"] = self.site.pages["/index.html"]
        missing = self.site.pages["/404.html"]
        self.site.missing = Page(missing.body, 404, missing.headers)

    def doctor(self, *words: str):
        return self.repository.run("doctor", "--resolver", self.resolver_text, *words)

    @property
    def resolver_text(self) -> str:
        return "{}:{}".format(*self.resolver)


def page_of(key, body):
    headers = headers_for(key)
    told = {"Content-Type": headers.content_type, "Cache-Control": headers.cache_control}
    if key.endswith(".json"):
        told["Access-Control-Allow-Origin"] = "*"
    return Page(body, headers=told)


@pytest.fixture
def scene(tmp_path):
    with web_server(Site()) as site, dns_server(ZONE) as resolver:
        scene = Scene(make_repository(tmp_path), site, resolver)
        scene.publish()
        yield scene


def faults(done):
    """Return what is not well, as `state subject: what; remedy`."""
    return [
        f"{one['state']} {one['subject']}: {one['what']}; {one['remedy']}"
        for one in done.json["findings"]
        if one["state"] != "ok" and "DKIM" not in one["what"]
    ]


def test_where_all_is_well_it_says_so_and_leaves_with_0(scene):
    done = scene.doctor("--json")

    assert faults(done) == []
    assert (done.code, done.json["ok"], done.err) == (0, True, "")
    assert len(done.json["findings"]) > 12


def test_people_get_a_line_for_each_with_word_and_shape(scene):
    done = scene.doctor()

    assert "folder:public\n  ✓ ok       it can be written; " in done.out
    assert "\n  ? unknown  DKIM keys" in done.out
    assert "\n             remedy: send yourself a letter" in done.out
    assert done.out.endswith("ok, 1 unknown\n")


def test_nothing_is_changed_by_a_look(scene):
    root = scene.repository.root
    shutil.rmtree(root / ".statusgen")
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}

    scene.doctor()

    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before


def test_a_fault_has_a_remedy_and_exit_code_4(scene):
    scene.site.pages["/index.html"] = page_of("index.html", b"old")
    manifest = scene.repository.root / "public" / "_statusgen" / "manifest.json"

    os.utime(manifest, (1, 1))

    done = scene.doctor()

    assert done.code == 4
    assert "  ✗ fail     it serves something else than the latest release\n" in done.out
    assert "             remedy: let the address lead to the target" in done.out
    assert "next: mend what failed, then statusgen doctor" in done.err


def no_page(scene):
    scene.site.pages.clear()


def not_ours_when_missing(scene):
    scene.site.missing = Page(b"", 403)


def public_bookkeeping(scene):
    path = scene.repository.root / "public" / "_statusgen" / "manifest.json"
    scene.site.pages["/_statusgen/manifest.json"] = Page(path.read_bytes())


def no_cross_origin_reads(scene):
    page = scene.site.pages["/api/v2/summary.json"]
    scene.site.pages["/api/v2/summary.json"] = Page(page.body)


def no_cache_control(scene):
    page = scene.site.pages["/index.html"]
    scene.site.pages["/index.html"] = Page(page.body, headers={"Content-Type": "text/html"})


def wrong_clock(scene, minutes):
    scene.site.ahead = timedelta(minutes=minutes)


def changed_file(scene):
    path = scene.repository.root / "public" / "feed.xml"
    path.write_bytes(path.read_bytes() + b" ")


def damaged_database(scene):
    folder = scene.repository.root / ".statusgen"
    folder.mkdir(exist_ok=True)
    (folder / "state.db").write_bytes(b"this is no database" * 500)


def file_for_an_outbox(scene):
    (scene.repository.root / "outbox").write_text("")


def no_relay(scene):
    scene.configure(mail='transport = "smtp://127.0.0.1:9"')


FAULTS = {
    "no page": (no_page, 4, "fail {url}: index.html is answered with 404 Not Found; let the"),
    "no 404 page": (not_ours_when_missing, 0, "a missing page is answered with 403 Forbidden"),
    "public bookkeeping": (public_bookkeeping, 0, "warn {url}: everybody can read _statusgen/"),
    "no cross-origin reads": (no_cross_origin_reads, 0, "may not read its JSON; have the bucket"),
    "no cache control": (no_cache_control, 0, "warn {url}: index.html has no Cache-Control; have"),
    "a clock that is off": (partial(wrong_clock, minutes=2), 0, "warn clock: this machine's is 2"),
    "a clock far off": (partial(wrong_clock, minutes=-7), 4, "fail clock: this machine's is 7"),
    "a changed file": (changed_file, 0, "warn folder:public: 1 file was changed or removed there"),
    "a damaged database": (damaged_database, 4, "fail database: the database"),
    "no outbox": (file_for_an_outbox, 4, "fail outbox: the outbox can't be written"),
    "no relay": (no_relay, 4, "fail relay 127.0.0.1:9: the relay 127.0.0.1:9 can't be reached"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_found(scene, name):
    spoil, code, words = FAULTS[name]
    spoil(scene)

    done = scene.doctor("--json")

    found = [one for one in faults(done) if words.format(url=scene.site.url) in one]
    assert len(found) == 1, faults(done)
    assert not found[0].endswith("; ")
    assert done.code == code


def test_records_that_are_missing_are_named(scene):
    with dns_server({("example.com", "A"): ["192.0.2.1"]}) as scene.resolver:
        found = faults(scene.doctor("--json"))

    assert [one.split(";")[0] for one in found] == [
        "warn DNS of example.com: there is no SPF record, so receivers may take letters for forged",
        "warn DNS of example.com: there is no DMARC record, which large receivers ask for",
        "warn DNS of example.com: there is no MX record",
    ]


def test_a_machine_without_dns_fails_nothing(scene):
    with dns_server({}, is_broken=True) as scene.resolver:
        done = scene.doctor("--json")

    assert done.code == 0
    [found] = faults(done)
    assert found.startswith("unknown DNS of example.com: DNS gave no answer for example.com; check")


def test_a_relay_is_tried_as_far_as_the_login_and_no_letter_leaves(scene, monkeypatch):
    monkeypatch.setenv("STATUSGEN_SMTP_PASSWORD", PASSWORD)
    with smtp_relay(Script(), users={USER: PASSWORD}) as relay:
        transport = f"smtp://someone%40example.com@127.0.0.1:{relay.port}"
        scene.configure(mail=f'transport = "{transport}"')
        done = scene.doctor()

    assert f"relay 127.0.0.1:{relay.port}\n  ✓ ok       reached without TLS" in done.out
    assert "the login was accepted" in done.out
    assert "! warn     it doesn't offer PIPELINING" in done.out
    assert relay.seen == []
    assert USER not in done.out + done.err


def test_a_wrong_password_fails_and_is_not_shown(scene, monkeypatch):
    monkeypatch.setenv("STATUSGEN_SMTP_PASSWORD", "another-password")
    with smtp_relay(Script(), users={USER: PASSWORD}) as relay:
        transport = f"smtp://someone%40example.com@127.0.0.1:{relay.port}"
        scene.configure(mail=f'transport = "{transport}"')
        done = scene.doctor()

    assert done.code == 4
    assert "refused the user or the password" in done.out
    assert "remedy: check mail.transport and STATUSGEN_SMTP_PASSWORD" in done.out
    assert not any(one in done.out + done.err for one in (USER, PASSWORD, "another-password"))


@pytest.mark.parametrize(
    ("identity", "code", "words"),
    [
        (SOUND_IDENTITY, 0, "✓ ok       SES has verified example.com, and signs its letters"),
        (
            SOUND_IDENTITY | {"VerifiedForSendingStatus": False},
            4,
            "✗ fail     SES has not verified example.com, so it refuses every letter",
        ),
        (
            refuse("AccessDeniedException", 403),
            0,
            "! warn     ses:GetEmailIdentity is not allowed, so whether SES has verified",
        ),
    ],
    ids=["verified", "not verified", "not allowed"],
)
def test_ses_is_asked_whether_it_lets_us_send(scene, ses_server, identity, code, words):  # noqa: F811
    ses_server.identities["example.com"] = identity
    scene.configure(mail='transport = "ses://eu-west-1"')

    done = scene.doctor()

    assert done.code == code, done.out
    assert f"  {words}" in done.out
    assert "SES in eu-west-1\n  ✓ ok       reached; it takes 14 letters a second" in done.out
    assert "@" not in done.out + done.err
    assert ses_server.requests == []


def test_a_bucket_is_tried_in_our_own_corner_only(scene, bucket):  # noqa: F811
    target = f'url = "s3://{bucket.name}"\nendpoint_url = "{bucket.server.endpoint_url}"'
    scene.configure(target)
    assert scene.repository.run("publish", "--yes", "--no-mail").code == 0
    before = bucket.bodies()

    done = scene.doctor()

    after = bucket.bodies()
    changed = {key for key in after.keys() | before.keys() if after.get(key) != before.get(key)}
    assert done.code == 0, done.out
    assert "the credentials may read, list, write and remove" in done.out
    assert "writes on a condition are honoured" in done.out
    assert f"agrees with that of s3://{bucket.name}" in done.out
    assert all(key.startswith("_statusgen/") for key in changed)
    assert f"nothing but _statusgen/ was written to on s3://{bucket.name}" in done.err


WRONG = {
    "no such bucket": ({}, "nowhere-at-all", "the bucket does not exist", "create it"),
    "an unknown key": (
        {"AWS_ACCESS_KEY_ID": "another"},
        "",
        "the access key is not known there",
        "check AWS_ACCESS_KEY_ID",
    ),
    "a wrong secret": (
        {"AWS_SECRET_ACCESS_KEY": "another"},
        "",
        "the secret key is wrong",
        "check AWS_SECRET_ACCESS_KEY",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_bucket_that_can_not_be_used_says_why(scene, bucket, monkeypatch, name):  # noqa: F811
    environment, other_bucket, what, remedy = WRONG[name]
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    url = f"s3://{other_bucket or bucket.name}"
    scene.configure(f'url = "{url}"\nendpoint_url = "{bucket.server.endpoint_url}"')

    done = scene.doctor("--json")

    [found] = [one for one in done.json["findings"] if one["subject"] == url]
    assert (done.code, found["state"]) == (4, "fail")
    assert what in found["what"]
    assert remedy in found["remedy"]


def test_a_wrong_configuration_is_told_as_everywhere(scene):
    (scene.repository.root / "statusgen.toml").write_text("[page]\nnmae = 1\n", encoding="utf-8")

    done = scene.doctor()

    assert (done.code, done.out) == (1, "")


@pytest.mark.parametrize("resolver", ["dns.example.com", "192.0.2.53:x", "", "::1]:53"])
def test_a_resolver_is_an_ip_address(scene, resolver):
    done = scene.repository.run("doctor", "--resolver", resolver)

    assert done.code == 2
    assert "name an IP address" in done.err


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("192.0.2.53", ("192.0.2.53", 53)),
        ("192.0.2.53:5353", ("192.0.2.53", 5353)),
        ("2001:db8::53", ("2001:db8::53", 53)),
        ("[2001:db8::53]", ("2001:db8::53", 53)),
        ("[2001:db8::53]:5353", ("2001:db8::53", 5353)),
    ],
)
def test_a_resolver_may_have_a_port(text, parsed):
    [option] = [one for one in doctor.params if one.name == "resolver"]

    assert option.callback(None, option, text) == parsed


def test_on_a_terminal_lines_are_folded_under_their_beginning(scene):
    scene.site.pages["/api/v2/summary.json"] = Page(b"{}")
    words = ("doctor", "--resolver", scene.resolver_text)

    with on_terminal(scene.repository.root, *words, now=NOW, columns=80) as terminal:
        code = terminal.wait_for_the_end()

    assert code == 0
    assert all(len(line) <= 80 for line in terminal.shown.splitlines())
    assert "\n             remedy: have the bucket or CDN send" in terminal.shown
    assert "\x1b[32m  ✓ ok" in terminal.raw
    assert "\x1b[33m  ! warn" in terminal.raw


def test_an_output_that_knows_ascii_only_gets_that(scene):
    done = scene.repository.run_apart(
        "doctor", "--resolver", scene.resolver_text, PYTHONIOENCODING="ascii"
    )

    assert done.code == 0, done.err
    assert "\n  + ok       it can be written" in done.out
