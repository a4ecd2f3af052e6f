"""What Amazon SES says of an account, and of whom letters come from. Sends nothing."""

import math
import time
from collections.abc import Iterator
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from statusgen.config.ses import Ses
from statusgen.mail.delivery.replies import Meaning
from statusgen.mail.transports.senders import AccountFacts, SenderFacts, Verification
from statusgen.mail.transports.ses_replies import NOT_SES, SesRefusal, explain, fault, refusal_in
from statusgen.mail.transports.transport import Unreachable

UNREADABLE: Final = (ValueError, ResponseParserError)
"""What the SDK raises for an answer that it can't make sense of."""
PAUSE_S: Final = 1.0
"""SES answers one question of a kind a second, and refuses more."""

_PATIENCE_S: Final = 3.0
"""When the last question about the sender begins."""
_NO_LIMIT: Final = -1  # SES's word for an account without a quota
_SILENT: Final = {"AccessDenied", "NotAuthorized", "NotFound"}
"""Credentials that may send need not be allowed to ask, and not all that speaks SES answers."""
_FORBIDDEN: Final = {"AccessDenied", "NotAuthorized"}
_UNKNOWN_THERE: Final = {"NotFound", "BadRequest"}
_BEST_FIRST: Final = tuple(Verification)


def ask_about_account(client: Any, ses: Ses) -> AccountFacts | None:
    """Return what `client`, one of sesv2, is told; None: it says nothing about the account.

    Raises:
        Unreachable: trying again may help.
        MailError: trying again won't help.

    """
    try:
        answer = client.get_account()
    except ClientError as error:
        found = refusal_in(error)
        if found.status >= 500:  # noqa: PLR2004
            raise Unreachable(
                f"{ses}: it is not well ({found.status}); try again in a minute, then "
                "run `statusgen mail resume`"
            ) from error
        reason = None if found.code in _SILENT else explain(found.code, ses)
        if reason:
            raise reason from error
        return None
    except BotoCoreError as error:
        raise fault(type(error).__name__, ses) from error
    except UNREADABLE:
        answer = {}
    if "SendQuota" not in answer:
        raise fault(NOT_SES, ses)
    return _account(answer)


def ask_about_sender(client: Any, address: str) -> SenderFacts:
    """Return whether SES lets us send from the address, by the identity that says so.

    The address itself may be one, or its domain, or one above: an identity that is not verified
    stands in the way of none above it. Never raises for what SES or the network does.

    See https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html on inheritance.
    """
    found: list[SenderFacts] = []
    deadline_s = time.monotonic() + _PATIENCE_S
    for identity in _identities(address):
        if time.monotonic() > deadline_s:
            found.append(SenderFacts(_domain(identity), Verification.UNKNOWN))
        else:
            found.append(_ask_about_identity(client, identity))
        if found[-1].verification in (Verification.VERIFIED, Verification.UNKNOWN):
            break
    return min(found, key=lambda one: _BEST_FIRST.index(one.verification))


def _identities(address: str) -> Iterator[str]:
    """Yield what may be verified for the address, the narrowest first."""
    yield address
    labels = _domain(address).split(".")
    for first in range(len(labels) - 1):
        yield ".".join(labels[first:])


def _domain(identity: str) -> str:
    return identity.rpartition("@")[2]


def _ask_about_identity(client: Any, identity: str, tries: int = 2) -> SenderFacts:
    domain = _domain(identity)
    try:
        answer = client.get_email_identity(EmailIdentity=identity)
    except ClientError as error:
        found = refusal_in(error)
        if found.outcome.meaning is Meaning.TOO_FAST and tries > 1:
            time.sleep(PAUSE_S)
            return _ask_about_identity(client, identity, tries - 1)
        return SenderFacts(domain, _verification(found))
    except (BotoCoreError, *UNREADABLE):
        answer = {}
    if "VerifiedForSendingStatus" not in answer:
        return SenderFacts(domain, Verification.UNKNOWN)
    is_verified = answer["VerifiedForSendingStatus"]
    dkim = answer.get("DkimAttributes", {})
    return SenderFacts(
        domain,
        Verification.VERIFIED if is_verified else Verification.UNVERIFIED,
        is_signed=bool(dkim.get("SigningEnabled")) and dkim.get("Status") == "SUCCESS",
    )


def _verification(refused: SesRefusal) -> Verification:
    if refused.code in _FORBIDDEN:
        return Verification.NOT_ALLOWED
    if refused.code in _UNKNOWN_THERE:
        return Verification.MISSING
    return Verification.UNKNOWN


def _account(answer: Any) -> AccountFacts:
    quota = answer["SendQuota"]
    per_day = math.floor(quota.get("Max24HourSend", _NO_LIMIT))
    has_limit = per_day != _NO_LIMIT
    return AccountFacts(
        may_send=answer.get("SendingEnabled", True),
        is_trial=not answer.get("ProductionAccessEnabled", True),
        standing=str(answer.get("EnforcementStatus", "")),
        per_second=max(0.0, quota.get("MaxSendRate", 0.0)),
        per_day=per_day if has_limit else None,
        left_today=max(0, per_day - math.ceil(quota.get("SentLast24Hours", 0)))
        if has_limit
        else None,
    )
