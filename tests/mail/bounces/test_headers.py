import email

import pytest

from statusgen.mail.bounces.headers import addresses_in, status_in, text_of


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("5.1.1", "5.1.1"),
        ("5.1.1 (bad destination)", "5.1.1"),
        ("(#5.1.1)", "5.1.1"),
        ("550 5.7.515 Access denied.", "5.7.515"),
        ("at 5.1.1.3", ""),
        ("15.1.1", ""),
        ("3.1.1", ""),
        ("", ""),
    ],
)
def test_a_status_is_told_from_other_numbers(text, status):
    assert status_in(text) == status


@pytest.mark.parametrize(
    "text", ["rfc822; ann@example.org", "rfc822;<ann@example.org>", "Ann <ann@example.org>"]
)
def test_addresses_are_found_in_every_form(text):
    assert addresses_in(text) == ("ann@example.org",)


def test_a_field_is_one_text_even_where_it_is_not_ascii():
    message = email.message_from_bytes("Subject: Störung\n\n".encode())

    assert "rung" in text_of(message, "Subject")
    assert text_of(message, "To") == ""
