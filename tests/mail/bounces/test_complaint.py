import email

import pytest

from statusgen.mail.bounces.bounce import Incoming, MessageKind
from statusgen.mail.bounces.complaint import read_complaint
from tests.mail.bounces import messages


def read(raw: bytes) -> Incoming | None:
    return read_complaint(email.message_from_bytes(raw))


@pytest.mark.parametrize("kind", ["abuse", "Fraud", "opt-out"])
def test_a_complaint_tells_who_complained(kind):
    found = read(messages.complaint(kind))

    assert found.kind is MessageKind.COMPLAINT
    assert found.failures[0].addresses[0] == "ann@example.org"


def test_where_the_provider_keeps_the_address_the_letter_tells_it():
    assert read(messages.complaint(rcpt="")).failures[0].addresses == ("ann@example.org",)


@pytest.mark.parametrize("kind", ["not-spam", "virus", "auth-failure"])
def test_other_feedback_is_no_complaint(kind):
    assert read(messages.complaint(kind)) == Incoming(MessageKind.REPORT)


def test_feedback_without_a_kind_is_not_understood():
    assert read(messages.complaint().replace(b"Feedback-Type: abuse\n", b"")) is None
