"""How the ledger looks, for people and for programs: every letter accounted for, by token."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby

import click

from statusgen.cli.account_view import account_as_json
from statusgen.cli.output import count
from statusgen.mail.failure_reasons import Unsent
from statusgen.mail.letter_states import ALL_HELD, Account, DeliveryState, KnownUpdate, Trouble
from statusgen.targets.manifest import Publisher
from statusgen.values.notation import format_instant
from statusgen.values.value import Value

_COLUMNS = ("letters", "accepted", "owed", "failed", "in doubt", "not sent")
_NOT_SENT = {
    DeliveryState.SUPPRESSED: "given up by `mail hold`, or their readers have left",
    DeliveryState.SUPERSEDED: "the end of the incident goes to their readers instead",
    DeliveryState.EXPIRED: "too old to be sent when their turn came",
}
_MOST_TOKENS = 10
_TOTAL = "in total"

Row = tuple[KnownUpdate, Account]


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


def status_as_json(
    entries: Sequence[Entry],
    senders: Sequence[Publisher],
    trouble: Trouble | None,
    *,
    is_held: bool,
) -> dict[str, object]:
    """The ledger for programs: what became of letters, who sends, and whether they may."""
    return {
        "held": is_held,
        "trouble": trouble and {"at": format_instant(trouble.at), "text": trouble.text},
        "senders": [{"user": one.user, "host": one.host, "since": _since(one)} for one in senders],
        "total": account_as_json(sum((one.account for one in entries), Account())),
        "updates": [entry_as_json(one) for one in entries],
    }


def ledger_lines(rows: Sequence[Row]) -> Iterator[str]:
    """A table of updates under their incidents, in the order given, with the sum of several."""
    width = max(len(_TOTAL), *(len(_stem(known)) + 2 for known, _ in rows))
    yield click.style(" " * width + _row(_COLUMNS), dim=True)
    for incident_id, group in groupby(rows, key=lambda row: row[0].incident_id):
        yield click.style(incident_id, bold=True)
        for known, account in group:
            yield f"  {_stem(known):<{width - 2}}{_cells(known, account)}"
    if sum(not known.skipped for known, _ in rows) > 1:
        total = sum((account for _, account in rows), Account())
        yield click.style(f"{_TOTAL:<{width}}{_numbers(total)}", bold=True)


def sender_lines(senders: Sequence[Publisher], *, is_held: bool) -> Iterator[str]:
    """Who sends, and whether anybody may."""
    for one in senders:
        since = _since(one)
        yield f"sending: {one.user} on {one.host}" + (f", since {since}" if since else "")
    if is_held:
        yield click.style(ALL_HELD, fg="yellow", bold=True)


def trouble_line(trouble: Trouble) -> str:
    """Why the last run stopped."""
    return click.style(f"the last run stopped at {format_instant(trouble.at)}", fg="yellow") + (
        f": {trouble.text}"
    )


def next_steps(entry: Entry, *, is_sending: bool = False) -> Iterator[str]:
    """What is amiss with an update's letters, what to do, and whose they are."""
    account = entry.account
    cut_off = 0 if is_sending else account.dot
    waiting = account.queued + account.claimed + account.dot - cut_off
    if waiting:
        goes_on = "" if is_sending else "; `statusgen mail resume` goes on"
        yield f"{count(waiting, 'letter')} not sent yet{goes_on}"
    if cut_off:
        yield (
            f"{count(cut_off, 'letter')} in flight when a run was cut off; "
            "`statusgen mail resume` settles them"
        )
    for one in entry.unsent:
        number = f"{count(one.letters, 'letter')} {_words(one.state)}"
        yield f"{number}: {one.reason}; {one.remedy.replace('UPDATE', entry.known.update_id)}"
    if entry.unsent and not entry.tokens:
        yield f"`statusgen mail status {entry.known.update_id}` names whose they are, by token"
    for state, why in _NOT_SENT.items():
        number = getattr(account, state)
        if number:
            yield f"{count(number, 'letter')} {_words(state)}: {why}"
    for state, tokens in entry.tokens.items():
        more = f" and {len(tokens) - _MOST_TOKENS:,} more" if len(tokens) > _MOST_TOKENS else ""
        yield f"{_words(state)}: {' '.join(tokens[:_MOST_TOKENS])}{more}"


def _since(sender: Publisher) -> str | None:
    """When the process began that sends; it is the last word of what tells processes apart."""
    try:
        began = datetime.fromtimestamp(int(float(sender.process.split()[-1])), UTC)
    except (ValueError, IndexError, OverflowError):
        return None
    return format_instant(began)


def _words(state: DeliveryState) -> str:
    return state.replace("_", " ")


def _cells(known: KnownUpdate, account: Account) -> str:
    if known.skipped:
        return click.style(f"   not mailed: {known.skipped}", dim=True)
    return _numbers(account)


def _numbers(account: Account) -> str:
    unsent = account.suppressed + account.superseded + account.expired
    kept_back = (account.owed, account.failed, account.in_doubt, unsent)
    numbers = (account.audience, account.accepted, *kept_back)
    return _row([f"{number:,}" if number else "-" for number in numbers])


def _row(cells: Sequence[str]) -> str:
    return "".join(f"{cell:>10}" for cell in cells)


def _stem(known: KnownUpdate) -> str:
    return known.update_id.removeprefix(f"{known.incident_id}/")
