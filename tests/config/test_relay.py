import pytest

from statusgen.config.relay import Relay, is_this_machine, parse_relay


@pytest.mark.parametrize(
    ("url", "relay"),
    [
        ("smtp://relay.example", Relay("relay.example", 587)),
        ("smtps://me@relay.example", Relay("relay.example", 465, "me", is_implicit_tls=True)),
        ("smtp://me%40example.com@relay.example:25", Relay("relay.example", 25, "me@example.com")),
        ("smtp://localhost", Relay("localhost", 25, is_loopback=True)),
        ("smtp://127.8.8.8:2525", Relay("127.8.8.8", 2525, is_loopback=True)),
        ("smtp://[::1]:25", Relay("::1", 25, is_loopback=True)),
    ],
)
def test_a_url_names_a_relay(url, relay):
    assert parse_relay(url) == relay


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://relay.example", "starts with smtp:// or smtps://"),
        ("smtp://me:secret@relay.example", "STATUSGEN_SMTP_PASSWORD"),
        ("smtp://relay.example/path", "ends after its port"),
        ("smtp://", "host is missing"),
        ("smtp://relay.example:99999", "ort"),
    ],
)
def test_a_wrong_url_is_refused_with_a_sentence(url, sentence):
    with pytest.raises(ValueError, match=sentence):
        parse_relay(url)


@pytest.mark.parametrize(
    ("host", "is_it"),
    [
        ("localhost", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("relay.example", False),
        ("", False),
    ],
)
def test_this_machine_is_known_by_its_loopback_names(host, is_it):
    assert is_this_machine(host) is is_it
