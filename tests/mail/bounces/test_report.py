import email

import pytest

from statusgen.mail.bounces.bounce import Incoming, MessageKind, meaning_of
from statusgen.mail.bounces.report import read_report
from statusgen.mail.delivery.replies import Meaning
from tests.mail.bounces import messages

MEANINGS = {
    "POSTFIX": Meaning.NO_SUCH_MAILBOX,
    "EXIM": Meaning.NO_SUCH_MAILBOX,
    "EXCHANGE": Meaning.NO_SUCH_MAILBOX,
    "OPENSMTPD": Meaning.NO_SUCH_MAILBOX,
    "FORWARDED": Meaning.NO_SUCH_MAILBOX,
    "GMAIL": Meaning.MAILBOX_TROUBLE,
    "GAVE_UP": Meaning.MAILBOX_TROUBLE,
    "VAGUE": Meaning.MAILBOX_TROUBLE,
    "POLICY": Meaning.SENDER_REFUSED,
}


def read(raw: bytes) -> Incoming | None:
    return read_report(email.message_from_bytes(raw))


@pytest.mark.parametrize("name", MEANINGS)
def test_a_failure_is_read_with_its_meaning(name):
    (failure,) = read(getattr(messages, name)).failures

    assert failure.addresses[0] == "ann@example.org"
    assert meaning_of(failure) is MEANINGS[name]


@pytest.mark.parametrize("raw", [messages.DELAYED, messages.DELIVERED])
def test_nothing_failed_where_a_letter_is_late_or_there(raw):
    assert read(raw) == Incoming(MessageKind.REPORT)


def test_a_forwarded_letter_is_about_who_it_was_written_to_first():
    (failure,) = read(messages.FORWARDED).failures

    assert failure.addresses == ("ann@example.org", "ann@elsewhere.example")


def test_two_recipients_are_two_failures():
    second = "\nFinal-Recipient: rfc822; bob@example.org\nAction: failed\nStatus: 5.2.2\n"

    found = read(messages.report(messages.status() + second))

    assert [one.addresses for one in found.failures] == [("ann@example.org",), ("bob@example.org",)]
    assert [one.status for one in found.failures] == ["5.1.1", "5.2.2"]


def test_a_letter_that_one_of_two_recipients_got_has_not_failed():
    second = "\nFinal-Recipient: rfc822; bob@example.org\nAction: relayed\nStatus: 2.0.0\n"

    assert read(messages.report(messages.status() + second)) == Incoming(MessageKind.REPORT)


@pytest.mark.parametrize("gone", ["Action", "Final-Recipient"])
def test_a_report_without_a_field_tells_what_it_can(gone):
    raw = messages.report(messages.status(**{gone.replace("-", "_"): ""}))

    found = read(raw)

    if gone == "Action":
        assert found is None
    else:  # the returned letter says whom it was written to
        assert found.failures[0].addresses == ("ann@example.org",)


def test_a_status_part_without_any_recipient_is_not_understood():
    assert read(messages.report("Reporting-MTA: dns; mx.example.com\n")) is None


def test_addresses_in_other_scripts_are_read():
    (failure,) = read(messages.INTERNATIONAL).failures

    assert failure.status == "5.1.1"
    assert "ann@example.org" in failure.addresses
