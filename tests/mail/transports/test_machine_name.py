import socket
import time

import pytest

from statusgen.mail.transports import machine_name
from statusgen.mail.transports.machine_name import address_literal, full_name


@pytest.fixture(autouse=True)
def anew():
    full_name.cache_clear()
    yield
    full_name.cache_clear()


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("mail.example.com", "mail.example.com"),
        ("Mail.Example.COM.", "mail.example.com"),
        ("a-1.b.example", "a-1.b.example"),
        *((one, "") for one in ("vm", "localhost", "localhost.localdomain", "mac.local", "")),
        *((one, "") for one in ("192.0.2.1", "2001:db8::1", "my_host.example.com", "-a.example")),
        ("a b.example.com", ""),
    ],
)
def test_only_a_full_name_that_others_may_know_is_one(monkeypatch, called, name):
    monkeypatch.setattr(socket, "getfqdn", lambda: called)

    assert full_name() == name


def test_a_name_service_that_fails_or_hangs_gives_no_name(monkeypatch):
    monkeypatch.setattr(machine_name, "_PATIENCE_S", 0.01)
    for ask in (fail, hang):
        monkeypatch.setattr(socket, "getfqdn", ask)

        assert full_name() == ""
        full_name.cache_clear()


def fail():
    raise OSError("no such host")


def hang():
    time.sleep(1)
    return "mail.example.com"


@pytest.mark.parametrize(
    ("address", "literal"),
    [
        ("192.0.2.1", "[192.0.2.1]"),
        ("2001:db8::1", "[IPv6:2001:db8::1]"),
        ("fe80::1%eth0", "[IPv6:fe80::1]"),
    ],
)
def test_an_address_stands_in_brackets(address, literal):
    assert address_literal(address) == literal
