"""What the refusals of SES mean: for the letter, or for the run, in sentences with a remedy.

The words of SES are looked at and not passed on: they may hold an address.
"""

import re

from botocore.exceptions import ClientError

from statusgen.config.ses import Ses
from statusgen.errors import MailError
from statusgen.mail.delivery.replies import Meaning
from statusgen.mail.letter_states import DeliveryState, Outcome
from statusgen.mail.transports.transport import Unreachable
from statusgen.values.value import Value

NOT_SES = "not SES"
"""Stands for an answer that SES does not give: a portal's page, a redirect."""

_NO_CREDENTIALS = (
    "no AWS credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
)
_EXPIRED = "the AWS credentials have expired; sign in again"
_BAD_KEY = "the access key is not known there; check AWS_ACCESS_KEY_ID or the profile"
_BAD_SIGNATURE = (
    "the signature was refused; check AWS_SECRET_ACCESS_KEY or the profile, and the clock of this "
    "machine"
)
_FORBIDDEN = (
    "access was denied; the credentials need ses:SendEmail and ses:SendRawEmail for the sender's "
    "identity and the configuration set"
)
_PAUSED = (
    "sending is paused for the account or the configuration set; look into the SES console and "
    "the account's mailbox"
)
_SUSPENDED = "sending is suspended for the account; look into the account's mailbox"
_NOT_VERIFIED = (
    "an address was not verified there; verify the domains of mail.from and mail.return_path, and "
    "ask for production access if the account is in the sandbox"
)
_NO_CONFIGURATION_SET = "the configuration set does not exist there; correct it in mail.transport"
_UNREACHABLE = "it can't be reached; check the network and the region in mail.transport"
_HUNG_UP = "it hung up; try again in a minute"

_FAULTS = {
    # what the SDK raises before or instead of an answer, by the name of the exception
    "NoCredentialsError": _NO_CREDENTIALS,
    "PartialCredentialsError": _NO_CREDENTIALS,
    "CredentialRetrievalError": _NO_CREDENTIALS,
    "ProfileNotFound": "the AWS profile does not exist; check AWS_PROFILE",
    "TokenRetrievalError": _EXPIRED,
    "SSOTokenLoadError": _EXPIRED,
    "UnauthorizedSSOTokenError": _EXPIRED,
    "SSLError": "its certificate is not trusted; set AWS_CA_BUNDLE",
    "InvalidRegionError": "the region is not valid; correct it in mail.transport",
    "InvalidEndpoint": "the URL of its endpoint is not valid; correct AWS_ENDPOINT_URL_SESV2",
    # what the other side answers, by its code without "Exception"
    NOT_SES: "it does not answer as SES does; check AWS_ENDPOINT_URL_SESV2 and the network",
    "AccessDenied": _FORBIDDEN,
    "NotAuthorized": _FORBIDDEN,
    "UnrecognizedClient": _BAD_KEY,
    "InvalidClientTokenId": _BAD_KEY,
    "MissingAuthenticationToken": _BAD_KEY,
    "InvalidSignature": _BAD_SIGNATURE,
    "SignatureDoesNotMatch": _BAD_SIGNATURE,
    "IncompleteSignature": _BAD_SIGNATURE,
    "RequestExpired": _BAD_SIGNATURE,
    "ExpiredToken": _EXPIRED,
    "OptInRequired": "the account has no SES in this region; correct it in mail.transport",
    "AccountSuspended": _SUSPENDED,
    "SendingPaused": _PAUSED,
    "MailFromDomainNotVerified": (
        "the custom MAIL FROM domain is not verified; mend its MX record, or let SES fall back to "
        "its own"
    ),
    "NotVerified": _NOT_VERIFIED,
    "NotFound": _NO_CONFIGURATION_SET,
    "ConfigurationSetDoesNotExist": _NO_CONFIGURATION_SET,
}

