"""How one subscriber looks, for programs and for people: everything but the address."""

from typing import TYPE_CHECKING

from statusgen.errors import without_addresses

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from statusgen.mail.letter_states import LetterRecord
    from statusgen.mail.subscribers.subscriber import Subscriber, SubscriberRecord


def subscriber_as_json(one: "Subscriber") -> dict[str, object]:
    """What a subscriber asked for, in the order of a table's columns."""
    return {
        "id": one.token,
        "state": one.state,
        "audience": one.audience,
        "components": list(one.components),
        "min_severity": one.min_severity,
        "language": one.language,
    }


def cell(value: object) -> str:
    """One of these values; an empty list stands for all."""
    return " ".join(value) or "all" if isinstance(value, list) else str(value)


def record_as_json(record: "SubscriberRecord") -> dict[str, object]:
    """What happened to an entry."""
    return {
        "consent": {"source": _source(record), "at": _second(record.consent.at)},
        "changed_at": _second(record.changed_at),
        "strikes": [day.isoformat() for day in record.strikes],
    }


def letter_as_json(one: "LetterRecord") -> dict[str, object]:
    """What became of a letter."""
    at = _second(one.changed_at)
    return {"update": one.update_id, "state": one.state, "reply": one.reply, "at": at}


def subscriber_lines(
    one: "Subscriber", record: "SubscriberRecord", letters: "Sequence[LetterRecord]"
) -> list[str]:
    """All of this behind its names, the letters last and in their order."""
    return [
        *_named((key, cell(value)) for key, value in subscriber_as_json(one).items()),
        *_named(
            [
                ("consent", f"{_second(record.consent.at)}  {_source(record)}".rstrip()),
                ("changed", _second(record.changed_at)),
                ("strikes", _strikes(record)),
            ]
        ),
        *_letter_lines(letters),
    ]


def _named(pairs: "Iterable[tuple[str, str]]") -> list[str]:
    return [f"{name.replace('_', ' '):<13} {text}" for name, text in pairs]


def _strikes(record: "SubscriberRecord") -> str:
    days = ", ".join(day.isoformat() for day in record.strikes)
    return f"{len(record.strikes)}: {days}" if days else "none"


def _letter_lines(letters: "Sequence[LetterRecord]") -> list[str]:
    """When something last happened to each, and what."""
    if not letters:
        return _named([("letters", "none")])
    rows = [{key: str(value) for key, value in letter_as_json(one).items()} for one in letters]
    states = [f"{row['state']} {row['reply']}".strip().replace("_", " ") for row in rows]
    width = max(map(len, states))
    shown = zip(rows, states, strict=True)
    return [
        "letters",
        *(f"  {row['at']}  {state:<{width}}  {row['update']}" for row, state in shown),
    ]


def _source(record: "SubscriberRecord") -> str:
    """Whence the consent; the file that it may name bears any name, even an address."""
    from statusgen.values.notation import printable

    return printable(without_addresses(record.consent.source))


def _second(at: "datetime") -> str:
    from statusgen.values.notation import format_instant

    return format_instant(at.replace(microsecond=0))
