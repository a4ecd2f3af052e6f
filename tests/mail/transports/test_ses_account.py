"""What is asked of SES, as our own script plays it and as the SDK and moto know it."""

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from statusgen.mail.transports import ses_account as module
from statusgen.mail.transports.senders import SenderFacts, Verification
from statusgen.mail.transports.ses_account import ask_about_sender
from tests.components.moto_server import moto_server  # noqa: F401 - a fixture
from tests.components.ses_server import (
    SOUND_IDENTITY,
    half_an_answer,
    hang_up,
    no_http,
    noise,
    page,
    refuse,
    ses_server,  # noqa: F401 - a fixture
)

ADDRESS = "Status@mail.example.com"
SIGNED = SenderFacts("example.com", Verification.VERIFIED, is_signed=True)
UNVERIFIED = {
    "VerifiedForSendingStatus": False,
    "VerificationStatus": "PENDING",
    "DkimAttributes": {"SigningEnabled": True, "Status": "PENDING"},
}
DENIED = refuse("AccessDeniedException", 403, f"No ses:GetEmailIdentity on {ADDRESS}.")


def make_client(url, read_s=1):
    return boto3.session.Session(
        aws_access_key_id="testkey",
        aws_secret_access_key="testsecret",
    ).client(
        "sesv2",
        region_name="eu-west-1",
        endpoint_url=url,
        config=Config(read_timeout=read_s, retries={"total_max_attempts": 1}),
    )


@pytest.fixture
def client(ses_server):  # noqa: F811
    ses_server.identities = {}
    client = make_client(ses_server.url)
    yield client
    client.close()


@pytest.mark.parametrize(
    ("verified", "asked", "domain"),
    [
        (ADDRESS, [ADDRESS], "mail.example.com"),
        ("mail.example.com", [ADDRESS, "mail.example.com"], "mail.example.com"),
        ("example.com", [ADDRESS, "mail.example.com", "example.com"], "example.com"),
    ],
    ids=["the address", "its domain", "the domain above"],
)
def test_the_narrowest_identity_that_is_verified_lets_us_send(
    client,
    ses_server,  # noqa: F811
    verified,
    asked,
    domain,
):
    ses_server.identities[verified] = SOUND_IDENTITY

    sender = ask_about_sender(client, ADDRESS)

    assert sender == SenderFacts(domain, Verification.VERIFIED, is_signed=True)
    assert ses_server.identities_asked == asked


def test_no_top_level_domain_is_asked_about(client, ses_server):  # noqa: F811
    sender = ask_about_sender(client, "status@a.b.example.com")

    assert sender == SenderFacts("a.b.example.com", Verification.MISSING)
    assert ses_server.identities_asked[1:] == ["a.b.example.com", "b.example.com", "example.com"]


@pytest.mark.parametrize("narrow", [UNVERIFIED, DENIED, refuse("BadRequestException")])
def test_what_is_not_verified_or_not_told_stands_in_the_way_of_no_domain_above(
    client,
    ses_server,  # noqa: F811
    narrow,
):
    ses_server.identities = dict.fromkeys([ADDRESS, "mail.example.com"], narrow)
    ses_server.identities["example.com"] = SOUND_IDENTITY

    assert ask_about_sender(client, ADDRESS) == SIGNED


@pytest.mark.parametrize(
    ("identities", "verification", "domain"),
    [
        ({}, Verification.MISSING, "mail.example.com"),
        ({"mail.example.com": UNVERIFIED}, Verification.UNVERIFIED, "mail.example.com"),
        ({"example.com": UNVERIFIED}, Verification.UNVERIFIED, "example.com"),
        ({ADDRESS: DENIED}, Verification.NOT_ALLOWED, "mail.example.com"),
        ({"example.com": DENIED}, Verification.NOT_ALLOWED, "example.com"),
        (
            {ADDRESS: DENIED, "mail.example.com": UNVERIFIED},
            Verification.NOT_ALLOWED,
            "mail.example.com",
        ),
    ],
    ids=[
        "none",
        "unverified",
        "unverified above",
        "not allowed",
        "not allowed above",
        "not allowed, and unverified above",
    ],
)
def test_a_sender_who_may_be_verified_by_what_must_not_be_asked_about_is_not_called_unverified(
    client,
    ses_server,  # noqa: F811
    identities,
    verification,
    domain,
):
    ses_server.identities = identities

    assert ask_about_sender(client, ADDRESS) == SenderFacts(domain, verification)


