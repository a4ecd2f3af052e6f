"""The parts of a message, without what lies inside the letters that it returns."""

from collections.abc import Iterator
from email.message import Message
from email.parser import HeaderParser

_MOST_PARTS = 200
_MOST_BLOCKS = 100
_MOST_TEXT = 64_000


def parts_of(message: Message) -> Iterator[Message]:
    """The message and its parts, outermost first; letters inside it stay closed."""
    waiting = [message]
    for _ in range(_MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop(0)
        yield part
        inner = part.get_payload() if part.get_content_maintype() == "multipart" else None
        if isinstance(inner, list):
            waiting += [one for one in inner if isinstance(one, Message)]


def blocks_of(part: Message) -> list[Message]:
    """The blocks of fields in a part such as `message/delivery-status`."""
    payload = part.get_payload()
    if not isinstance(payload, list):
        return _parse(str(payload))
    blocks = [one for one in payload if isinstance(one, Message)]
    # The standard library knows delivery-status alone: of other kinds it reads the first block
    # and takes the rest for its text.
    rest = [one.get_payload() for one in blocks if one.keys() and not one.is_multipart()]
    return [*blocks, *_parse("\n\n".join(map(str, rest)))][:_MOST_BLOCKS]


def returned_letter(message: Message) -> Message | None:
    """The letter that came back, or its header alone; None when there is none."""
    for part in parts_of(message):
        kind, payload = part.get_content_type(), part.get_payload()
        if kind in {"message/rfc822", "message/global"} and isinstance(payload, list) and payload:
            found = payload[0]
            return found if isinstance(found, Message) else None
        if kind == "text/rfc822-headers":
            return HeaderParser().parsestr(str(payload))
        if kind == "message/global-headers":
            return blocks_of(part)[0]
    return None


def written_text(message: Message) -> str:
    """The beginning of what the message says to people, decoded."""
    for part in parts_of(message):
        body = part.get_payload(decode=True) if part.get_content_maintype() == "text" else None
        if isinstance(body, bytes):
            return body[:_MOST_TEXT].decode("utf-8", "replace")
    return ""


def _parse(text: str) -> list[Message]:
    blocks = text.replace("\r\n", "\n").split("\n\n", _MOST_BLOCKS)
    return [HeaderParser().parsestr(one.lstrip("\n")) for one in blocks if one.strip()]
