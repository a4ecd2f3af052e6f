import pytest

from statusgen.values.addresses import address_key, address_keys, needs_smtputf8, parse_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ann@example.com", "ann@example.com"),
        ("Ann.Lee+status@EXAMPLE.Com", "Ann.Lee+status@example.com"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("ann@straße.example", "ann@xn--strae-oqa.example"),
        ("jürgen@example.com", "jürgen@example.com"),
        ("a" * 64 + "@example.com", "a" * 64 + "@example.com"),
    ],
)
def test_an_address_is_written_in_its_one_form(text, address):
    assert parse_address(text) == address


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "exactly one @"),
        ("ann", "exactly one @"),
        ("ann@bob@example.com", "exactly one @"),
        ("@example.com", "before the @ is missing"),
        ("ann@", "domain after the @ is missing"),
        ("ann@example", "no dot"),
        ("ann@example..com", "not a valid name"),
        ("ann@-example.com", "not a valid name"),
        ("ann@127.0.0.1", "not a valid name"),
        (".ann@example.com", "a dot at its start"),
        ("ann.@example.com", "a dot at its start"),
        ("an..n@example.com", "two in a row"),
        ("a" * 65 + "@example.com", "longer than 64"),
        ("a@" + "b" * 60 + "." + ("c" * 60 + ".") * 4 + "com", "longer than 254"),
        ("an n@example.com", "a space or a control character"),
        ("ann@example.com\r\nBcc: eve@example.com", "a space or a control character"),
        ("ann\x00@example.com", "a space or a control character"),
        ("ann\u202e@example.com", "a space or a control character"),
        ("<ann@example.com>", "not allowed there"),
        ('"a b"@example.com', "a space or a control character"),
        ("=?utf-8?q?=0ABcc?=@example.com", "'=?'"),
    ],
)
def test_what_is_wrong_with_an_address_is_said_without_it(text, sentence):
    with pytest.raises(ValueError, match=r".") as caught:
        parse_address(text)

    assert sentence in str(caught.value)
    assert "example" not in str(caught.value)


def test_two_spellings_of_a_mailbox_have_one_key():
    assert address_key("Ann@example.com") == address_key("ann@example.com")


def test_only_other_scripts_before_the_at_need_smtputf8():
    assert needs_smtputf8(parse_address("jürgen@example.com"))
    assert not needs_smtputf8(parse_address("ann@bücher.example"))


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("STRASSE@example.com", "strasse@example.com", True),
        ("straße@example.com", "strasse@example.com", False),
        ("STRAẞE@example.com", "straße@example.com", True),
        ("ﬁn@example.com", "fin@example.com", False),
        ("ΣΟΦΟΣ@example.com", "σοφος@example.com", True),
        ("σοφος@example.com", "σοφοσ@example.com", True),
        ("JÜRGEN@example.com", "ju\u0308rgen@example.com", True),
    ],
)
def test_letters_are_the_same_in_any_case_and_no_two_stand_for_one(one, other, is_same):
    keys = [address_key(parse_address(text)) for text in (one, other)]

    assert (keys[0] == keys[1]) is is_same


def test_an_address_has_the_key_of_earlier_versions_too_if_that_was_another():
    assert address_keys("Ann@example.com") == ("ann@example.com",)
    assert address_keys("ß@example.com") == ("ß@example.com", "ss@example.com")
