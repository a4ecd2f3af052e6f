"""Which Amazon SES letters leave through, from a `ses://` URL. Opens no connection."""

import re
from urllib.parse import parse_qsl, urlsplit

from statusgen.values.value import Value

_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d{1,2}")
_CONFIGURATION_SET = re.compile(r"[A-Za-z0-9_-]{1,64}")
_QUERY_KEY = "configuration-set"


class Ses(Value, frozen=True):
    """Amazon SES in one region, for whatever account the SDK finds credentials."""

    region: str
    configuration_set: str = ""
    """Empty: the one that the sender's identity has by default, if any."""

    def __str__(self) -> str:
        return f"SES in {self.region}"


def parse_ses(url: str) -> Ses:
    """Return what `ses://region` or `ses://region?configuration-set=name` names.

    Raises:
        ValueError: with a sentence that says what is wrong.

    """
    parts = urlsplit(url)
    if parts.scheme != "ses":
        raise ValueError("the URL of SES starts with ses://")
    if parts.path.strip("/") or parts.fragment:
        raise ValueError("the URL of SES ends after its region and ?configuration-set=")
    if not _REGION.fullmatch(parts.netloc):
        raise ValueError("after ses:// stands a region of AWS, and no credentials")
    return Ses(parts.netloc, _configuration_set(parts.query))


def _configuration_set(query: str) -> str:
    if not query:
        return ""
    pairs = parse_qsl(query, keep_blank_values=True)
    if [key for key, _ in pairs] != [_QUERY_KEY]:
        raise ValueError(f"the URL of SES knows ?{_QUERY_KEY}= only, and once")
    name = pairs[0][1]
    if not _CONFIGURATION_SET.fullmatch(name):
        raise ValueError(
            "the name of a configuration set has up to 64 letters, digits, dashes and underscores"
        )
    return name
