"""A program that sends what a ledger owes, for tests that kill it or run several of it at once.

    python -m tests.fakes.mail_worker '{"url": …, "folder": …, "port": …}'

Prints a line of JSON: the tokens of those who were sent a letter again or whose letter is in doubt,
and from when to when the ledger did not hear of a sender that ought to have beaten by then.
"""

import json
import sys
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

from statusgen.config.relay import Relay
from statusgen.mail.database.engine import Database, open_database
from statusgen.mail.database.ledger import SqlLedger
from statusgen.mail.delivery.deliver import deliver
from statusgen.mail.delivery.rules import DeliveryRules
from statusgen.mail.ledger import IsGone
from statusgen.mail.letter_states import Sender, Standing, Trouble
from statusgen.mail.transports.smtp import SmtpTransport
from statusgen.targets.manifest import Publisher
from statusgen.values.vocabulary import InDoubt
from tests.fakes.mail import NOW, URL, make_letter

UPDATE = "login/01"


@dataclass(frozen=True)
class Order:
    """What a worker is told."""

    folder: str
    port: int
    url: str = URL
    connections: int = 10
    max_per_second: float = 0
    in_doubt: str = "resend"
    lease_s: float = 60
    beat_s: float = 15
    patience_s: float = 30
    clock_off_h: int = 0
    """How far the clock of the worker's machine is off, however it is read."""
    rounds: int = 1
    """So many runs one after the other."""
    round_s: float = 3600
    """How much later each of them is; in an hour deferred letters are due."""

    def start(self) -> "Popen[str]":
        words = [sys.executable, "-m", "tests.fakes.mail_worker", json.dumps(asdict(self))]
        return Popen(words, stdout=PIPE, stderr=PIPE, text=True)


class NotingLedger(SqlLedger):
    """Notes from when to when it did not hear of its sender, on the machine's monotonic clock."""

    def __init__(self, database: Database, lease_s: float) -> None:
        super().__init__(database, lease_s)
        self.silences: list[tuple[float, float]] = []
        """From one beat to the next."""
        self.ends: list[tuple[float, float]] = []
        """Those after which the sender found itself settled."""
        self._heard_s = 0.0

    def enlist(self, by: Publisher, is_gone: IsGone) -> Sender:
        self._heard_s = time.monotonic()
        return super().enlist(by, is_gone)

    def beat(self, sender: Sender) -> Standing | None:
        asked_s = time.monotonic()
        standing = super().beat(sender)
        silence = (self._heard_s, time.monotonic())
        if standing is None:
            self.ends.append(silence)
        else:
            self._heard_s = asked_s
        self.silences.append(silence)
        return standing

    def dismiss(self, sender: Sender, trouble: Trouble | None = None) -> None:
        super().dismiss(sender, trouble)
        self.silences.append((self._heard_s, time.monotonic()))


def set_clock(off: timedelta) -> None:
    """Have this process read its machine's clock with an error; `datetime.now` stays right."""
    now_s = time.time
    time.time = lambda: now_s() + off.total_seconds()


def work(order: Order) -> None:
    off = timedelta(hours=order.clock_off_h)
    set_clock(off)
    database = open_database(order.url, Path(order.folder), lambda: datetime.now(UTC) + off)
    ledger = NotingLedger(database, order.lease_s)
    said = send(order, ledger, NOW + off)
    sys.stdout.write(json.dumps(said))
    sys.stdout.flush()
    ledger.tick_copies([UPDATE], said["resent"])
    database.close()


def send(order: Order, ledger: NotingLedger, now: datetime) -> dict[str, Any]:
    transport = SmtpTransport(Relay("127.0.0.1", order.port, is_loopback=True))
    rules = DeliveryRules(
        max_connections=order.connections,
        max_per_second=order.max_per_second,
        in_doubt=InDoubt(order.in_doubt),
        beat_s=order.beat_s,
        patience_s=order.patience_s,
    )
    sent = 0
    began = time.monotonic()
    for number in range(order.rounds):
        later = now + timedelta(seconds=order.round_s * number)
        report = deliver(ledger, transport, make_letter, [UPDATE], later, rules)
        sent += report.sent
        if not report.total.owed:
            break
        time.sleep(0.1)
    return {
        "resent": list(report.resent),
        "in_doubt": list(report.in_doubt),
        "trouble": str(report.trouble or ""),
        "sent": sent,
        "seconds": time.monotonic() - began,
        "silences": [one for one in ledger.silences if one[1] - one[0] > 1.2 * order.beat_s],
        "ends": ledger.ends,
    }


if __name__ == "__main__":
    work(Order(**json.loads(sys.argv[1])))
