import email

from statusgen.mail.bounces.parts import blocks_of, parts_of, returned_letter, written_text
from tests.mail.bounces import messages

REPORT = email.message_from_bytes(messages.POSTFIX)


def test_parts_come_outermost_first_without_what_is_in_returned_letters():
    found = email.message_from_bytes(messages.complaint())

    assert [part.get_content_type() for part in parts_of(found)] == [
        "multipart/report",
        "text/plain",
        "message/feedback-report",
        "message/rfc822",
    ]


def test_the_blocks_of_a_status_part_are_the_message_and_its_recipients():
    part = next(one for one in parts_of(REPORT) if one.get_content_maintype() == "message")

    first, second = [one for one in blocks_of(part) if one.keys()]

    assert first["Reporting-MTA"] == "dns; mx.example.com"
    assert second["Action"] == "failed"


def test_a_status_part_in_other_scripts_has_the_same_blocks():
    report = email.message_from_bytes(messages.INTERNATIONAL)
    part = next(one for one in parts_of(report) if "global-delivery" in one.get_content_type())

    assert [one["Status"] for one in blocks_of(part)] == [None, "5.1.1"]


def test_the_returned_letter_is_found_whole_or_as_its_header():
    whole = email.message_from_bytes(messages.complaint())
    other = email.message_from_bytes(messages.INTERNATIONAL)

    assert returned_letter(whole)["To"] == "ann@example.org"
    assert returned_letter(REPORT)["To"] == "ann@example.org"
    assert returned_letter(other)["To"] == "ann@example.org"
    assert returned_letter(email.message_from_bytes(messages.mail())) is None


def test_the_text_for_people_is_decoded():
    mail = email.message_from_bytes(
        b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nSGVsbG8=\n"
    )

    assert written_text(mail) == "Hello"