_PASSING = {
    "EndpointConnectionError": _UNREACHABLE,
    "ConnectTimeoutError": _UNREACHABLE,
    "ProxyConnectionError": "the proxy can't be reached; check HTTPS_PROXY",
    "ReadTimeoutError": "it did not answer in time; try again in a minute",
    "ConnectionClosedError": _HUNG_UP,
    "ResponseStreamingError": _HUNG_UP,
    "HTTPClientError": _UNREACHABLE,
}

# SES says some things in words only, under codes that mean other things too.
_WORDS = (
    (re.compile(r"\bquota\b"), "LimitExceeded"),
    (re.compile(r"\brate exceeded\b"), "TooManyRequests"),
    (re.compile(r"\bnot verified\b"), "NotVerified"),
    (re.compile(r"\bsending suspended\b"), "AccountSuspended"),
    (re.compile(r"\bsending paused\b"), "SendingPaused"),
)
_ADDRESS = re.compile(r"\S+@\S+")
_RATE_CODES = {"TooManyRequests", "Throttling", "ThrottledRequest", "SlowDown"}
_IMPRECISE_CODES = _RATE_CODES | {"LimitExceeded", "MessageRejected", "BadRequest"}
_UNREAD = {408, 503}
_TOO_MANY_REQUESTS = 429
_MAX_REPLY = 40


class SesRefusal(Value, frozen=True):
    """An answer that is an error."""

    code: str
    """In one word, without "Exception"; of an answer without one, its HTTP status."""
    status: int

    @property
    def outcome(self) -> Outcome:
        """What became of the letter."""
        reply = re.sub(r"[^A-Za-z0-9]", "", self.code)[:_MAX_REPLY]
        meaning = self._meaning
        if meaning is not Meaning.SENDER_REFUSED:
            is_usable = meaning is not Meaning.RELAY_BUSY
            return Outcome(DeliveryState.QUEUED, reply, meaning, is_usable)
        if self.status >= 500:  # noqa: PLR2004 - it may have failed after it took the letter
            return Outcome(DeliveryState.IN_DOUBT, reply, is_connection_usable=False)
        return Outcome(DeliveryState.FAILED, reply, meaning)

    @property
    def _meaning(self) -> Meaning:
        if self.code == "LimitExceeded":
            return Meaning.QUOTA_SPENT
        if self.code in _RATE_CODES or self.status == _TOO_MANY_REQUESTS:
            return Meaning.TOO_FAST
        if self.code in _FAULTS:
            return Meaning.CONFIGURATION
        return Meaning.RELAY_BUSY if self.status in _UNREAD else Meaning.SENDER_REFUSED


def refusal(code: str, status: int, words: str) -> SesRefusal:
    """Return the refusal with this code, or with the one that its words stand for."""
    if 300 <= status < 400:  # noqa: PLR2004
        return SesRefusal(NOT_SES, status)
    short = code.removesuffix("Exception")
    if short in _IMPRECISE_CODES:
        said = _ADDRESS.sub("", words).lower()
        short = next((found for word, found in _WORDS if word.search(said)), short)
    return SesRefusal(short, status)


def refusal_in(error: ClientError) -> SesRefusal:
    """Return the refusal that the SDK has raised."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    found = error.response.get("Error", {})
    return refusal(str(found.get("Code") or status), status, str(found.get("Message", "")))


def explain(code: str, ses: Ses) -> MailError | None:
    """Return what keeps every letter here, by a refusal's code or the name of an SDK's exception.

    `Unreachable` if trying again may help. None: the code is about one letter.
    """
    if code in _FAULTS:
        return MailError(f"{ses}: {_FAULTS[code]}, then run `statusgen mail resume`")
    if code in _PASSING:
        return Unreachable(f"{ses}: {_PASSING[code]}, then run `statusgen mail resume`")
    return None


def fault(name: str, ses: Ses) -> MailError:
    """Return what keeps every letter here, also when nothing more is known than its name."""
    return explain(name, ses) or MailError(
        f"{ses}: the request failed with {name}; run `statusgen mail resume`"
    )
