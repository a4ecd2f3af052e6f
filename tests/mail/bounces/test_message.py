import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statusgen.mail.bounces.bounce import Failure, Incoming, MessageKind
from statusgen.mail.bounces.child_reader import LIMIT_S
from statusgen.mail.bounces.mailbox import MOST_BYTES
from statusgen.mail.bounces.message import read_message
from tests.mail.bounces import messages

AUTOMATIC = {
    "Auto-Submitted": "auto-replied (vacation)",
    "Precedence": "bulk",
    "Precedence in capitals": "Auto_Reply",
    "X-Autoreply": "yes",
    "X-Auto-Response-Suppress": "All",
    "Return-Path": "<>",
}
OF_A_LIST = {"List-Id": "<some.list.example>", "Precedence": "list"}


@pytest.mark.parametrize(
    "raw",
    [
        *(messages.POSTFIX, messages.EXIM, messages.EXCHANGE, messages.GMAIL, messages.DELAYED),
        *(messages.QMAIL, messages.YAHOO, messages.EXIM_OLD, messages.INTERNATIONAL),
        *(messages.as_bytes(messages.ses_bounce()), messages.complaint()),
    ],
)
def test_a_report_shows_the_label_of_our_return_path(raw):
    assert read_message(raw).return_paths == (messages.LABEL,)


def test_a_report_shows_the_signed_token_in_the_header_that_it_returns():
    assert read_message(messages.POSTFIX).tokens == (messages.SIGNED,)


def test_the_label_survives_what_mail_systems_do_to_the_case_of_letters():
    raw = messages.POSTFIX.replace(messages.LABEL.encode(), messages.LABEL.upper().encode())

    assert read_message(raw).return_paths == (messages.LABEL,)


@pytest.mark.parametrize(
    "subject",
    [
        messages.SIGNED,
        f"unsubscribe {messages.SIGNED}",
        f"unsubscribe\n {messages.SIGNED}",
        f"=?utf-8?Q?unsubscribe_{messages.SIGNED.replace('_', '=5F')}?=",
    ],
)
def test_an_unsubscribe_mail_shows_the_token_in_its_subject(subject):
    assert read_message(messages.mail(subject)) == Incoming(
        MessageKind.MAIL, tokens=(messages.SIGNED,)
    )


@pytest.mark.parametrize("subject", ["Re: Login is slow", messages.SIGNED + "A", "=?x?B?!?=", ""])
def test_a_mail_with_another_subject_shows_none_even_where_it_quotes_a_letter(subject):
    assert read_message(messages.mail(subject)) == Incoming(MessageKind.MAIL)


@pytest.mark.parametrize("name", AUTOMATIC)
def test_what_a_machine_sent_is_no_unsubscribe_mail(name):
    raw = messages.mail(**{name.partition(" ")[0]: AUTOMATIC[name]})

    assert read_message(raw) == Incoming(MessageKind.AUTOMATIC, tokens=(messages.SIGNED,))


@pytest.mark.parametrize("name", OF_A_LIST)
def test_a_mail_that_a_list_passed_on_is_one_if_it_bears_a_token(name):
    mail, other = (
        messages.mail(subject, **{name: OF_A_LIST[name]}) for subject in (messages.SIGNED, "hello")
    )

    assert read_message(mail) == Incoming(MessageKind.MAIL, tokens=(messages.SIGNED,))
    assert read_message(other) == Incoming(MessageKind.AUTOMATIC)


def test_a_person_whose_mailbox_is_called_postmaster_may_unsubscribe():
    raw = messages.mail().replace(b"ann@", b"postmaster@")

    assert read_message(raw) == Incoming(MessageKind.MAIL, tokens=(messages.SIGNED,))


def test_a_bounce_of_an_unsubscribe_mail_is_none():
    raw = messages.QMAIL.replace(b"failure notice", f"failed: {messages.SIGNED}".encode())

    assert read_message(raw).kind is MessageKind.REPORT


