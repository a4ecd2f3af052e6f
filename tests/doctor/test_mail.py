import pytest

from statusgen.doctor.finding import FindingState
from statusgen.doctor.mail import judge_transport, transport_name
from statusgen.errors import MailError
from statusgen.mail.delivery.replies import Meaning
from statusgen.mail.letter_states import DeliveryState, Outcome
from statusgen.mail.transports.senders import AccountFacts, RelayFacts, SenderFacts, Verification
from statusgen.targets.storage import Room
from statusgen.values.value import replace

ALL = {"size": "35882577", "pipelining": "", "smtputf8": "", "starttls": ""}

ACCOUNT = AccountFacts(
    may_send=True,
    is_trial=False,
    standing="HEALTHY",
    per_second=14,
    per_day=50_000,
    left_today=49_000,
)


SENDER = SenderFacts("example.com", Verification.VERIFIED, is_signed=True)


def relay(extensions, *, is_safe=True):
    return RelayFacts(is_encrypted=is_safe, is_logged_in=is_safe, extensions=extensions)


def without(*names, **others):
    return {name: value for name, value in (ALL | others).items() if name not in names}


@pytest.mark.parametrize(
    ("transport", "name"),
    [
        ("smtp://someone%40example.com@relay.example.com", "relay relay.example.com:587"),
        ("smtps://relay.example.com", "relay relay.example.com:465"),
        ("folder:/somewhere/outbox", "outbox"),
        ("ses://eu-west-1?configuration-set=status-mail", "SES in eu-west-1"),
    ],
)
def test_a_transport_is_named_without_its_user(transport, name):
    assert transport_name(transport) == name


def test_a_relay_that_offers_all_is_well():
    found = list(judge_transport("relay", relay(ALL)))

    assert [one.state for one in found] == [FindingState.OK, FindingState.OK]
    assert found[0].what == "reached with TLS; the login was accepted"
    assert found[1].what == "it offers SIZE, PIPELINING, SMTPUTF8"


@pytest.mark.parametrize(
    ("extensions", "words"),
    [
        (without("smtputf8"), "SMTPUTF8"),
        (without("pipelining"), "PIPELINING"),
        (without(size="500000"), "at most 500,000 bytes"),
    ],
)
def test_what_a_relay_lacks_is_warned_of(extensions, words):
    found = list(judge_transport("relay", relay(extensions)))

    [lack] = [one for one in found if one.state is FindingState.WARN]
    assert words in lack.what
    assert "ask who runs it" in lack.remedy


@pytest.mark.parametrize("size", ["", "0", "what?"])
def test_no_limit_on_size_is_none(size):
    found = list(judge_transport("relay", relay(ALL | {"size": size})))

    assert {one.state for one in found} == {FindingState.OK}


def test_a_relay_that_offers_nothing_is_told_so_and_no_more():
    found = list(judge_transport("relay", relay({}, is_safe=False)))

    assert [one.state for one in found] == [FindingState.OK, FindingState.WARN, FindingState.WARN]


def test_what_keeps_us_from_the_relay_fails():
    [found] = judge_transport("relay", MailError("the relay refused the password; check it"))

    assert (found.state, found.remedy) == (FindingState.FAIL, "check it")


@pytest.mark.parametrize(
    ("free", "state"),
    [(10**10, FindingState.OK), (10**8, FindingState.WARN), (0, FindingState.FAIL)],
)
def test_an_outbox_needs_room(free, state):
    [found] = judge_transport("outbox", Room(free, "ext4"))

    assert found.state is state


def test_an_account_that_may_send_is_well_and_says_how_much():
    [found] = judge_transport("SES", ACCOUNT)

    assert found.state is FindingState.OK
    assert found.what == (
        "reached; it takes 14 letters a second, and 49,000 of 50,000 letters are left for 24 hours"
    )


def test_an_account_without_a_quota_says_so():
    [found] = judge_transport("SES", replace(ACCOUNT, per_day=None, left_today=None))

    assert found.what == "reached; it takes 14 letters a second, and has no limit a day"


@pytest.mark.parametrize(
    ("change", "state", "words"),
    [
        ({"may_send": False}, FindingState.FAIL, "paused"),
        ({"is_trial": True}, FindingState.FAIL, "verified addresses only"),
        ({"left_today": 0}, FindingState.FAIL, "0 of 50,000 letters are left"),
        ({"standing": "PROBATION"}, FindingState.WARN, "standing is probation"),
    ],
)
def test_what_is_wrong_with_an_account_is_said_with_a_remedy(change, state, words):
    found = judge_transport("SES", replace(ACCOUNT, **change))

    [wrong] = [one for one in found if one.state is not FindingState.OK]
    assert wrong.state is state
    assert words in wrong.what
    assert wrong.remedy


def test_a_sender_who_is_verified_and_signed_is_well():
    [_, found] = judge_transport("SES", replace(ACCOUNT, sender=SENDER))

    assert found.state is FindingState.OK
    assert found.what == "SES has verified example.com, and signs its letters with DKIM"


@pytest.mark.parametrize(
    ("change", "state", "what"),
    [
        (
            {"verification": Verification.UNVERIFIED},
            FindingState.FAIL,
            "SES has not verified example.com, so it refuses every letter",
        ),
        (
            {"verification": Verification.MISSING},
            FindingState.FAIL,
            "SES has not verified example.com, so it refuses every letter",
        ),
        (
            {"is_signed": False},
            FindingState.WARN,
            "SES has verified example.com, but signs its letters without DKIM",
        ),
        (
            {"verification": Verification.NOT_ALLOWED},
            FindingState.WARN,
            "ses:GetEmailIdentity is not allowed, so whether SES has verified",
        ),
        (
            {"verification": Verification.UNKNOWN},
            FindingState.UNKNOWN,
            "SES did not say whether it has verified example.com",
        ),
    ],
)
def test_what_is_wrong_with_a_sender_is_said_with_a_remedy(change, state, what):
    account = replace(ACCOUNT, is_trial=True, sender=replace(SENDER, **change))

    [trial, quota, sender] = judge_transport("SES", account)

    assert sender.state is state
    assert what in sender.what
    assert sender.remedy
    assert (trial.state, quota.state) == (FindingState.FAIL, FindingState.OK)


@pytest.mark.parametrize(
    ("answer", "state", "words"),
    [
        (Outcome(DeliveryState.ACCEPTED), FindingState.OK, "it takes the sender and a recipient"),
        (
            Outcome(DeliveryState.FAILED, "550 5.1.1", Meaning.NO_SUCH_MAILBOX),
            FindingState.WARN,
            "it takes the sender, but no mail for that address (550 5.1.1)",
        ),
        (
            Outcome(DeliveryState.FAILED, "554 5.7.1", Meaning.SENDER_REFUSED),
            FindingState.FAIL,
            "it takes the sender and refuses a recipient, the sender's own address (554 5.7.1)",
        ),
        (
            Outcome(DeliveryState.DEFERRED, "450 4.2.0"),
            FindingState.UNKNOWN,
            "it put off the sender or a recipient (450 4.2.0)",
        ),
    ],
)
def test_what_a_relay_says_to_an_envelope_is_told(answer, state, words):
    facts = replace(relay(ALL), answer=answer)

    found = list(judge_transport("relay", facts))

    assert (found[1].state, found[1].what) == (state, words)
    assert bool(found[1].remedy) is (state is not FindingState.OK)
