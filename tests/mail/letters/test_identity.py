import pytest

from statusgen.mail.letters.identity import Identity
from tests.mail.letters.stories import make_settings


def make_identity(page=None, secret=b"key", **mail):
    settings = make_settings(page, **mail)
    return Identity(settings.page, settings.mail, secret)


def test_a_message_id_is_stable_and_nobody_elses():
    identity = make_identity()
    ids = [
        identity.message_id(update, token) for update in ("a/01", "a/02") for token in ("x", "y")
    ]

    assert len(set(ids)) == 4
    assert make_identity().message_id("a/01", "x") == ids[0]
    assert make_identity(secret=b"other").message_id("a/01", "x") != ids[0]
    assert all(one.endswith("@example.com>") for one in ids)


def test_the_envelope_tells_who_a_bounce_is_about():
    identity = make_identity(return_path="bounces@example.net")

    local, _, domain = identity.sender("ab12cd34").partition("@")

    assert local.startswith("bounces+ab12cd34-")
    assert domain == "example.net"
    assert identity.sender("ab12cd34") != identity.sender("ab12cd35")


def test_without_a_return_path_bounces_go_to_the_sender():
    assert make_identity().sender("ab12cd34") == "status@example.com"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://status.example.com", "status.example.com"),
        ("https://example.com/status/Shop", "shop.status.example.com"),
        ("http://[::1]:8000", "1"),
    ],
)
def test_every_page_is_a_list_of_its_own(url, expected):
    assert make_identity({"url": url}).list_id == expected


def test_the_token_is_read_back_from_a_return_path_of_ours_alone():
    identity = make_identity(return_path="bounces@example.com")
    label = identity.sender("sub_7f3a9k2b").partition("+")[2].partition("@")[0]
    changed = label[:-1] + ("0" if label[-1] != "0" else "1")

    assert identity.token_of(label) == "sub_7f3a9k2b"
    for forged in (changed, label.replace("7f", "7g"), "sub_7f3a9k2b", "-", "", "é-é"):
        assert identity.token_of(forged) is None


def test_complaints_are_counted_by_incident_kind_and_page_and_by_no_reader():
    identity = make_identity({"url": "https://example.com/shop"})

    assert identity.feedback_id("login", "update") == "login:update:shop.example.com:statusgen"


def test_incidents_of_two_pages_on_one_domain_are_two_threads():
    shop, pay = (make_identity({"url": f"https://example.com/{name}"}) for name in ("shop", "pay"))

    assert shop.thread_id("login") == "<login@shop.example.com>"
    assert pay.thread_id("login") == "<login@pay.example.com>"
