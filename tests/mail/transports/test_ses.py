"""SES as our own script plays it, and as moto does."""

import asyncio
import threading
from dataclasses import dataclass

import boto3
import pytest

from statusgen.config.ses import Ses
from statusgen.errors import MailError
from statusgen.mail.delivery.replies import Meaning
from statusgen.mail.letter_states import DeliveryState, Outcome
from statusgen.mail.letters.letter import Letter
from statusgen.mail.transports import ses as module
from statusgen.mail.transports.senders import AccountFacts, SenderFacts, Verification
from statusgen.mail.transports.ses import ENDURING, SesTimeouts, SesTransport
from statusgen.mail.transports.transport import Limits, Unreachable
from statusgen.values.value import replace
from tests.components.dripping import BODY, HEAD
from tests.components.moto_server import moto_server  # noqa: F401 - a fixture
from tests.components.ses_server import (
    SOUND_ACCOUNT,
    accept,
    accept_and_reset,
    half_an_answer,
    hang_up,
    no_http,
    noise,
    page,
    refuse,
    reset_unread,
    say_goodbye,
    ses_server,  # noqa: F401 - a fixture
    stall,
    stall_unread,
    trickle,
)

SES = Ses("eu-west-1")
SENDER = "status@example.com"
QUICK = SesTimeouts(connect_s=1, read_s=1, letter_s=60, question_s=60)
ENDLESS = SesTimeouts(connect_s=3600, read_s=3600, letter_s=3600, question_s=3600)
SHORT = SesTimeouts(connect_s=60, read_s=60, letter_s=0.5, question_s=0.5)
LETTER = Letter(
    update_id="2026-11-21-api/01-investigating",
    token="sub_7f3a2b1c",
    message_id="<01.7f3a2b1c@status.example.com>",
    sender="bounces+7f3a2b1c@example.com",
    recipient="ann@example.com",
    content=(
        b"From: Acme Status <status@example.com>\r\n"
        b"To: ann@example.com\r\n"
        b"Subject: API errors\r\n"
        b"List-Unsubscribe: <https://status.example.com/u/7f3a2b1c>\r\n"
        b"\r\n"
        b"It is =C3=A4rgerlich.\r\n"
    ),
)
HUGE = replace(LETTER, content=LETTER.content + b"x" * 76 * 200_000)


@dataclass
class Sent:
    """What came of a few letters, one after the other over one connection."""

    outcomes: list[Outcome]
    fault: MailError | None = None
    """What was raised instead of an outcome."""


def send(*letters: Letter, transport: SesTransport | None = None) -> Sent:
    async def run() -> Sent:
        connection = await (transport or SesTransport(SES, SENDER)).connect()
        sent = Sent([])
        try:
            for letter in letters:
                refused = await connection.offer(letter)
                sent.outcomes.append(refused or await connection.finish())
            await connection.offer(LETTER)
        except MailError as error:
            sent.fault = error
        finally:
            await connection.close()
        return sent

    return asyncio.run(run())


def connect(transport: SesTransport | None = None) -> None:
    send(transport=transport)


def test_a_letter_arrives_byte_for_byte_at_its_one_recipient(ses_server):  # noqa: F811
    sent = send(LETTER)

    assert sent == Sent([Outcome(DeliveryState.ACCEPTED)])
    assert ses_server.letters == [("ann@example.com", LETTER.content)]
    [request] = ses_server.requests
    assert request["FeedbackForwardingEmailAddress"] == "bounces+7f3a2b1c@example.com"
    assert set(request) == {"Content", "Destination", "FeedbackForwardingEmailAddress"}
    assert set(request["Destination"]) == {"ToAddresses"}


def test_the_configuration_set_is_named(ses_server):  # noqa: F811
    send(LETTER, transport=SesTransport(Ses("eu-west-1", "status-mail"), SENDER))

    assert ses_server.requests[0]["ConfigurationSetName"] == "status-mail"


def test_letters_of_one_connection_share_one_connection_to_ses(ses_server):  # noqa: F811
    send(*[LETTER] * 5)

    assert len(ses_server.requests) == 5
    assert len(ses_server.peers) == 1


