import pytest

from statusgen.mail.bounces.bounce import Failure, meaning_of, mildest
from statusgen.mail.delivery.replies import Meaning

NOTHING, TROUBLE, GONE = Meaning.NOTHING, Meaning.MAILBOX_TROUBLE, Meaning.NO_SUCH_MAILBOX


@pytest.mark.parametrize(
    ("status", "diagnostic", "meaning"),
    [
        ("5.1.1", "", GONE),
        ("5.1.10", "smtp; 550 mailbox full", GONE),  # a status that says something wins
        ("5.2.2", "", TROUBLE),
        ("5.7.26", "", Meaning.SENDER_REFUSED),
        ("5.0.0", "", TROUBLE),
        ("5.4.4", "", TROUBLE),  # the domain is gone, or its servers are
        ("5.6.1", "", NOTHING),
        ("5.5.2", "", NOTHING),
        ("5.0.0", "smtp; 550 5.1.1 <ann@example.org>: User unknown", GONE),
        ("5.0.0", "smtp; 550-5.1.1 The email account\n 550 5.1.1 does not exist", GONE),
        ("5.0.0", "smtp; 554 5.7.1 blocked as spam", Meaning.SENDER_REFUSED),
        ("5.0.0", "x-unix; user unknown", TROUBLE),  # no reply of a server
        # Whatever the status, who sends or what is sent is to blame.
        ("5.1.1", "SMTP; 550 blocked using zen.spamhaus.org", Meaning.SENDER_REFUSED),
        ("5.1.1", "smtp; 550 5.7.1 <ann@example.org>: blocked", Meaning.SENDER_REFUSED),
        ("5.2.0", "smtp; 550 5.7.515 Access denied", Meaning.SENDER_REFUSED),
        ("5.3.0", "smtp; 550 spam", Meaning.SENDER_REFUSED),
        ("5.1.0", "smtp; 5.1.0 - Unknown address error 550-'5.7.1 spam'", Meaning.SENDER_REFUSED),
        ("5.1.1", "#550 5.7.1 policy ##", Meaning.SENDER_REFUSED),
        ("4.4.7", "smtp; 451 4.7.1 blocked for its reputation", NOTHING),  # nothing final was said
        ("4.2.1", "smtp; 450 4.2.1 Peak SMTP relay limit exceeded", Meaning.TOO_FAST),
        ("5.4.5", "smtp; 550 5.4.5 Daily user sending limit exceeded", Meaning.QUOTA_SPENT),
        ("5.1.1", "smtp; 530 5.7.1 Authentication required", Meaning.CONFIGURATION),
        # A refusal of the reader stays one, whatever else the server says of itself.
        ("5.1.1", "smtp; 550 5.1.1 User unknown; blocked senders see our policy", GONE),
        ("5.1.1", "smtp; 550 mx.spamfilter.example.com: user unknown", GONE),
        ("4.4.7", "", TROUBLE),  # given up after days
        ("4.4.1", "smtp; connect to mx.example.org[192.0.2.1]:25: timed out", TROUBLE),
        ("4.4.7", "smtp; 421 4.4.0 try again", TROUBLE),
        ("4.4.7", "smtp; 421 too many messages from a spam source", NOTHING),
        ("4.2.2", "", TROUBLE),
        ("4.1.1", "", TROUBLE),
        ("4.0.0", "smtp; 451 try again later", NOTHING),
    ],
)
def test_a_failure_means_what_its_status_says_but_the_server_may_blame_the_sender(
    status, diagnostic, meaning
):
    assert meaning_of(Failure((), status, diagnostic)) is meaning


def test_the_mildest_of_several_meanings_counts():
    assert mildest([GONE]) is GONE
    assert mildest([GONE, TROUBLE]) is TROUBLE
    assert mildest([TROUBLE, NOTHING, GONE]) is NOTHING
    assert mildest([GONE, Meaning.SENDER_REFUSED]) is Meaning.SENDER_REFUSED
