"""Which adapter stands behind which setting."""

import socket
from pathlib import Path

import pytest

from statusgen.cli import composition
from statusgen.config.mail_source import ImapSource, MaildirSource, SqsSource
from statusgen.config.reader import read_settings
from statusgen.errors import MailError, Refused
from statusgen.mail.bounces.bounce import Incoming, MessageKind
from statusgen.values.value import replace
from tests.components.postgresql import postgresql  # noqa: F401 - a fixture
from tests.components.ses_server import ses_server  # noqa: F401 - a fixture
from tests.fakes.repository import make_repository


@pytest.fixture
def settings(tmp_path):
    bucket = 'url = "s3://acme/page"\nendpoint_url = "http://127.0.0.1:1"\nregion = "eu-west-1"'
    return read_settings(make_repository(tmp_path, 'url = "folder:public"', bucket).root)


def test_targets_bear_the_name_that_the_user_wrote(settings):
    targets = [composition.open_target(one) for one in settings.targets]

    assert [one.name for one in targets] == ["folder:public", "s3://acme/page"]


@pytest.mark.parametrize(
    ("transport", "name"),
    [
        ("folder:/outbox", "MaildirTransport"),
        ("smtp://status@127.0.0.1:25", "SmtpTransport"),
        ("smtps://127.0.0.1:465", "SmtpTransport"),
        ("ses://eu-west-1", "SesTransport"),
    ],
)
def test_letters_leave_by_the_way_that_is_set(settings, transport, name):
    found = composition.open_transport(replace(settings.mail, transport=transport))

    assert type(found).__name__ == name


def test_a_secret_key_is_made_once_and_kept(settings):
    with composition.open_state(settings) as first:
        pass
    with composition.open_state(settings) as second:
        pass

    assert len(first.secret_key) >= 32
    assert second.secret_key == first.secret_key


def test_the_secret_key_of_the_environment_comes_first(settings, monkeypatch):
    monkeypatch.setenv("STATUSGEN_SECRET_KEY", "from outside")

    with composition.open_state(settings) as state:
        assert state.secret_key == b"from outside"


def test_one_publisher_at_a_time(settings):
    with (
        composition.open_publishing_lock(settings),
        pytest.raises(Refused),
        composition.open_publishing_lock(settings),
    ):
        pass

    with composition.open_publishing_lock(settings):
        pass


def test_a_cache_belongs_to_its_configuration(settings):
    cache = composition.open_cache(settings)
    cache.put("pages", [("a", b"1")])
    cache.save()

    same = composition.open_cache(settings).get("pages", "a")
    other = composition.open_cache(replace(settings, fingerprint="other")).get("pages", "a")

    assert (same, other) == (b"1", None)


def test_a_look_at_the_database_does_not_make_it(settings):
    facts = composition.look_at_state(settings)

    assert not facts.is_there
    assert not (settings.root / ".statusgen").exists()


def test_a_look_at_the_database_finds_the_key_that_was_kept(settings):
    with composition.open_state(settings):
        pass

    assert composition.look_at_state(settings).has_secret_key


@pytest.mark.component("postgresql")
def test_the_database_may_be_on_a_server(settings, postgresql):  # noqa: F811
    settings = replace(settings, database=postgresql.new_database())
    with composition.open_state(settings) as first:
        key = first.secret_key

    with composition.open_state(settings) as second:
        assert second.secret_key == key
    assert composition.look_at_state(settings).has_secret_key


@pytest.mark.parametrize("key", ["", "from outside"])
def test_whether_the_environment_holds_a_key_is_known(monkeypatch, key):
    monkeypatch.setenv("STATUSGEN_SECRET_KEY", key)

    assert composition.has_secret_key() is bool(key)


def test_a_relay_that_accepts_and_says_nothing_is_left_after_a_while(settings, monkeypatch):
    monkeypatch.setattr(composition, "HURRIED_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        transport = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(MailError, match="did not answer in time; check"):
            composition.try_transport(replace(settings.mail, transport=transport))


def test_an_account_at_ses_is_asked_about_where_the_sdk_finds_it(settings, ses_server):  # noqa: F811
    found = composition.try_transport(replace(settings.mail, transport="ses://eu-west-1"))

    assert (found.may_send, found.per_second) == (True, 14)
    assert found.sender.is_signed
    assert ses_server.identities_asked[0] == settings.mail.from_address
    assert ses_server.requests == []


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (MaildirSource(Path("box")), "MaildirMailbox"),
        (ImapSource("127.0.0.1", 1, "ann"), "ImapMailbox"),
        (SqsSource("eu-west-1", "bounces"), "SqsMailbox"),
    ],
)
def test_reports_are_read_where_the_user_says(source, name):
    with composition.open_mailbox(source) as found:
        assert type(found).__name__ == name


def test_messages_are_read_in_another_process():
    with composition.open_bounce_reader() as read:
        assert read(b"From: ann@example.org\nSubject: hello\n\n") == Incoming(MessageKind.MAIL)


@pytest.mark.parametrize(
    "name", ["a%2Fb", "a%252Fb", "a?b", "a#b", "a%b", "a b&c=d;e", "a:b@c", "grüß"]
)
def test_the_ledger_is_in_the_checkout_whatever_that_is_called(tmp_path, name):
    root = make_repository(tmp_path / name).root
    before = {path for path in tmp_path.rglob("*") if root not in path.parents}

    with composition.open_state(read_settings(root)) as state:
        state.ledger.token_for("2026-11-21-a/01")

    assert (root / ".statusgen" / "state.db").is_file()
    assert {path for path in tmp_path.rglob("*") if root not in path.parents} == before