def test_a_mail_that_says_it_is_not_automatic_is_read():
    assert read_message(messages.mail(Auto_Submitted="no")).tokens == (messages.SIGNED,)


def test_a_receipt_is_automatic():
    raw = messages.POSTFIX.replace(b"message/delivery-status", b"message/disposition-notification")

    assert read_message(raw) == Incoming(MessageKind.AUTOMATIC)


def test_a_bounce_that_somebody_forwards_is_only_a_mail():
    raw = (
        b"From: ann@example.org\nTo: status@example.com\nSubject: what is this?\nMIME-Version: 1.0"
        b'\nContent-Type: multipart/mixed; boundary="m"\n\n--m\nContent-Type: message/rfc822\n\n'
        + messages.POSTFIX
        + b"\n--m--\n"
    )

    assert read_message(raw) == Incoming(MessageKind.MAIL)


@pytest.mark.parametrize(
    "raw", [b"", b"\n", b"{", b"{}", b"[]", b"\0" * 99, b"no header", messages.NOVEL]
)
def test_what_makes_no_sense_is_not_understood(raw):
    assert read_message(raw) is None


def deep(levels: int) -> bytes:
    head = b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(levels)
    )
    return b"From: MAILER-DAEMON@example.org\n" + head + b"\ntext\n"


HOSTILE = {
    "deep": deep(4_000),
    "letter in letter": b"Content-Type: message/rfc822\n\n" * 8_000,
    "many parts": b"From: a@b\nContent-Type: multipart/report; boundary=b\n\n" + b"--b\n\n" * 9_000,
    "one long header": b"Subject: " + b"x" * MOST_BYTES + b"\n\n",
    "encoded words": b"Subject: " + b"=?utf-8?q?=41?= " * 15_000 + b"\n\n",
    "many headers": b"".join(b"To: a+%d@example.org\n" % n for n in range(10_000)) + b"\n",
    "folded": b"Subject: x\n" + b" y\n" * 60_000 + b"\n",
    "many blocks": messages.report(messages.status() + "\nAction: failed\n" * 10_000),
    "many addresses": messages.report(messages.status(Final_Recipient="a@b.example," * 20_000)),
    "deep JSON": b"{" + b'"a":[' * 50_000,
    "labels": b"From: mailer-daemon@x\n\n" + b"+sub_ann00001-" * 15_000,
    "statuses": b"From: mailer-daemon@x\n\n" + b"5.1." * 60_000,
    "parameters": b"Content-Type: multipart/report" + b"; a=b" * 50_000 + b"\n\n",
    "quotes": b"From: mailer-daemon@x\nContent-Type: a/b; c=" + b'"\\' * 60_000 + b"\n\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_messages_raise_nothing_and_are_read_within_the_limit(name):
    began = time.process_time()

    read_message(HOSTILE[name][:MOST_BYTES])

    assert time.process_time() - began < LIMIT_S


@given(st.integers(0, 2**32))
def test_damaged_messages_raise_nothing(seed):
    chance = random.Random(seed)
    raw = bytearray(chance.choice([messages.POSTFIX, messages.QMAIL, messages.complaint()]))
    for _ in range(chance.randrange(1, 40)):
        raw[chance.randrange(len(raw))] = chance.randrange(256)

    found = read_message(bytes(raw[: chance.randrange(len(raw))]))

    assert found is None or isinstance(found, Incoming)


@given(st.binary(max_size=300))
def test_any_bytes_raise_nothing(raw):
    found = read_message(b"From: mailer-daemon@x\n" + raw)

    assert found is None or isinstance(found, Incoming)


def test_a_report_cut_short_still_tells_who_failed():
    letter = messages.LETTER_HEADERS + "\n" + "x" * 70 + "\n" * 9_000
    whole = messages.report(messages.STATUS_POSTFIX, letter + "y\n" * 300_000)

    found = read_message(whole[:MOST_BYTES])

    assert found.failures[0].addresses == ("ann@example.org",)
    assert isinstance(found.failures[0], Failure)
