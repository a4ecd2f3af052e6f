import json

import pytest

from statusgen.targets.claim import UNKNOWN, UNREADABLE, Claim, format_claim, parse_claim
from tests.builders import instant

WHOLE = Claim("ours", "someone on laptop", instant("02:04"), "the desktop is lost")


@pytest.mark.parametrize("claim", [Claim("ours"), WHOLE])
def test_a_claim_comes_back(claim):
    assert parse_claim(format_claim(claim)) == claim


def test_a_claim_can_be_read_by_people():
    assert json.loads(format_claim(WHOLE)) == {
        "token": "ours",
        "by": "someone on laptop",
        "at": "2026-11-21T02:04:00Z",
        "reason": "the desktop is lost",
    }


def test_an_older_claim_has_a_token_only():
    assert parse_claim(b'{"token": "ours"}') == Claim("ours")


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"?", b"[]", b"{}", b'{"token": 3}', b"\xff", b'{"token": "x", "at": "soon"}'),
        b'{"token": "x", "at": "0001-01-01T00:00:00+14:00"}',
        b'{"token": "x", "at": "9999-12-31T23:59:59-14:00"}',
        b'{"token": "x", "at": "2026-11-21T02:04:00"}',
    ],
)
def test_whatever_else_lies_there_is_a_strangers(data):
    assert parse_claim(data) == UNREADABLE


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        (WHOLE, "someone on laptop since 2026-11-21T02:04:00Z"),
        (Claim("x"), "another ledger"),
        (UNKNOWN, "another ledger"),
        (Claim("x", "a\x1b[2Jb"), "a\\x1b[2Jb"),
    ],
)
def test_a_claim_says_whose_it_is(claim, words):
    assert str(claim) == words