@pytest.mark.parametrize(
    "answer",
    [
        hang_up,
        half_an_answer,
        noise,
        no_http,
        page(200),
        page(502),
        page(302, Location="http://127.0.0.1:1/"),
        refuse("InternalServiceErrorException", 500),
        refuse("ExpiredTokenException", 403),
        {},
    ],
    ids=[
        "hang up",
        "half an answer",
        "noise",
        "no HTTP",
        "a page",
        "bad gateway",
        "redirect",
        "failure",
        "expired",
        "empty",
    ],
)
def test_no_answer_ends_the_questions_and_nothing_else(client, ses_server, answer):  # noqa: F811
    ses_server.identities = {ADDRESS: answer, "example.com": SOUND_IDENTITY}

    sender = ask_about_sender(client, ADDRESS)

    assert sender == SenderFacts("mail.example.com", Verification.UNKNOWN)
    assert ses_server.identities_asked == [ADDRESS]


def too_many_requests(times):
    answers = [refuse("TooManyRequestsException", 429, "Rate exceeded")] * times

    def answer(handler):
        if answers:
            answers.pop()(handler)
        else:
            handler.reply(200, SOUND_IDENTITY)

    return answer


@pytest.mark.parametrize(
    ("times", "verification"), [(1, Verification.VERIFIED), (2, Verification.UNKNOWN)]
)
def test_a_question_too_many_is_asked_once_more(
    client,
    ses_server,  # noqa: F811
    monkeypatch,
    times,
    verification,
):
    monkeypatch.setattr(module, "PAUSE_S", 0)
    ses_server.identities[ADDRESS] = too_many_requests(times)

    assert ask_about_sender(client, ADDRESS).verification is verification
    assert ses_server.identities_asked == [ADDRESS] * 2


def test_who_answers_slowly_is_not_asked_for_long(client, ses_server, monkeypatch):  # noqa: F811
    monkeypatch.setattr(module, "_PATIENCE_S", -1)

    assert ask_about_sender(client, ADDRESS).verification is Verification.UNKNOWN
    assert ses_server.identities_asked == []


@pytest.mark.parametrize(
    "dkim",
    [
        {"SigningEnabled": False, "Status": "SUCCESS"},
        {"SigningEnabled": True, "Status": "PENDING"},
        {},
    ],
    ids=["turned off", "pending", "not told"],
)
def test_a_sender_without_dkim_is_verified_and_not_signed(client, ses_server, dkim):  # noqa: F811
    ses_server.identities["example.com"] = SOUND_IDENTITY | {"DkimAttributes": dkim}

    sender = ask_about_sender(client, ADDRESS)

    assert sender == SenderFacts("example.com", Verification.VERIFIED, is_signed=False)


@pytest.mark.parametrize("answer", [SOUND_IDENTITY, UNVERIFIED], ids=["sound", "unverified"])
def test_what_the_script_answers_has_the_shape_that_the_sdk_knows(client, answer):
    operation = client.meta.service_model.operation_model("GetEmailIdentity")
    dkim = operation.output_shape.members["DkimAttributes"].members

    with Stubber(client) as stubber:  # it refuses an answer with unknown names or wrong kinds
        stubber.add_response("get_email_identity", answer)
        client.get_email_identity(EmailIdentity="example.com")

    assert answer["DkimAttributes"]["Status"] in dkim["Status"].enum
    assert {error.name for error in operation.error_shapes} >= {
        "NotFoundException",
        "BadRequestException",
        "TooManyRequestsException",
    }


def test_moto_knows_an_identity_once_it_was_made(moto_server):  # noqa: F811
    client = make_client(moto_server.endpoint_url, 60)
    before = ask_about_sender(client, "status@identity.example.com")
    client.create_email_identity(EmailIdentity="identity.example.com")
    after = ask_about_sender(client, "status@identity.example.com")
    client.close()

    assert before.verification is Verification.MISSING
    assert after == SenderFacts("identity.example.com", Verification.UNVERIFIED)
