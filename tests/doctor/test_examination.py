import threading
from datetime import UTC, datetime

import pytest

from statusgen.config.reader import read_settings
from statusgen.config.settings import S3Target
from statusgen.doctor.examination import Surroundings, examine
from statusgen.doctor.finding import FindingState
from statusgen.errors import Unavailable
from statusgen.mail.ledger import StateFacts
from statusgen.targets.storage import Room
from statusgen.targets.uploading import Target
from statusgen.targets.web import Answer
from tests.fakes.publishing import publish
from tests.fakes.repository import make_repository
from tests.fakes.storage import FakeStorage

NOW = datetime(2026, 11, 21, 2, 10, tzinfo=UTC)
DISK = Room(50_000_000_000, "ext4")
STATE = StateFacts(is_there=True, has_secret_key=True, room=DISK)
URL = "https://status.example.com"
OTHER_URL = "https://second.example.com"


class FakeWeb:
    """Serves one body at each address; others do not answer."""

    def __init__(self, bodies=None, ahead_s=0.0):
        self._bodies = bodies or {}
        self._ahead_s = ahead_s

    def fetch(self, url, _headers=None, *, follows=True):
        del follows
        for address, body in self._bodies.items():
            if url.startswith(f"{address}/"):
                return Answer(200, "OK", {}, body, self._ahead_s)
        raise Unavailable(f"{url} can't be fetched: refused")

    def certificate(self, url):
        raise Unavailable(url)


class FakeRecords:
    def texts(self, _name):
        return ()

    def mail_hosts(self, _name):
        return ("mx.example.com",)

    def has_address(self, _name):
        return True


@pytest.fixture
def settings(tmp_path):
    second = f'url = "s3://second"\npublic_url = "{OTHER_URL}"'
    return read_settings(make_repository(tmp_path, 'url = "s3://acme"', second).root)


def look(settings, storages=(), **others):
    targets = [
        Target(one, storage)
        for one, storage in zip(settings.targets, storages, strict=False)
        if isinstance(one, S3Target)
    ]
    around = {
        "targets": targets,
        "web": FakeWeb(),
        "records": FakeRecords(),
        "look_at_state": lambda: STATE,
        "try_transport": lambda: DISK,
        "is_gone": lambda _: False,
        "has_secret_key": False,
    }
    wait_s = others.pop("wait_s", 5)
    return examine(settings, Surroundings(**around | others), NOW, wait_s)


def make_storage(name="s3://acme", body="hi", **facts):
    storage = FakeStorage(name, **facts)
    publish(storage, {"index.html": body})
    return storage


def about(findings, subject):
    return [one for one in findings if one.subject == subject]


def test_findings_come_in_one_order(settings):
    found = look(settings, [make_storage(), make_storage("s3://second")])

    subjects = list(dict.fromkeys(one.subject for one in found))
    assert subjects == [
        "database",
        "s3://acme",
        "s3://second",
        URL,
        OTHER_URL,
        "clock",
        "outbox",
        "DNS of example.com",
    ]


def test_a_public_url_is_held_against_its_own_target(settings):
    storages = [make_storage(body="one"), make_storage("s3://second", body="two")]
    web = FakeWeb({URL: b"two", OTHER_URL: b"one"})

    found = look(settings, storages, web=web)

    assert "it serves the latest release" in about(found, URL)[0].what  # of any target
    assert "something else" in about(found, OTHER_URL)[0].what


def test_no_target_is_said(settings):
    found = look(settings)

    assert [one.state for one in about(found, "targets")] == [FindingState.WARN]


def test_the_clocks_of_targets_come_before_those_of_web_servers(settings):
    web = FakeWeb({URL: b""}, ahead_s=1000)

    by_target = look(settings, [make_storage(ahead_s=100)], web=web)
    by_page = look(settings, [make_storage()], web=web)

    assert about(by_target, "clock")[0].what.endswith("2 minutes behind that of s3://acme")
    assert about(by_page, "clock")[0].what.endswith(f"17 minutes behind that of {URL}")


def test_without_mail_nothing_is_said_of_it(tmp_path):
    settings = read_settings(make_repository(tmp_path, mail=None).root)

    subjects = {one.subject for one in look(settings, try_transport=None)}

    assert subjects == {"database", "targets", URL, "clock"}


def test_what_hangs_keeps_nobody_waiting(settings):
    release = threading.Event()

    def hang(*_, **__):
        release.wait(60)

    class Silent:
        fetch = certificate = texts = mail_hosts = has_address = hang

    storage = make_storage()
    storage.observe = hang

    found = look(
        settings,
        [storage],
        web=Silent(),
        records=Silent(),
        look_at_state=hang,
        try_transport=hang,
        wait_s=0.5,
    )

    late = [one for one in found if one.what == "it gave no answer in time"]
    assert {one.subject for one in late} == {
        *("database", "s3://acme", URL, OTHER_URL, "outbox", "DNS of example.com")
    }
    release.set()
