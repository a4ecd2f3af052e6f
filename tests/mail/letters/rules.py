"""The rules that every letter keeps, whoever wrote its text; each breach is one sentence.

Reads the bytes on its own, and asks the standard library's parser only where its view counts.
"""

import email
import re
import unicodedata
from email import policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from urllib.parse import urlsplit

from statusgen.mail.letters.letter import Letter

ONCE = ["From", "Subject", "References"]
SHARED = ["List-Id", "List-Archive", "List-Help"]
NATURE = [
    "Feedback-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
]
OWN = ["Date", "To", "Message-ID", "List-Unsubscribe"]
OPTIONAL = {"In-Reply-To", "Reply-To", "List-Unsubscribe-Post", "X-Idempotency-Key"}
PART = ["Content-Type", "Content-Language", "Content-Transfer-Encoding"]

MAX_LINE, MAX_ENCODED, MAX_TEXT, MAX_PART = 998, 76, 72, 100_000
ONE_ID = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+>")
LOADS = re.compile(
    r"<(?:img|link|script|iframe|object|embed|form|video|audio|svg|base)\b"
    r"|@import|url\(|\b(?:background|src|srcset|on[a-z]+)\s*=",
    re.IGNORECASE,
)
LABELS = {"unsubscribe", "stop", "follow", "see", "read", "this", "incident", "maintenance"}


def breaches(letter: Letter) -> list[str]:
    """Return what is wrong with a letter; empty when nothing is."""
    head, _, body = letter.content.partition(b"\r\n\r\n")
    message = email.message_from_bytes(letter.content, policy=policy.default)
    return [
        *_bytes(letter.content, body),
        *_headers(unfolded(head), letter, message),
        *_parts(message),
    ]


def unfolded(head: bytes) -> list[tuple[str, str]]:
    """Return names and raw values as the simplest possible reader sees them."""
    lines = re.sub(rb"\r\n[ \t]", b" ", head).decode("utf-8", "surrogateescape").split("\r\n")
    return [(name, value) for name, _, value in (line.partition(": ") for line in lines)]


def _bytes(content: bytes, body: bytes):
    if re.search(rb"\r(?!\n)|(?<!\r)\n", content):
        yield "a line ends with something else than CRLF"
    if b"\x00" in content:
        yield "there is a NUL"
    if max(map(len, content.split(b"\r\n"))) > MAX_LINE:
        yield "a line is too long for SMTP"
    if any(len(line) > MAX_ENCODED for line in body.split(b"\r\n")):
        yield "an encoded line is too long"
    if not body.isascii():
        yield "the body is not ASCII"


def _headers(found: list[tuple[str, str]], letter: Letter, message: EmailMessage):
    names = [name for name, _ in found]
    if [name for name in names if name not in OPTIONAL] != [*ONCE, *SHARED, *NATURE, *OWN]:
        yield f"headers are missing, double or out of order: {names}"
        return
    if names != message.keys():
        yield "two readers see different headers"
    if message.defects:
        yield f"the parser finds defects: {message.defects}"
    for name, value in found:
        if any(len(word) > MAX_ENCODED - 1 for word in re.findall(r"=\?[^ ]*\?=", value)):
            yield f"an encoded-word of {name} is too long"
    yield from _names(dict(found), letter)
    yield from _ways_out(dict(found))


def _names(values: dict[str, str], letter: Letter):
    if values["To"] != letter.recipient or "," in values["To"]:
        yield "it is not addressed to its one recipient"
    ids = [values[name] for name in ("Message-ID", "References") if name in values]
    if not all(ONE_ID.fullmatch(one) for one in ids) or ids[0] != letter.message_id:
        yield f"a message id is malformed: {ids}"
    if values.get("In-Reply-To", values["References"]) != values["References"]:
        yield "it replies to something else than its thread"
    if not re.search(r"<[a-z0-9.-]+>$", values["List-Id"]):
        yield "the list has no name"
    feedback = values["Feedback-ID"]
    if not re.fullmatch(r"[^:\s]+:[^:\s]+:[^:\s]+:[A-Za-z0-9]{5,15}", feedback):
        yield "Feedback-ID does not have its four fields"
    if letter.token in feedback or "@" in feedback:
        yield "Feedback-ID tells who reads the letter"
    if parsedate_to_datetime(values["Date"]).utcoffset() is None:
        yield "the date has no zone"


