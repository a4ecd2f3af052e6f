"""How long a letter may be: Gmail cuts a mail's HTML at 102 kB, and the way out with it."""

import re

MAX_HTML_BYTES = 98_000
"""Of a whole HTML part, before the subscriber's token takes its place."""
MAX_COMPONENTS = 50
"""Listed in one letter; the page has them all."""
MAX_NAME = 100
"""Characters of a component's name."""

_MIN_FENCED = 1_000
_FENCE = re.compile(r"^ {0,3}(```|~~~)", re.MULTILINE)


def clipped(name: str) -> str:
    """`name`, its end replaced by an ellipsis where it is too long for a list."""
    return name if len(name) <= MAX_NAME else name[: MAX_NAME - 1].rstrip() + "…"


def shorter(body: str, html_bytes: int) -> str:
    """The beginning of `body`, whose letter has `html_bytes` bytes of HTML, which is too many.

    It ends with a paragraph, a line or a word; a fenced block that is cut is closed. How much
    HTML a Markdown text makes can't be told beforehand, so this may be needed again.
    """
    limit = len(body) * MAX_HTML_BYTES * 9 // (html_bytes * 10)
    start = body[:limit]
    for end in ("\n\n", "\n", " "):
        kept, found, _ = start.rpartition(end)
        if found and len(kept) > limit // 2:
            start = kept
            break
    fences = _FENCE.findall(start)
    is_open = len(fences) % 2 and len(start) > _MIN_FENCED
    return f"{start.rstrip()}\n{fences[-1]}" if is_open else start.rstrip()
