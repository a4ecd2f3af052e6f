from datetime import date

import pytest

from statusgen.config import values
from statusgen.values.notation import BadValue

GOOD = [
    (values.text, "a", "a"),
    (values.paragraph, "a\n\n b ", "a\nb"),
    (values.optional_text, "", None),
    (values.texts, ["a", "b"], ("a", "b")),
    (values.number, 0, 0),
    (values.positive, 1, 1),
    (values.share, "0%", 0.0),
    (values.share, "100 %", 1.0),
    (values.language, "pt-BR", "pt-BR"),
    (values.language, "DE", "de"),
    (values.day, "2026-11-21", date(2026, 11, 21)),
    (values.day, date(2026, 11, 21), date(2026, 11, 21)),
    (values.web_url, "https://example.com/", "https://example.com"),
    (values.web_url, f"https://example.com/{'a' * 400}", f"https://example.com/{'a' * 400}"),
    (values.web_url, "http://127.0.0.1:9000", "http://127.0.0.1:9000"),
    (values.web_url, "http://[::1]:9000/a", "http://[::1]:9000/a"),
    (values.web_url, "http://localhost:8000/A", "http://localhost:8000/A"),
    (values.web_url, "https://ex\u00e4mple.com/a", "https://xn--exmple-cua.com/a"),
    (values.support, "https://example.com/help", "https://example.com/help"),
    (values.support, "mailto:help@example.com", "mailto:help@example.com"),
    (values.address, "status@example.com", "status@example.com"),
    (values.mailbox, "status@example.com", ("", "status@example.com")),
    (values.mailbox, '"Acme, Inc." <s@example.com>', ("Acme, Inc.", "s@example.com")),
    (values.helo, "mail.example.com", "mail.example.com"),
    (values.helo, "[192.0.2.1]", "[192.0.2.1]"),
    (values.helo, "[IPv6:2001:db8::1]", "[IPv6:2001:db8::1]"),
    (values.header_name, "", None),
    (values.header_name, "X-Once", "X-Once"),
    (values.level_key, "sev-5", "SEV5"),
]
BAD = [
    (values.text, 5),
    (values.text, "a\nb"),
    (values.paragraph, ["a"]),
    (values.paragraph, "a\x07"),
    (values.paragraph, "a\n" * 1001),
    *((values.helo, one) for one in ("localhost", "192.0.2.1", "[2001:db8::1]", "[IPv6:1.2.3.4]")),
    *(
        (values.helo, one)
        for one in ("a b.example", "-a.example", "a..example", "[]", "[300.1.1.1]")
    ),
    (values.texts, "a"),
    (values.texts, [1]),
    (values.number, -1),
    (values.number, True),
    (values.number, 1.5),
    (values.positive, 0),
    (values.share, 20),
    (values.share, "101%"),
    (values.share, "\u0662%"),
    (values.day, 5),
    (values.day, "soon"),
    (values.zone, "Mars/Olympus"),
    (values.language, "English"),
    (values.web_url, "ftp://example.com"),
    (values.web_url, "https://"),
    (values.web_url, "https://user:secret@example.com"),
    (values.web_url, "https://example.com/?a=b"),
    (values.web_url, "https://example.com/?"),
    (values.web_url, "https://example.com/#"),
    (values.web_url, "https://example.com:99999"),
    (values.web_url, "https://[::1"),
    (values.web_url, 'https://example.com/"><script>'),
    (values.web_url, "https://ex ample.com"),
    (values.web_url, "https://-"),
    (values.web_url, "https://x..y"),
    (values.web_url, "https://example.com.."),
    (values.web_url, "https://.example.com"),
    (values.web_url, "https://-x.example.com"),
    (values.web_url, "https://under_score.example.com"),
    (values.web_url, "https://1.2.3"),
    (values.web_url, "https://1.2.3.256"),
    (values.web_url, f"https://{'a' * 64}.example.com"),
    (values.web_url, "https://@example.com"),
    (values.web_url, f"https://example.com/{'a' * 500}"),
    (values.web_url, f"https://example.com/{chr(0xE9) * 100}"),
    (values.support, f"https://example.com/?{'a' * 500}"),
    (values.support, "https://-"),
    (values.support, "help"),
    (values.address, "a@b"),
    (values.address, "a b@example.com"),
    (values.address, "@example.com"),
    (values.address, "a@example.com\r\nBcc: x@example.com"),
    (values.mailbox, "Acme"),
    (values.mailbox, ""),
    (values.mailbox, "A <a@example.com>, b@example.com"),
    (values.mailbox, "Acme, Inc. <a@example.com>"),
    (values.address, "a@example.com, b@example.com"),
    (values.header_name, "X Once"),
    (values.header_name, "X:\r\nBcc"),
    (values.level_key, "SEV/5"),
    (values.level_key, ""),
]


@pytest.mark.parametrize(("parse", "raw", "value"), GOOD)
def test_a_value_is_read(parse, raw, value):
    assert parse(raw) == value


@pytest.mark.parametrize(("parse", "raw"), BAD)
def test_a_wrong_value_is_refused_with_a_remedy(parse, raw):
    with pytest.raises(BadValue) as caught:
        parse(raw)

    assert caught.value.remedy


def test_support_may_be_a_form_with_a_query():
    assert (
        values.support("https://example.com/new?form=1&a=b") == "https://example.com/new?form=1&a=b"
    )
    with pytest.raises(BadValue):
        values.support('https://example.com/new?form="><script>')


def test_a_language_written_like_a_locale_is_told_its_tag():
    with pytest.raises(BadValue) as caught:
        values.language("pt_BR")

    assert caught.value.remedy == 'write "pt-BR"'


@pytest.mark.parametrize("name", ["Subject", "list-unsubscribe", "Content-Type", "DKIM-Signature"])
def test_an_idempotency_header_is_none_that_means_something_else(name):
    with pytest.raises(BadValue, match="means something else"):
        values.header_name(name)


def test_a_return_path_leaves_room_for_a_token():
    assert values.return_path(f"{'b' * 34}@example.com") == f"{'b' * 34}@example.com"
    with pytest.raises(BadValue, match="more than 34 bytes"):
        values.return_path(f"{'b' * 35}@example.com")
