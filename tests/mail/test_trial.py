"""A letter on trial: what it says, and how far it gets."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from statusgen.config.reader import read_settings
from statusgen.errors import MailError
from statusgen.mail.letter_states import DeliveryState, Outcome
from statusgen.mail.transports.senders import AccountFacts, RelayFacts
from statusgen.mail.trial import trial_letter, try_letter
from statusgen.targets.storage import Room
from tests.builders import instant
from tests.fakes.mail import ACCEPTED, DOUBT
from tests.fakes.repository import make_repository, parse_letters

NOW = instant("02:10")
RELAY = RelayFacts(is_encrypted=True, is_logged_in=True, extensions={})


@dataclass
class OneWay:
    """A transport with one connection, and what happens on it."""

    at_offer: Outcome | None = None
    at_end: Outcome | MailError = ACCEPTED
    facts: object = RELAY
    did: list[str] = field(default_factory=list)

    async def try_out(self):
        return self.facts

    async def connect(self):
        self.did.append("connect")
        return self

    async def offer(self, letter):
        self.did.append(f"offer {letter.token}")
        return self.at_offer

    async def finish(self, then=None):
        del then
        if isinstance(self.at_end, MailError):
            raise self.at_end
        return self.at_end

    async def close(self):
        self.did.append("close")


@pytest.fixture
def letter(tmp_path):
    settings = read_settings(make_repository(tmp_path).root)
    return trial_letter(settings, "me@example.com", NOW)


def stages(letter, **conduct):
    way = OneWay(**conduct)
    found = try_letter(way, letter)
    assert way.did == ["connect", "offer sub_test", "close"]
    return [(one.name, one.is_passed, one.answer) for one in found]


def test_its_subject_says_that_it_is_a_test_and_all_else_is_as_always(letter):
    [message] = parse_letters([letter.content])

    assert message["Subject"] == "[TEST] Acme — Investigating: A sample incident"
    assert (message["To"], letter.recipient) == ("me@example.com", "me@example.com")
    assert message["Message-ID"] == letter.message_id


def test_every_trial_has_a_name_of_its_own_that_tells_nobody(tmp_path):
    settings = read_settings(make_repository(tmp_path).root)
    trials = [
        trial_letter(settings, address, now)
        for address, now in (
            ("me@example.com", NOW),
            ("you@example.com", NOW),
            ("me@example.com", NOW + timedelta(seconds=1)),
        )
    ]

    assert len({one.message_id for one in trials}) == 3
    assert len({one.update_id for one in trials}) == 3
    for one in trials:
        assert one.recipient not in one.message_id + one.update_id + one.sender


def test_a_letter_that_is_accepted_passes_three_stages(letter):
    assert stages(letter) == [
        ("connection", True, "open, TLS, logged in"),
        ("letter", True, "sender, recipient and content taken"),
        ("acceptance", True, "accepted"),
    ]


@pytest.mark.parametrize(
    ("conduct", "last"),
    [
        (
            {"at_offer": Outcome(DeliveryState.FAILED, "550 5.1.1")},
            ("letter", False, "failed: the mailbox does not exist (550 5.1.1)"),
        ),
        (
            {"at_offer": Outcome(DeliveryState.QUEUED)},
            ("letter", False, "not taken: the connection was lost before the end of the letter"),
        ),
        (
            {"at_end": DOUBT},
            (
                "acceptance",
                False,
                "in doubt: the relay's answer was lost after the whole letter had gone out",
            ),
        ),
        (
            {"at_end": MailError("the account is paused")},
            ("acceptance", False, "the account is paused"),
        ),
    ],
    ids=["refused", "lost", "in doubt", "stopped"],
)
def test_it_ends_where_it_gets_stuck(letter, conduct, last):
    assert stages(letter, **conduct)[-1] == last


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (Room(1 << 30, "ext4"), "the folder can be written to"),
        (
            AccountFacts(
                may_send=True,
                is_trial=True,
                standing="HEALTHY",
                per_second=1,
                per_day=200,
                left_today=200,
            ),
            "the account answers (HEALTHY), which mails verified addresses only",
        ),
        (
            RelayFacts(is_encrypted=False, is_logged_in=False, extensions={}),
            "open, no TLS, no login",
        ),
    ],
    ids=["folder", "account", "relay"],
)
def test_what_a_transport_says_of_itself_is_shown(letter, facts, words):
    assert stages(letter, facts=facts)[0] == ("connection", True, words)
