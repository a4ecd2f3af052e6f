"""How the ledger looks, for people and for programs: every letter accounted for, by token."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import click

from statusgen.cli.output import count
from statusgen.model.delivery import Account, DeliveryState, KnownUpdate
from statusgen.model.unsent import Unsent
from statusgen.model.value import Value, asdict

_COLUMNS = ("letters", "accepted", "owed", "failed", "in doubt")
_MOST_TOKENS = 10


class Entry(Value, frozen=True):
    """One update of the ledger."""

    known: KnownUpdate
    account: Account
    unsent: tuple[Unsent, ...]
    """What keeps letters from their readers."""
    tokens: Mapping[DeliveryState, tuple[str, ...]]
    """Whose letters those are, where that was asked for."""


def entry_as_json(entry: Entry) -> dict[str, object]:
    """An update's account for programs."""
    return {
        "update": entry.known.update_id,
        "skipped": entry.known.skipped or None,
        **account_as_json(entry.account),
        "unsent": [
            {
                "state": one.state,
                "reply": one.reply,
                "letters": one.letters,
                "reason": one.reason,
                "remedy": one.remedy.replace("UPDATE", entry.known.update_id),
            }
            for one in entry.unsent
        ],
        "tokens": {state.value: list(tokens) for state, tokens in entry.tokens.items()},
    }


def account_as_json(account: Account) -> dict[str, int]:
    """What became of letters, in numbers."""
    return {"audience": account.audience, "owed": account.owed, **asdict(account)}


def ledger_lines(entries: Sequence[Entry]) -> Iterator[str]:
    """A table of updates under their incidents, in the order given."""
    width = max(len(_stem(one.known)) for one in entries) + 2
    yield click.style(" " * width + _row(_COLUMNS), dim=True)
    for incident_id, group in groupby(entries, key=lambda one: one.known.incident_id):
        yield click.style(incident_id, bold=True)
        for one in group:
            yield f"  {_stem(one.known):<{width - 2}}{_cells(one)}"


def next_steps(entry: Entry) -> Iterator[str]:
    """What is amiss with an update's letters, what to do, and whose they are."""
    waiting = entry.account.queued + entry.account.sending
    if waiting:
        yield f"{count(waiting, 'letter')} not sent yet; `statusgen mail resume` goes on"
    for one in entry.unsent:
        number = f"{count(one.letters, 'letter')} {_words(one.state)}"
        yield f"{number}: {one.reason}; {one.remedy.replace('UPDATE', entry.known.update_id)}"
    if entry.unsent and not entry.tokens:
        yield f"`statusgen mail status {entry.known.update_id}` names whose they are, by token"
    for state, tokens in entry.tokens.items():
        more = f" and {len(tokens) - _MOST_TOKENS:,} more" if len(tokens) > _MOST_TOKENS else ""
        yield f"{_words(state)}: {' '.join(tokens[:_MOST_TOKENS])}{more}"


def _words(state: DeliveryState) -> str:
    return state.replace("_", " ")


def _cells(entry: Entry) -> str:
    if entry.known.skipped:
        return click.style(f"   not mailed: {entry.known.skipped}", dim=True)
    account = entry.account
    numbers = (account.audience, account.accepted, account.owed, account.failed, account.in_doubt)
    return _row([f"{number:,}" if number else "-" for number in numbers])


def _row(cells: Sequence[str]) -> str:
    return "".join(f"{cell:>10}" for cell in cells)


def _stem(known: KnownUpdate) -> str:
    return known.update_id.removeprefix(f"{known.incident_id}/")