def test_nothing_has_left_before_the_second_step(ses_server):  # noqa: F811
    send()  # it offers a letter, and closes

    assert ses_server.requests == []


@pytest.mark.parametrize("part", ["recipient", "sender"])
def test_a_mailbox_in_another_script_is_refused_here(ses_server, part):  # noqa: F811
    sent = send(replace(LETTER, **{part: "björn@example.com"}), LETTER)

    assert sent.outcomes == [
        Outcome(DeliveryState.FAILED, "no SMTPUTF8"),
        Outcome(DeliveryState.ACCEPTED),
    ]
    assert len(ses_server.requests) == 1


def test_connections_send_at_the_same_time(ses_server):  # noqa: F811
    together = threading.Barrier(4, timeout=60)

    def meet(handler):
        together.wait()
        accept(handler)

    ses_server.script.extend([meet] * 4)
    transport = SesTransport(SES, SENDER, 4)

    async def one(number: int) -> Outcome:
        connection = await transport.connect()
        await connection.offer(replace(LETTER, recipient=f"reader{number}@example.com"))
        outcome = await connection.finish()
        await connection.close()
        return outcome

    async def run() -> list[Outcome]:
        return await asyncio.gather(*map(one, range(4)))

    assert asyncio.run(run()) == [Outcome(DeliveryState.ACCEPTED)] * 4
    assert {recipient for recipient, _ in ses_server.letters} == {
        f"reader{number}@example.com" for number in range(4)
    }
    assert ses_server.questions == 1


@pytest.mark.parametrize("attempts", ["", "5"])
@pytest.mark.parametrize(
    ("answer", "reply"),
    [
        (hang_up, "no answer"),
        (accept_and_reset, "no answer"),
        (stall, "no answer"),
        (half_an_answer, "garbled answer"),
        (noise, "garbled answer"),
        (no_http, "no answer"),
        (page(200), "garbled answer"),
        (page(502), "502"),
        (refuse("InternalFailure", 500), "InternalFailure"),
    ],
    ids=[
        "hang up",
        "reset",
        "stall",
        "half an answer",
        "noise",
        "no HTTP",
        "a page",
        "bad gateway",
        "failure",
    ],
)
def test_a_letter_without_an_answer_is_in_doubt_and_not_sent_again(
    ses_server,  # noqa: F811
    monkeypatch,
    answer,
    reply,
    attempts,
):
    if attempts:
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", attempts)
    ses_server.script.append(answer)
    transport = SesTransport(SES, SENDER, timeouts=QUICK if answer is stall else ENDURING)

    sent = send(LETTER, transport=transport)

    assert sent.outcomes == [Outcome(DeliveryState.IN_DOUBT, reply, is_connection_usable=False)]
    assert len(ses_server.requests) == 1


@pytest.mark.parametrize("first", [b"", HEAD, BODY], ids=["nothing", "headers", "a body"])
def test_a_letter_whose_answer_trickles_in_is_in_doubt_when_its_time_is_over(
    ses_server,  # noqa: F811
    first,
):
    ses_server.script.append(trickle(first))

    sent = send(LETTER, transport=SesTransport(SES, SENDER, timeouts=SHORT))

    assert sent.outcomes == [
        Outcome(DeliveryState.IN_DOUBT, "no answer", is_connection_usable=False)
    ]
    assert len(ses_server.requests) == 1


def test_a_letter_that_is_not_taken_in_is_free_to_be_sent_again_when_its_time_is_over(
    ses_server,  # noqa: F811
):
    ses_server.script.append(stall_unread)

    sent = send(HUGE, transport=SesTransport(SES, SENDER, timeouts=SHORT))

    assert sent.outcomes == [Outcome(DeliveryState.QUEUED, is_connection_usable=False)]


def test_nobody_waits_for_a_letter_that_was_given_up(ses_server):  # noqa: F811
    ses_server.script.append(trickle(HEAD))

    async def give_up() -> None:
        connection = await SesTransport(SES, SENDER, timeouts=ENDLESS).connect()
        await connection.offer(LETTER)
        try:
            await asyncio.wait_for(connection.finish(), 0.2)
        finally:
            await connection.close()

    before = {one for one in threading.enumerate() if not one.daemon}
    with pytest.raises(TimeoutError):
        asyncio.run(give_up())

    assert {one for one in threading.enumerate() if not one.daemon} <= before


