import pytest

from statusgen.model.bounce import Failure, meaning_of, mildest
from statusgen.model.replies import Meaning

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
        ("4.4.7", "", NOTHING),  # after days; the network, or the whole domain
        ("4.2.2", "", TROUBLE),
        ("4.1.1", "", TROUBLE),
        ("4.0.0", "smtp; 451 try again later", NOTHING),
    ],
)
def test_a_failure_means_what_its_status_says_or_else_what_the_server_said(
    status, diagnostic, meaning
):
    assert meaning_of(Failure((), status, diagnostic)) is meaning


def test_the_mildest_of_several_meanings_counts():
    assert mildest([GONE]) is GONE
    assert mildest([GONE, TROUBLE]) is TROUBLE
    assert mildest([TROUBLE, NOTHING, GONE]) is NOTHING
    assert mildest([GONE, Meaning.SENDER_REFUSED]) is Meaning.SENDER_REFUSED
