"""How long a letter may be: Gmail cuts a mail's HTML at 102 kB, and the way out with it."""

import re

MAX_BYTES = 98_000
"""Of a whole part as it arrives, before the subscriber's token takes its place."""
MAX_COMPONENTS = 50
"""Listed in one letter; the page has them all."""
MAX_NAME = 100
"""Characters of a component's name."""

_MIN_FENCED = 1_000
_FENCE = re.compile(r"^(`{3,20}|~{3,20}) *(?:\{.*\}|[\w#.+-]*) *$", re.MULTILINE)


def clipped(name: str) -> str:
    """`name`, its end replaced by an ellipsis where it is too long for a list."""
    return name if len(name) <= MAX_NAME else name[: MAX_NAME - 1].rstrip() + "…"


def sent_bytes(part: str) -> int:
    """How many bytes `part` has when it arrives, where each of its lines ends with CRLF."""
    return len(part.encode()) + part.count("\n")


def shorter(body: str, size: int) -> str:
    """The beginning of `body`, whose letter has a part of `size` bytes, which is too many.

    It ends with a paragraph, a line or a word; a fenced block that is cut is closed. How long a
    part a Markdown text makes can't be told beforehand, so this may be needed again.
    """
    limit = len(body) * MAX_BYTES * 9 // (size * 10)
    start = body[:limit]
    for end in ("\n\n", "\n", " "):
        kept, found, _ = start.rpartition(end)
        if found and len(kept) > limit // 2:
            start = kept
            break
    start = start.rstrip()
    fence = _open_fence(start) if len(start) > _MIN_FENCED else ""
    return f"{start}\n{fence}" if fence else start


def _open_fence(text: str) -> str:
    """The fence that the last block of `text` lacks; only the same signs, as many, close one."""
    fence = ""
    for found in _FENCE.finditer(text):
        if not fence:
            fence = found[1]
        elif found[0].rstrip(" ") == fence:
            fence = ""
    return fence