def test_a_question_whose_answer_trickles_in_has_an_end_too(ses_server):  # noqa: F811
    ses_server.account = trickle(HEAD)

    with pytest.raises(Unreachable, match="it did not answer in time; try again"):
        connect(SesTransport(SES, SENDER, timeouts=SHORT))


def test_what_hangs_before_ses_is_asked_is_waited_for_a_little_longer(
    ses_server,  # noqa: F811, ARG001
    monkeypatch,
):
    monkeypatch.setattr(module, "_SPARE_S", 0.1)
    transport = SesTransport(SES, SENDER, timeouts=SHORT)
    is_over = threading.Event()
    connect(transport)
    monkeypatch.setattr(transport, "_send", lambda _letter: is_over.wait())
    sent = send(LETTER, transport=transport)
    monkeypatch.setattr(transport, "_prove", is_over.wait)

    with pytest.raises(Unreachable, match="it did not answer in time; try again"):
        connect(transport)

    is_over.set()
    assert sent.outcomes == [
        Outcome(DeliveryState.IN_DOUBT, "no answer", is_connection_usable=False)
    ]


def test_a_letter_that_was_cut_off_half_way_is_free_to_be_sent_again(ses_server):  # noqa: F811
    ses_server.script.append(reset_unread)

    sent = send(HUGE)

    assert sent.outcomes == [Outcome(DeliveryState.QUEUED, is_connection_usable=False)]
    assert ses_server.requests == []


def test_a_letter_to_a_server_that_is_gone_is_free_to_be_sent_again(ses_server):  # noqa: F811
    transport = SesTransport(SES, SENDER)
    ses_server.account = say_goodbye
    connect(transport)
    ses_server.shutdown()
    ses_server.server_close()

    sent = send(LETTER, transport=transport)

    assert sent.outcomes == [Outcome(DeliveryState.QUEUED, is_connection_usable=False)]
    with pytest.raises(Unreachable, match=r"SES in eu-west-1: it can't be reached; check"):
        connect(transport)


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        (refuse("TooManyRequestsException", 429), Meaning.TOO_FAST),
        (refuse("ThrottlingException", 400, "Maximum sending rate exceeded."), Meaning.TOO_FAST),
        (refuse("LimitExceededException", 400, "Daily message quota exceeded."), "quota_spent"),
    ],
)
def test_a_letter_too_many_stays_queued(ses_server, answer, meaning):  # noqa: F811
    ses_server.script.append(answer)

    sent = send(LETTER, LETTER)

    assert sent.outcomes[0].state is DeliveryState.QUEUED
    assert sent.outcomes[0].meaning == meaning
    assert sent.outcomes[1] == Outcome(DeliveryState.ACCEPTED)
    assert sent.fault is None


def test_a_refused_letter_is_the_senders_fault_and_stops_no_other(ses_server):  # noqa: F811
    ses_server.script.append(refuse("MessageRejected", 400, "No, ann@example.com."))

    sent = send(LETTER, LETTER)

    assert sent.outcomes == [
        Outcome(DeliveryState.FAILED, "MessageRejected", Meaning.SENDER_REFUSED),
        Outcome(DeliveryState.ACCEPTED),
    ]


@pytest.mark.parametrize(
    ("code", "words", "remedy"),
    [
        ("SendingPausedException", "", "look into the SES console"),
        ("AccountSuspendedException", "", "look into the account's mailbox"),
        ("MailFromDomainNotVerifiedException", "", "mend its MX record"),
        ("NotFoundException", "", "the configuration set does not exist"),
        ("AccessDeniedException", "User ann@example.com is not allowed", "ses:SendRawEmail"),
        ("MessageRejected", "Email address is not verified: ann@example.com", "verify the domains"),
    ],
)
def test_what_no_letter_can_pass_is_said_at_once(
    ses_server,  # noqa: F811
    code,
    words,
    remedy,
):
    ses_server.script.append(refuse(code, 400, words))

    sent = send(LETTER, LETTER)

    assert sent.outcomes == []
    assert remedy in str(sent.fault)
    assert "@" not in str(sent.fault)
    assert len(ses_server.requests) == 1


