import email
import re
from datetime import datetime
from email import policy
from email.header import decode_header, make_header
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from statusgen.mail.letters import headers

BCC = "Outage =?utf-8?q?=0ABcc:_evil@x.test?="
NASTY = st.one_of(
    st.text(max_size=300),
    st.lists(
        st.sampled_from(
            [
                "=?",
                "?=",
                "=",
                "?",
                "\r\n",
                "\n",
                "\x00",
                "utf-8",
                "q",
                "=0ABcc: a@b",
                BCC,
                "é",
                "🔥",
                "\u2028",
                "\u202e",
                " ",
                '"',
                "\\",
                "<",
                ">",
                ",",
                "(",
                "x" * 90,
                "日本語",
                "שלום",
            ]
        ),
        max_size=20,
    ).map("".join),
)


def parse(raw: bytes):
    return email.message_from_bytes(raw + b"X-End: yes\r\n\r\nbody", policy=policy.default)


@given(NASTY)
@example(BCC)
@example("x" * 200)
@example("trailing\n")
def test_no_text_makes_a_second_header_and_every_text_comes_back(text):
    raw = headers.header("Subject", text)
    parsed = parse(raw)

    assert parsed.keys() == ["Subject", "X-End"]
    assert parsed["Subject"] == headers.harmless(text)
    assert raw.isascii()
    assert all(len(line) <= 76 for line in raw.split(b"\r\n"))


@given(NASTY)
@example(BCC)
def test_a_second_decoding_finds_nothing(text):
    once = str(make_header(decode_header(headers.header("Subject", text)[9:].decode().strip())))

    assert "=?" not in once
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", headers.harmless(text))


@given(NASTY)
@example('Acme "Status" <a@b>, \\')
@example("0" * 61 + '=?=?"')
@example("0\r\xa00")
def test_a_display_name_stays_a_name(name):
    raw = headers.mailbox_header("From", name, "status@example.com")
    parsed = parse(raw)

    assert parsed.keys() == ["From", "X-End"]
    assert [one.addr_spec for one in parsed["From"].addresses] == ["status@example.com"]
    shown = parsed["From"].addresses[0].display_name
    # Before 3.13 the parser keeps the space between two encoded-words of a name.
    assert shown.replace(" ", "") == headers.harmless(name).replace(" ", "")
    assert all(len(line) <= 76 for line in raw.split(b"\r\n"))


@given(NASTY)
def test_a_list_id_ends_with_its_name_for_machines(name):
    parsed = parse(headers.list_id_header(name, "status.example.com"))

    assert parsed.keys() == ["List-Id", "X-End"]
    assert parsed["List-Id"].endswith("<status.example.com>")


@pytest.mark.parametrize(
    "address",
    ["", "a", "a@b@c", "a@b,c@d", "a b@c", "a@b\r\nBcc: x@y", "<a@b>", "a@b\x00", "=?q?=@b"],
)
def test_what_is_not_one_plain_address_is_refused(address):
    for write in (headers.recipient_header, lambda one: headers.mailbox_header("To", "", one)):
        with pytest.raises(ValueError, match=r"address|label|codec"):
            write(address)


def test_a_domain_that_is_not_in_ascii_is_refused():
    with pytest.raises(ValueError, match="one plain address"):
        headers.recipient_header("a@bücher.example")


def test_a_date_is_in_utc():
    at = datetime(2026, 11, 21, 3, 4, tzinfo=ZoneInfo("Europe/Berlin"))

    assert headers.date_header(at) == b"Date: Sat, 21 Nov 2026 02:04:00 +0000\r\n"


@given(NASTY)
def test_a_link_can_not_leave_its_brackets(text):
    path = text.encode(errors="ignore").decode()

    raw = headers.links_header("List-Archive", f"https://example.com/{path}")

    assert parse(raw).keys() == ["List-Archive", "X-End"]
    assert raw.count(b"<") == raw.count(b">") == 1


def test_a_value_of_ours_is_printable_ascii():
    with pytest.raises(ValueError, match="not printable"):
        headers.verbatim_header("Date", "now\r\nBcc: a@b")