def _ways_out(values: dict[str, str]):
    links = re.findall(r"<([^<>\s]+)>", values["List-Unsubscribe"])
    kinds = [urlsplit(one).scheme for one in links]
    if kinds not in (["https"], ["mailto"], ["https", "mailto"]):
        yield f"the ways out are out of order: {links}"
    post = values.get("List-Unsubscribe-Post")
    if post != ("List-Unsubscribe=One-Click" if "https" in kinds else None):
        yield "one click is promised without HTTPS, or HTTPS is there without it"


def _parts(message: EmailMessage):
    parts = list(message.iter_parts())
    if [one.get_content_type() for one in parts] != ["text/plain", "text/html"]:
        yield "it is not a text with an HTML alternative behind it"
        return
    for one in parts:
        if one.keys() != PART or one["Content-Language"] != message["Content-Language"]:
            yield f"a part has other headers: {one.items()}"
    text, html = (one.get_content() for one in parts)
    for name, content in (("HTML", html), ("text", text)):
        if len(content.encode()) > MAX_PART:
            yield f"the {name} has {len(content.encode())} bytes"
    code = Seen(html).code
    if long := [line for line in text.splitlines() if _is_long(line) and line not in code]:
        yield f"lines of the text are too long: {long[:3]}"
    if found := LOADS.search(re.sub(r">[^<]*<", "><", html)):
        yield f"the HTML loads or runs something: {found[0]}"
    yield from _says_the_same(text, html)


def _is_long(line: str) -> bool:
    wide = sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in line)
    return wide > MAX_TEXT and len(line.removeprefix("- ").split()) > 1


def _says_the_same(text: str, html: str):
    seen = Seen(html)
    plain = "".join(text.lower().split())
    known = _words(text) | LABELS
    missing = {
        word
        for piece in seen.pieces
        for word in _words(piece) - known
        if word not in plain  # East Asian text is wrapped anywhere
    }
    if missing and seen.language.startswith("en"):  # labels of links and the preheader differ
        yield f"the text lacks words of the HTML: {sorted(missing)[:5]}"
    figures = {word for piece in seen.pieces for word in re.findall(r"\d[\d:.]*\d|\d", piece)}
    if lost := figures - set(re.findall(r"\d[\d:.]*\d|\d", text)):
        yield f"the text lacks figures of the HTML: {sorted(lost)[:5]}"
    if lost := [link for link in seen.links if _bare(link).lower() not in plain]:
        yield f"the text lacks links of the HTML: {lost}"
    if not seen.preheader:
        yield "there is no preheader"


def _bare(link: str) -> str:
    return link.removeprefix("mailto:").partition("?subject=unsubscribe")[0]


def _words(text: str) -> set[str]:
    return set(re.findall(r"[\w:]*\w", text.lower()))


class Seen(HTMLParser):
    """What a reader sees of an HTML part: its pieces of text, its links and its preheader."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.links: list[str] = []
        self.preheader = ""
        self.language = ""
        self.code: set[str] = set()
        self._hidden = 0
        self._is_code = False
        self._is_preheader = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.language = self.language or found.get("lang") or ""
        self._hidden += tag in {"style", "title"}
        self._is_code = self._is_code or tag == "pre"
        self._is_preheader = found.get("class") == "preheader" or (
            self._is_preheader and tag != "table"
        )
        self.links += [value for name, value in attrs if name == "href"]

    def handle_endtag(self, tag):
        self._hidden -= tag in {"style", "title"}
        self._is_code = self._is_code and tag != "pre"

    def handle_data(self, data):
        if self._is_code:
            self.code.update(line.rstrip() for line in data.splitlines())
        if self._is_preheader:
            self.preheader += data.strip()
        elif not self._hidden and data.strip():
            self.pieces.append(" ".join(data.split()))