def test_a_busy_service_is_asked_how_it_is_before_the_next_letter(ses_server):  # noqa: F811
    transport = SesTransport(SES, SENDER)
    ses_server.script.append(refuse("ServiceUnavailable", 503))

    sent = send(LETTER, transport=transport)
    ses_server.account = page(503)

    assert sent.outcomes[0].meaning is Meaning.RELAY_BUSY
    assert not sent.outcomes[0].is_connection_usable
    with pytest.raises(Unreachable, match=r"it is not well \(503\); try again"):
        connect(transport)
    ses_server.account = SOUND_ACCOUNT
    assert send(LETTER, transport=transport).outcomes == [Outcome(DeliveryState.ACCEPTED)]


def test_limits_are_those_of_the_account(ses_server):  # noqa: F811
    assert asyncio.run(SesTransport(SES, SENDER).limits()) == Limits(
        per_second=14.0, left_today=49_000
    )
    assert ses_server.questions == 1


def test_what_is_left_is_asked_for_each_time(ses_server):  # noqa: F811
    transport = SesTransport(SES, SENDER)
    before = asyncio.run(transport.limits())
    quota = SOUND_ACCOUNT["SendQuota"] | {"SentLast24Hours": 49_999.0}
    ses_server.account = SOUND_ACCOUNT | {"SendQuota": quota}

    after = asyncio.run(transport.limits())

    assert (before.left_today, after.left_today) == (49_000, 1)


@pytest.mark.parametrize(
    ("quota", "limits"),
    [
        ({"Max24HourSend": -1.0, "MaxSendRate": 0.5, "SentLast24Hours": 7.0}, Limits(0.5)),
        ({"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 201.5}, Limits(1.0, 0)),
        ({"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 0.5}, Limits(1.0, 199)),
        ({}, Limits()),
    ],
)
def test_limits_of_other_accounts(ses_server, quota, limits):  # noqa: F811
    ses_server.account = SOUND_ACCOUNT | {"SendQuota": quota}

    assert asyncio.run(SesTransport(SES, SENDER).limits()) == limits


@pytest.mark.parametrize(
    "answer", [refuse("AccessDeniedException", 403), refuse("TooManyRequestsException", 429)]
)
def test_who_may_not_ask_about_the_account_may_send(ses_server, answer):  # noqa: F811
    ses_server.account = answer
    transport = SesTransport(SES, SENDER)

    sent = send(LETTER, transport=transport)

    assert sent.outcomes == [Outcome(DeliveryState.ACCEPTED)]
    assert asyncio.run(transport.limits()) == Limits()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (refuse("UnrecognizedClientException", 403), "check AWS_ACCESS_KEY_ID"),
        (refuse("InvalidSignatureException", 403), "check AWS_SECRET_ACCESS_KEY"),
        (refuse("ExpiredTokenException", 403), "sign in again"),
        (page(200), "it does not answer as SES does; check"),
        (noise, "it does not answer as SES does; check"),
        (page(302, Location="http://127.0.0.1:1/"), "it does not answer as SES does; check"),
        (SOUND_ACCOUNT | {"SendingEnabled": False}, "sending is paused for the account"),
    ],
    ids=["key", "signature", "expired", "a page", "noise", "redirect", "paused"],
)
def test_what_no_letter_can_pass_is_said_before_the_first(
    ses_server,  # noqa: F811
    answer,
    words,
):
    ses_server.account = answer

    with pytest.raises(MailError, match=words) as caught:
        send(LETTER)

    assert not isinstance(caught.value, Unreachable)
    assert ses_server.requests == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (hang_up, "it hung up; try again"),
        (stall, "it did not answer in time; try again"),
        (page(502), r"it is not well \(502\); try again"),
    ],
)
def test_a_service_that_may_come_back_is_worth_another_try(
    ses_server,  # noqa: F811
    answer,
    words,
):
    ses_server.account = answer

    with pytest.raises(Unreachable, match=words):
        connect(SesTransport(SES, SENDER, timeouts=QUICK if answer is stall else ENDURING))


