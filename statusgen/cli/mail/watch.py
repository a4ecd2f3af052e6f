"""`mail status --watch`: the ledger as it changes, with letters a second and the time left."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

import click

from statusgen.cli.mail.view import Row, ledger_lines, sender_lines
from statusgen.mail.ledger import IsGone, Ledger
from statusgen.mail.letter_states import Account

WINDOW_S = 10.0
_EVERY_S = 1.0
_BESIDE_ROWS = 5
"""Lines that are neither an update nor the name of its incident."""
_MINUTE = 60


class Speed:
    """How many letters come to an end a second, over the last ten."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def note(self, total: Account, now_s: float) -> None:
        """Take the account at this moment into account."""
        self._seen.append((now_s, total.accepted + total.failed + total.in_doubt))
        while len(self._seen) > 2 and self._seen[1][0] <= now_s - WINDOW_S:  # noqa: PLR2004
            self._seen.popleft()

    @property
    def per_second(self) -> float:
        """0 until something has been seen to change."""
        (first_s, first), (last_s, last) = self._seen[0], self._seen[-1]
        return max(last - first, 0) / (last_s - first_s) if last_s > first_s else 0.0


def watch(read: Callable[[], Sequence[Row]], ledger: Ledger, is_gone: IsGone) -> None:
    """Shows what `read` gives each second, in place, until Ctrl-C."""
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    speed, console = Speed(), Console()
    with suppress(KeyboardInterrupt), Live(console=console, auto_refresh=False) as live:
        while True:
            is_held = ledger.is_held()
            senders = [one for one in ledger.senders() if not is_gone(one)]
            head = list(sender_lines(senders, is_held=is_held))
            most = max(1, (console.height - len(head) - _BESIDE_ROWS) // 2)
            lines = watch_lines(read(), speed, time.monotonic(), most, is_held=is_held)
            live.update(Text.from_ansi("\n".join([*head, *lines])), refresh=True)
            time.sleep(_EVERY_S)


def watch_lines(
    rows: Sequence[Row], speed: Speed, now_s: float, most: int = 20, *, is_held: bool = False
) -> list[str]:
    """How fast letters leave and how long the rest will take, and a table of the newest updates."""
    if not rows:
        return ["the ledger is empty: nothing has been published with letters yet"]
    total = sum((account for _, account in rows), Account())
    speed.note(total, now_s)
    return [_pace(total, 0 if is_held else speed.per_second), *ledger_lines(rows[:most])]


def _pace(total: Account, per_second: float) -> str:
    waiting = total.queued + total.claimed + total.dot
    rate = f"{per_second:,.0f}" if per_second >= 10 or not per_second else f"{per_second:.1f}"  # noqa: PLR2004
    text = f"{rate} letters/s"
    if waiting and per_second:
        text += f", {duration(waiting / per_second)} left"
    if total.deferred:
        text += f", {total.deferred:,} deferred"
    return click.style(text, bold=True)


def duration(seconds: float) -> str:
    """`40 s`, `12 min`, `2 h 5 min`: as exact as a guess deserves."""
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    minutes = round(seconds / _MINUTE)
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours else f"{minutes} min"
