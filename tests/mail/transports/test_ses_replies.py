import pytest

from statusgen.config.ses import Ses
from statusgen.errors import MailError
from statusgen.mail.letter_states import DeliveryState
from statusgen.mail.transports.ses_replies import NOT_SES, SesRefusal, explain, refusal
from statusgen.mail.transports.transport import Unreachable

SES = Ses("eu-west-1")
QUEUED, FAILED, IN_DOUBT = DeliveryState.QUEUED, DeliveryState.FAILED, DeliveryState.IN_DOUBT
UNVERIFIED = (
    "Email address is not verified. The following identities failed the check in region "
    "EU-WEST-1: Ann <ann@example.com>"
)


@pytest.mark.parametrize(
    ("code", "status", "words", "state", "meaning"),
    [
        ("TooManyRequestsException", 429, "Too Many Requests", QUEUED, "too_fast"),
        ("TooManyRequestsException", 429, "Maximum sending rate exceeded.", QUEUED, "too_fast"),
        ("ThrottlingException", 400, "Maximum sending rate exceeded.", QUEUED, "too_fast"),
        ("Throttling", 400, "Rate exceeded", QUEUED, "too_fast"),
        ("LimitExceededException", 400, "Maximum sending rate exceeded.", QUEUED, "too_fast"),
        ("429", 429, "", QUEUED, "too_fast"),
        ("ThrottlingException", 400, "Daily message quota exceeded.", QUEUED, "quota_spent"),
        ("TooManyRequestsException", 429, "Daily message quota exceeded", QUEUED, "quota_spent"),
        ("LimitExceededException", 400, "Daily message quota exceeded", QUEUED, "quota_spent"),
        ("LimitExceededException", 400, "", QUEUED, "quota_spent"),
        ("AccountSuspendedException", 400, "", QUEUED, "configuration"),
        ("SendingPausedException", 400, "", QUEUED, "configuration"),
        ("MessageRejected", 400, "Sending paused for this account.", QUEUED, "configuration"),
        ("MessageRejected", 400, UNVERIFIED, QUEUED, "configuration"),
        ("MailFromDomainNotVerifiedException", 400, "", QUEUED, "configuration"),
        ("NotFoundException", 404, "", QUEUED, "configuration"),
        ("AccessDeniedException", 403, "", QUEUED, "configuration"),
        ("UnrecognizedClientException", 403, "", QUEUED, "configuration"),
        ("InvalidSignatureException", 403, "", QUEUED, "configuration"),
        ("ExpiredTokenException", 403, "", QUEUED, "configuration"),
        ("302", 302, "", QUEUED, "configuration"),
        ("ServiceUnavailable", 503, "", QUEUED, "relay_busy"),
        ("503", 503, "<html>", QUEUED, "relay_busy"),
        ("RequestTimeout", 408, "", QUEUED, "relay_busy"),
        ("MessageRejected", 400, "It holds a virus.", FAILED, "sender_refused"),
        ("BadRequestException", 400, "Illegal address", FAILED, "sender_refused"),
        ("413", 413, "", FAILED, "sender_refused"),
        ("InternalFailure", 500, "", IN_DOUBT, ""),
        ("502", 502, "", IN_DOUBT, ""),
        ("504", 504, "", IN_DOUBT, ""),
    ],
)
def test_what_a_refusal_means_for_the_letter(code, status, words, state, meaning):
    outcome = refusal(code, status, words).outcome

    assert (outcome.state, outcome.meaning) == (state, meaning)


@pytest.mark.parametrize("status", [503, 408, 500, 502, 504])
def test_who_is_not_well_is_asked_how_it_is_before_the_next_letter(status):
    assert not refusal(str(status), status, "").outcome.is_connection_usable


@pytest.mark.parametrize("status", [400, 403, 404, 429])
def test_a_plain_refusal_leaves_the_connection_usable(status):
    assert refusal("MessageRejected", status, "").outcome.is_connection_usable


def test_an_address_that_looks_like_a_word_of_ses_is_not_taken_for_it():
    words = "Email address is not verified: quota@example.com"

    assert refusal("MessageRejected", 400, words).code == "NotVerified"


def test_a_reply_is_a_code_and_never_words():
    assert refusal("MessageRejected", 400, "ann@example.com").outcome.reply == "MessageRejected"
    assert SesRefusal("ann@example.com: no!" * 9, 400).outcome.reply.isalnum()
    assert len(SesRefusal("x" * 99, 400).outcome.reply) == 40


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("SendingPaused", "look into the SES console"),
        ("AccountSuspended", "look into the account's mailbox"),
        ("NotVerified", "verify the domains of mail.from and mail.return_path"),
        ("NotFound", "correct it in mail.transport"),
        ("AccessDenied", "need ses:SendEmail and ses:SendRawEmail"),
        ("ExpiredToken", "sign in again"),
        ("NoCredentialsError", "set AWS_ACCESS_KEY_ID"),
        (NOT_SES, "check AWS_ENDPOINT_URL_SESV2"),
    ],
)
def test_what_keeps_every_letter_is_said_with_a_remedy(code, words):
    error = explain(code, SES)

    assert type(error) is MailError
    assert str(error).startswith("SES in eu-west-1: ")
    assert words in str(error)
    assert str(error).endswith(", then run `statusgen mail resume`")


@pytest.mark.parametrize(
    "code",
    ["EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "HTTPClientError"],
)
def test_what_may_pass_is_worth_another_try(code):
    assert isinstance(explain(code, SES), Unreachable)


@pytest.mark.parametrize("code", ["MessageRejected", "TooManyRequests", "LimitExceeded", "500"])
def test_what_is_about_one_letter_or_the_rate_stops_nobody(code):
    assert explain(code, SES) is None