def test_without_credentials_nothing_is_asked(ses_server, monkeypatch):  # noqa: F811
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")

    with pytest.raises(MailError, match="no AWS credentials were found; set AWS_ACCESS_KEY_ID"):
        connect()

    assert ses_server.questions == 0


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("AWS_PROFILE", "nobody", "the AWS profile does not exist; check AWS_PROFILE"),
        ("AWS_ENDPOINT_URL_SESV2", "nonsense", "is not valid; correct AWS_ENDPOINT_URL_SESV2"),
        ("AWS_ENDPOINT_URL_SESV2", "http://ses.example.com", "would travel in the open; begin"),
    ],
)
def test_settings_of_the_machine_that_are_wrong_are_named(
    ses_server,  # noqa: F811, ARG001
    monkeypatch,
    name,
    value,
    words,
):
    monkeypatch.setenv(name, value)

    with pytest.raises(MailError, match=words):
        connect()


def test_an_account_is_told_of_as_it_is(ses_server):  # noqa: F811
    ses_server.account = SOUND_ACCOUNT | {
        "ProductionAccessEnabled": False,
        "EnforcementStatus": "PROBATION",
    }

    assert asyncio.run(SesTransport(SES, SENDER).try_out()) == AccountFacts(
        may_send=True,
        is_trial=True,
        standing="PROBATION",
        per_second=14.0,
        per_day=50_000,
        left_today=49_000,
        sender=SenderFacts("example.com", Verification.VERIFIED, is_signed=True),
    )


def test_an_account_that_must_not_be_asked_about_is_said_so(ses_server):  # noqa: F811
    ses_server.account = refuse("AccessDeniedException", 403)

    with pytest.raises(MailError, match="it says nothing about the account; allow ses:GetAccount"):
        asyncio.run(SesTransport(SES, SENDER).try_out())


def test_an_account_is_told_of_also_where_nothing_is_said_of_the_sender(
    ses_server,  # noqa: F811
    monkeypatch,
):
    monkeypatch.setattr(module, "HURRIED", QUICK)
    ses_server.identities[SENDER] = stall

    account = asyncio.run(SesTransport(SES, SENDER, timeouts=ENDLESS).try_out())

    assert account.per_second == 14
    assert account.sender == SenderFacts("example.com", Verification.UNKNOWN)
    assert ses_server.identities_asked == [SENDER]


def test_an_account_is_told_of_also_where_the_answer_about_the_sender_trickles_in(
    ses_server,  # noqa: F811
    monkeypatch,
):
    monkeypatch.setattr(module, "HURRIED", SHORT)
    ses_server.identities[SENDER] = trickle(HEAD)

    account = asyncio.run(SesTransport(SES, SENDER).try_out())

    assert account.per_second == 14
    assert account.sender == SenderFacts("example.com", Verification.UNKNOWN)


def test_letters_leave_without_a_question_about_the_sender(ses_server):  # noqa: F811
    send(LETTER)

    assert len(ses_server.letters) == 1
    assert ses_server.identities_asked == []


def test_a_try_does_not_wait_long(ses_server, monkeypatch):  # noqa: F811
    monkeypatch.setattr(module, "HURRIED", QUICK)
    ses_server.account = stall

    with pytest.raises(Unreachable, match="did not answer in time"):
        asyncio.run(SesTransport(SES, SENDER, timeouts=ENDLESS).try_out())

    assert ses_server.questions == 1


@pytest.fixture
def moto_client(moto_server, monkeypatch):  # noqa: F811
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testkey")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testsecret")
    monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", moto_server.endpoint_url)
    client = boto3.session.Session().client("sesv2", region_name="eu-west-1")
    yield client
    client.close()


def test_a_stranger_to_moto_is_refused_and_a_verified_sender_is_not(moto_client):
    before = send(LETTER)
    moto_client.create_email_identity(EmailIdentity="example.com")
    after = send(LETTER)
    moto_client.delete_email_identity(EmailIdentity="example.com")  # others share the server

    assert before.outcomes == [
        Outcome(DeliveryState.FAILED, "MessageRejected", Meaning.SENDER_REFUSED)
    ]
    assert after.outcomes == [Outcome(DeliveryState.ACCEPTED)]
