import email

import pytest

from statusgen.mail.bounces.bounce import Incoming, meaning_of
from statusgen.mail.bounces.old_bounce import read_old_bounce
from statusgen.mail.delivery.replies import Meaning
from tests.mail.bounces import messages


def read(raw: bytes) -> Incoming | None:
    return read_old_bounce(email.message_from_bytes(raw))


@pytest.mark.parametrize(
    ("raw", "meaning"),
    [
        (messages.QMAIL, Meaning.NO_SUCH_MAILBOX),
        (messages.EXIM_OLD, Meaning.NO_SUCH_MAILBOX),
        (messages.YAHOO, Meaning.MAILBOX_TROUBLE),  # no code: a strike, no more
    ],
    ids=["qmail", "exim", "yahoo"],
)
def test_bounces_of_no_standard_are_read(raw, meaning):
    (failure,) = read(raw).failures

    assert failure.addresses == ("ann@example.org",)
    assert meaning_of(failure) is meaning


def test_what_nobody_knows_is_not_understood():
    assert read(messages.NOVEL) is None
