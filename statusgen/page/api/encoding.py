"""Values as JSON that is safe wherever it lands, and that is never too long."""

import json
from collections.abc import Callable, Sequence

LIMIT = 1024 * 1024 - 1
"""Bytes: clients refuse bodies over 1 MiB."""

ENTRY_LIMIT = 64 * 1024
"""Bytes that one incident may take where a body would be over the limit."""

BODY_LIMIT = 5000
"""Characters that its text may take then."""

Json = dict[str, object]
Cut = Callable[[Json], Json]
"""Shortens the text of one update, or of a review."""

_ESCAPES = tuple((character, f"\\u{ord(character):04x}") for character in "<>&\u2028\u2029")
"""Text that ends a script element or a line of one; only strings hold such characters."""


def encoded(value: object) -> bytes:
    """`value` as UTF-8 JSON that may stand in HTML too; the order of keys is kept."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character, escape in _ESCAPES:
        text = text.replace(character, escape)
    return text.encode()


def fitted(document: Json, *lists: str, updates: str, cut: Cut) -> bytes:
    """`document` as JSON of at most LIMIT bytes, as far as its `lists` of incidents decide.

    Where it would be longer, incidents over ENTRY_LIMIT keep their newest `updates` only, and then
    the last incidents, which are the oldest, are left out. Earlier lists come first.
    """
    body = encoded(document)
    if len(body) <= LIMIT:
        return body
    left = LIMIT - len(encoded(document | {name: [] for name in lists}))
    short: Json = {}
    for name in lists:
        entries = [_shortened(entry, updates, cut) for entry in _entries(document[name])]
        kept = _first_that_fit(entries, left)
        left -= sum(_size(entry) for entry in kept)
        short[name] = kept
    return encoded(document | short)


def shorter(text: str) -> str:
    """`text`, cut where it is over BODY_LIMIT."""
    return text if len(text) <= BODY_LIMIT else text[: BODY_LIMIT - 1] + "…"


def _first_that_fit(entries: Sequence[Json], limit: int) -> list[Json]:
    kept: list[Json] = []
    for entry in entries:
        limit -= _size(entry)
        if limit < 0:
            break
        kept.append(entry)
    return kept


def _shortened(entry: Json, updates: str, cut: Cut) -> Json:
    """The incident within ENTRY_LIMIT, but for its components: at least one update is left."""
    if _size(entry) <= ENTRY_LIMIT:
        return entry
    told = _entries(entry[updates])
    without = entry | {updates: []}
    review = entry.get("postmortem")
    if isinstance(review, dict) and _size(without) > ENTRY_LIMIT:
        without |= {"postmortem": cut(review)}
    kept = _first_that_fit(told, ENTRY_LIMIT - _size(without))
    return without | {updates: kept or [cut(update) for update in told[:1]]}


def _size(value: object) -> int:
    """Bytes that it takes in a list, with the comma."""
    return len(encoded(value)) + 1


def _entries(value: object) -> list[Json]:
    assert isinstance(value, list)  # noqa: S101  ours, made by the callers
    return value
