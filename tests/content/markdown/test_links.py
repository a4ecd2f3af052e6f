import pytest

from statusgen.content.markdown.links import absolute_link, is_told_by, shown_address

BASE = "https://status.example.com/page/"


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("https://example.com/a?b=1&c#d", "https://example.com/a?b=1&c#d"),
        ("https://m.example/#/#room:x", "https://m.example/#/%23room:x"),
        ("https://example.com/[a]?b=[c]#[d]", "https://example.com/%5Ba%5D?b=%5Bc%5D#%5Bd%5D"),
        ("http://[::1]:80/[a]", "http://[::1]:80/%5Ba%5D"),
        ("https://example.com/100%", "https://example.com/100%25"),
        ("https://example.com/%C3%BC", "https://example.com/%C3%BC"),
        ("https://example.com/ü|^`{}\\", "https://example.com/%C3%BC%7C%5E%60%7B%7D%5C"),
        (" https://example.com/a b\n", "https://example.com/a%20b"),
        ("HTTPS://example.com/A", "https://example.com/A"),
        ("//example.com/a", "https://example.com/a"),
        ("incidents/b.html", "https://status.example.com/page/incidents/b.html"),
        ("/b", "https://status.example.com/b"),
        ("#b", "https://status.example.com/page/#b"),
        ("mailto:help@example.com?subject=a b", "mailto:help@example.com?subject=a%20b"),
        ("tel:+49 30 1234", "tel:+49301234"),
    ],
)
def test_an_address_becomes_a_valid_url(address, url):
    assert absolute_link(address, BASE) == url


@pytest.mark.parametrize(
    "address",
    [
        *("", " ", "https://[bad", "http:", "javascript:alert(1)"),
        *("JAVA\tSCRIPT:alert(1)", "data:text/html,x", "sip:a@example.com", "ftp://example.com"),
    ],
)
def test_what_leads_nowhere_is_no_link(address):
    assert absolute_link(address, BASE) is None


@pytest.mark.parametrize(
    ("href", "shown"),
    [
        ("mailto:help@example.com", "help@example.com"),
        ("tel:+49301234", "+49301234"),
        ("https://example.com", "https://example.com"),
        ("mailto:", "mailto:"),
    ],
)
def test_readers_see_an_address_without_its_scheme_where_that_says_nothing(href, shown):
    assert shown_address(href) == shown


def test_words_that_are_the_address_need_it_no_second_time():
    assert is_told_by("https://example.com/%C3%BC", "https://example.com/ü")
    assert is_told_by("http://www.example.com", "www.example.com")
    assert is_told_by("mailto:help@example.com", "help@example.com")
    assert is_told_by("https://EXAMPLE.com/A", "HTTPS://EXAMPLE.com/A")
    assert not is_told_by("https://example.com/a", "https://example.com/A")
    assert not is_told_by("https://example.com/login", "https://example.com")
