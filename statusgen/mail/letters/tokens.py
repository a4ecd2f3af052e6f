"""The signed token by which a subscriber stops the letters; nothing in it tells who they are."""

import hashlib
import hmac

from itsdangerous import BadSignature, Signer
from itsdangerous.encoding import base64_encode


class UnsubscribeTokens:
    """Signs and reads the tokens; a token never expires, and does nothing but stop letters."""

    def __init__(self, secret_key: bytes) -> None:
        self._signer = Signer(
            secret_key,
            salt="statusgen.unsubscribe",
            key_derivation="hmac",
            digest_method=hashlib.sha256,
        )
        # The signer derives its key anew for every signature; a hundred thousand letters need one.
        self._begun = hmac.new(self._signer.derive_key(), digestmod=hashlib.sha256)

    def sign(self, token: str) -> str:
        """The signed form of a subscriber's token: letters, digits, `.`, `_` and `-`."""
        signature = self._begun.copy()
        signature.update(token.encode("ascii"))
        return f"{token}.{base64_encode(signature.digest()).decode('ascii')}"

    def read(self, signed: str) -> str | None:
        """The subscriber's token; None when we have not signed it."""
        try:
            token = self._signer.unsign(signed).decode("ascii")
        except (BadSignature, UnicodeError):
            return None
        return token if self.sign(token) == signed else None  # base64 has spellings to spare
