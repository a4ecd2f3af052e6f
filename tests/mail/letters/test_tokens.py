import hashlib

import pytest
from itsdangerous import Signer

from statusgen.mail.letters.tokens import UnsubscribeTokens


def test_a_signed_token_comes_back():
    tokens = UnsubscribeTokens(b"key")

    assert tokens.read(tokens.sign("ab12cd34")) == "ab12cd34"


@pytest.mark.parametrize(
    "change",
    [
        lambda signed: "zz" + signed[2:],
        lambda signed: signed[:-4],
        lambda signed: signed + "é",
        lambda _signed: "",
        lambda _signed: UnsubscribeTokens(b"another key").sign("ab12cd34"),
    ],
    ids=["another subscriber", "cut short", "not ascii", "empty", "another key"],
)
def test_a_token_that_we_did_not_sign_is_refused(change):
    tokens = UnsubscribeTokens(b"key")

    assert tokens.read(change(tokens.sign("ab12cd34"))) is None


def test_what_we_sign_is_what_itsdangerous_signs():
    signer = Signer(
        b"key", salt="statusgen.unsubscribe", key_derivation="hmac", digest_method=hashlib.sha256
    )

    assert UnsubscribeTokens(b"key").sign("ab12cd34") == signer.sign("ab12cd34").decode()
