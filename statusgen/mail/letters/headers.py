"""Mail headers that nothing can break out of.

Built by hand on purpose: before Python 3.11.10 the standard library writes a line break that
hides in an encoded-word into the message as it is (CVE-2024-6923).
"""

import re
from base64 import b64encode
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from urllib.parse import quote

from statusgen.mail.letters.lines import one_line
from statusgen.values.addresses import is_plain

MAX_COLUMNS = 76
"""RFC 2047 section 2: a line that holds an encoded-word is at most this long."""

_WORD_START = "=?utf-8?{}?"
_WORD_END = "?="
_WORD_ROOM = 75 - len(_WORD_START.format("q")) - len(_WORD_END)  # RFC 2047: 75 a word
_PLAIN_Q = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!*+-/")
_URL_CHARACTERS = ":/?#[]@!$&'()*+,;=%~"
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")


def header(name: str, text: str) -> bytes:
    """The header `name` with any text as its value, folded, with its line end."""
    return _line(name, _unstructured(harmless(text), len(name) + 2))


def mailbox_header(name: str, display_name: str, address: str) -> bytes:
    """A header that holds one mailbox."""
    phrase = _phrase(harmless(display_name), len(name) + 2)
    mailbox = f"<{checked_address(address)}>" if phrase else checked_address(address)
    column = len(f"{name}: {phrase}".rsplit("\n", 1)[-1])
    gap = "" if not phrase else " " if column + 1 + len(mailbox) <= MAX_COLUMNS else "\r\n "
    return _line(name, f"{phrase}{gap}{mailbox}")


def recipient_header(address: str) -> bytes:
    """`To` with one plain address and no name."""
    return _line("To", checked_address(address))


def list_id_header(display_name: str, list_id: str) -> bytes:
    """`List-Id` as in RFC 2919: what people call the list, and its name for machines."""
    phrase = _phrase(harmless(display_name), len("List-Id: "))
    return _line("List-Id", f"{phrase}\r\n <{list_id}>" if phrase else f"<{list_id}>")


def links_header(name: str, *urls: str) -> bytes:
    """A header that lists URLs in angle brackets (RFC 2369), one a line."""
    return _line(name, ",\r\n ".join(f"<{quote(url, safe=_URL_CHARACTERS)}>" for url in urls))


def date_header(at: datetime) -> bytes:
    """`Date` (RFC 5322 section 3.3), in whole seconds of UTC."""
    return _date_header(int(at.timestamp()))


def verbatim_header(name: str, value: str) -> bytes:
    """A header whose value is ours and printable ASCII; anything else is a bug."""
    if not (value.isascii() and value.isprintable()):
        raise ValueError(f"the value of {name} is not printable ASCII")
    return _line(name, value)


def harmless(text: str) -> str:
    """`text` as one line that no number of decodings turns into a second header.

    `=?`, which opens an encoded-word, gets a space inside, and spaces of every kind are plain.
    """
    return " ".join(one_line(text).split()).replace("=?", "= ?")


def checked_address(address: str) -> str:
    """`address`, which a stricter grammar has passed before; one mailbox and nothing else."""
    if not is_plain(address):
        raise ValueError("a letter needs one plain address")
    return address


@lru_cache(maxsize=4)
def _date_header(timestamp: int) -> bytes:
    """Made once for the many letters of one second."""
    return verbatim_header("Date", format_datetime(datetime.fromtimestamp(timestamp, UTC)))


def _line(name: str, value: str) -> bytes:
    return f"{name}: {value}\r\n".encode()


def _unstructured(text: str, column: int) -> str:
    if text.isascii():
        return _folded(text, column) or _encoded(text, column)
    return _encoded(text, column)


def _phrase(text: str, column: int) -> str:
    quoted = text if _ATOMS.fullmatch(text) else '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'
    is_plain = text.isascii() and column + len(quoted) <= MAX_COLUMNS
    return quoted if is_plain else _encoded(text, column)


def _folded(text: str, column: int) -> str | None:
    """ASCII text folded at its spaces; None when a word is too long for a line."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        room = MAX_COLUMNS - (column if not lines else 1)
        if line and len(line) + 1 + len(word) > room:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
        if len(line) > MAX_COLUMNS - (column if not lines else 1):
            return None
    return "\r\n ".join([*lines, line])


def _encoded(text: str, column: int) -> str:
    """Encoded-words of RFC 2047, each on a line of its own, cut between characters."""
    is_q = len(_q(text)) <= len(_b(text))
    letter, write, cost = ("q", _q, _q_size) if is_q else ("b", _b, _byte_size)
    room = min(_WORD_ROOM, MAX_COLUMNS - column - (75 - _WORD_ROOM))
    words: list[str] = []
    start = used = 0
    for end, character in enumerate(text):
        size = cost(character)
        if end > start and used + size > (room if is_q else room // 4 * 3):
            words.append(text[start:end])
            start, used, room = end, 0, _WORD_ROOM
        used += size
    words.append(text[start:])
    return "\r\n ".join(f"{_WORD_START.format(letter)}{write(one)}{_WORD_END}" for one in words)


def _q_size(character: str) -> int:
    return 1 if character in _PLAIN_Q or character == " " else 3 * _byte_size(character)


def _byte_size(character: str) -> int:
    return len(character.encode())


def _q(text: str) -> str:
    return "".join("_" if one == " " else one if one in _PLAIN_Q else _q_bytes(one) for one in text)


def _q_bytes(character: str) -> str:
    return "".join(f"={byte:02X}" for byte in character.encode())


def _b(text: str) -> str:
    return b64encode(text.encode()).decode("ascii")
