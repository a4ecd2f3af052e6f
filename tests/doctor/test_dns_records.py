import socket

import pytest

from statusgen.doctor.dns_records import DnsRecords
from statusgen.errors import Unavailable
from tests.components.dns_server import dns_server

ZONE = {
    ("example.com", "TXT"): ['"v=spf1 include:relay.example" " -all"', '"something else"'],
    ("example.com", "MX"): ["20 backup.example.", "10 mx.example.com."],
    ("example.com", "A"): ["192.0.2.1"],
    ("nomail.example.com", "MX"): ["0 ."],
    ("empty.example.com", "AAAA"): ["2001:db8::1"],
}


@pytest.fixture
def records():
    with dns_server(ZONE) as resolver:
        yield DnsRecords(resolver)


def test_the_parts_of_a_text_are_put_together(records):
    assert set(records.texts("example.com")) == {
        "v=spf1 include:relay.example -all",
        "something else",
    }


def test_mail_hosts_are_named_and_none_at_all_is_an_empty_name(records):
    assert set(records.mail_hosts("example.com")) == {"mx.example.com", "backup.example"}
    assert records.mail_hosts("nomail.example.com") == ("",)


@pytest.mark.parametrize("name", ["missing.example.com", "empty.example.com"])
def test_what_is_not_there_is_nothing(records, name):
    assert records.texts(name) == ()
    assert records.mail_hosts(name) == ()


@pytest.mark.parametrize(
    ("name", "has_address"),
    [
        ("example.com", True),
        ("empty.example.com", True),
        ("nomail.example.com", False),
        ("missing.example.com", False),
    ],
)
def test_addresses_of_both_kinds_count(records, name, has_address):
    assert records.has_address(name) is has_address


def test_a_server_that_fails_is_no_answer():
    with (
        dns_server({}, is_broken=True) as resolver,
        pytest.raises(Unavailable, match=r"no answer for example\.com; check the network, or name"),
    ):
        DnsRecords(resolver).texts("example.com")


def test_a_server_that_is_silent_is_no_answer_after_a_while():
    with socket.socket(type=socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))

        with pytest.raises(Unavailable, match="no answer"):
            DnsRecords(silent.getsockname(), timeout_s=0.2).texts("example.com")


def test_a_name_that_no_zone_can_hold_is_no_answer(records):
    with pytest.raises(Unavailable):
        records.texts("a" * 64 + ".example.com")
