import pytest

from statusgen.mail.bounces.bounce import Incoming, MessageKind, meaning_of
from statusgen.mail.bounces.ses import read_notice
from statusgen.mail.delivery.replies import Meaning
from tests.mail.bounces.messages import as_bytes, ses, ses_bounce, through_sns


@pytest.mark.parametrize("wrap", [as_bytes, through_sns], ids=["directly", "through SNS"])
@pytest.mark.parametrize(
    ("notice", "meaning"),
    [
        (ses_bounce(status="5.1.1", diagnosticCode="smtp; 550 5.1.1"), Meaning.NO_SUCH_MAILBOX),
        (ses_bounce(detail="NoEmail"), Meaning.NO_SUCH_MAILBOX),
        (ses_bounce(detail="OnAccountSuppressionList"), Meaning.NO_SUCH_MAILBOX),
        (ses_bounce(diagnosticCode="smtp; 550 user unknown"), Meaning.NO_SUCH_MAILBOX),
        (ses_bounce(), Meaning.MAILBOX_TROUBLE),
        (ses_bounce("Undetermined", "Undetermined"), Meaning.MAILBOX_TROUBLE),
        (ses_bounce("Transient", "MailboxFull"), Meaning.MAILBOX_TROUBLE),
        (ses_bounce(status="5.7.1"), Meaning.SENDER_REFUSED),
    ],
)
def test_a_bounce_is_read_with_its_meaning(wrap, notice, meaning):
    (failure,) = read_notice(wrap(notice)).failures

    assert failure.addresses == ("ann@example.org",)
    assert meaning_of(failure) is meaning


def test_a_transient_bounce_may_be_an_out_of_office_reply_and_is_no_failure():
    assert read_notice(as_bytes(ses_bounce("Transient"))) == Incoming(MessageKind.REPORT)


def test_a_bounce_through_event_bridge_is_read():
    notice = {"source": "aws.ses", "detail-type": "Email Bounced", "detail": ses_bounce()}
    notice["detail"]["eventType"] = notice["detail"].pop("notificationType")

    assert len(read_notice(as_bytes(notice)).failures) == 1


def test_a_complaint_tells_who_complained():
    told = [{"emailAddress": "ann@example.org"}]
    notice = ses("Complaint", complainedRecipients=told, complaintFeedbackType="abuse")

    found = read_notice(through_sns(notice))

    assert found.kind is MessageKind.COMPLAINT
    assert found.failures[0].addresses == ("ann@example.org",)


def test_a_reader_who_takes_a_complaint_back_complains_of_nothing():
    notice = ses("Complaint", complainedRecipients=[], complaintFeedbackType="not-spam")

    assert read_notice(as_bytes(notice)) == Incoming(MessageKind.REPORT)


@pytest.mark.parametrize("kind", ["Delivery", "DeliveryDelay", "Send", "Open"])
def test_other_news_are_no_failures(kind):
    assert read_notice(as_bytes(ses(kind))) == Incoming(MessageKind.REPORT)


def test_the_greeting_of_a_new_topic_is_nothing():
    text = "Successfully validated SNS topic for Amazon SES event publishing."

    assert read_notice(through_sns(text)) == Incoming(MessageKind.AUTOMATIC)


def test_what_somebody_else_put_into_the_queue_is_not_understood():
    assert read_notice(as_bytes({"order": 7})) is None
