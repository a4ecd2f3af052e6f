"""A relay in a process of its own that journals every letter at its end, and misbehaves if told to.

The journal is on the disk before the answer leaves, so it tells what was taken whatever became of
the sender. Thousands of letters a second; letters that end together share one write to the disk.
"""

import asyncio
import json
import os
import re
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import BinaryIO, NamedTuple

from tests.components.own_process import announce, own_process

TAKEN, DROPPED = "250", "dropped"
"""What the journal says of letters that arrived, with an answer and without one."""
THROTTLED = "454 4.7.0 Throttling failure: Maximum sending rate exceeded"
TROUBLE = "451 4.3.0 try again later"
TROUBLES = (TROUBLE, "450 4.2.1 unavailable", "452 4.2.2 mailbox full", "451 4.7.1 greylisted")
BUSY = "421 4.3.2 too busy"
REPLIES_AT_RCPT = {
    "perm": "550 5.1.1 no such user",
    "full": "552 5.2.2 mailbox full",
    "temp": TROUBLE,
}
REPLIES_AT_DOT = {"policy": "550 5.7.515 Access denied, sending domain does not authenticate"}

_MESSAGE_ID = re.compile(rb"^message-id:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_END = b"\r\n.\r\n"


@dataclass(frozen=True)
class Conduct:
    """How the relay behaves; as it stands it takes everything at once."""

    has_pipelining: bool = True
    """Without it, a command that comes before the answer to the last one ends the connection."""
    at_rcpt: Mapping[str, str] = field(default_factory=lambda: REPLIES_AT_RCPT)
    """Replies by the beginning of the address."""
    at_dot: Mapping[str, str] = field(default_factory=lambda: REPLIES_AT_DOT)
    per_second: float = 0
    """More is answered with THROTTLED after the dot; 0: no limit."""
    burst: float = 1
    """How many may end at once under `per_second`."""
    trouble_share: float = 0
    """Of the tries; they get one of TROUBLES, at RCPT as likely as after the dot."""
    drop_share: float = 0
    """Of the letters; they are taken, and the connection is dropped instead of an answer."""
    busy_s: float = 0
    """So long all that is said, a dot too, gets BUSY and the connection is closed."""
    busy_after: int = 0
    """So many letters come to their end before that; 0: it begins with the first connection."""
    reply_delay_s: float = 0
    """After each dot."""
    seed: int = 1


class Entry(NamedTuple):
    """A letter that came to its end."""

    at_s: float
    """On the machine's monotonic clock."""
    connection: int
    open_connections: int
    answer: str
    """TAKEN, DROPPED or the code of a refusal."""
    recipient: str
    message_id: str

    @property
    def has_arrived(self) -> bool:
        return self.answer in {TAKEN, DROPPED}


class Refusal(NamedTuple):
    """A reply that begins with 4 or 5."""

    at_s: float
    connection: int
    stage: str
    """CONNECT, the verb that was answered, or DOT."""
    reply: str


@dataclass(frozen=True, slots=True)
class JournalSink:
    port: int
    pid: int
    path: Path

    def entries(self) -> list[Entry]:
        """Whatever came to its end, refused or not, in order."""
        rows = (line.split("\t") for line in self.path.read_text("utf-8").splitlines())
        return [Entry(float(at), int(one), int(all_), *words) for at, one, all_, *words in rows]

    def arrived(self) -> list[Entry]:
        """What a reader has got, as often as they have."""
        return [one for one in self.entries() if one.has_arrived]

    def size(self) -> int:
        """How many bytes the journal has."""
        return self.path.stat().st_size

    def count(self, since: int = 0) -> int:
        """How many letters came to their end, since the journal had that size.

        Quick enough to ask all the time.
        """
        with self.path.open("rb") as journal:
            journal.seek(since)
            return journal.read().count(b"\n")

    def refusals(self) -> list[Refusal]:
        """Whatever was refused, at the dot or before, in order."""
        lines = _refusals_beside(self.path).read_text("utf-8").splitlines()
        rows = (line.split("\t") for line in lines)
        return [Refusal(float(at), int(one), *words) for at, one, *words in rows]


@contextmanager
def journal_sink(path: Path, conduct: Conduct | None = None) -> Iterator[JournalSink]:
    """Run the relay on a free port of 127.0.0.1; `path` is its journal, continued if there."""
    path.touch()
    _refusals_beside(path).touch()
    told = json.dumps(asdict(conduct or Conduct()))
    with own_process(__name__, str(path), told) as process:
        yield JournalSink(process.port, process.pid, path)


def _refusals_beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.refusals")


class _Relay:
    """What all connections share."""

    def __init__(self, conduct: Conduct, journal: BinaryIO, refusals: BinaryIO) -> None:
        self.conduct = conduct
        self.random = Random(conduct.seed)
        self.connections = 0
        self.open_connections = 0
        self._journal = journal
        self._refusals = refusals
        self._letters = 0
        self._busy_until_s: float | None = None
        self._tokens = float(conduct.burst)
        self._filled_s = time.monotonic()
        self._ended: list[tuple[str, _Session, str]] = []

    def welcome(self) -> int:
        """Count a connection, and return its number."""
        self._be_busy_if_it_is_time()
        self.connections += 1
        self.open_connections += 1
        return self.connections

    @property
    def is_busy(self) -> bool:
        return time.monotonic() < (self._busy_until_s or 0)

    def happens(self, share: float) -> bool:
        return share > 0 and self.random.random() < share

    def trouble(self) -> str | None:
        """Return the refusal that a try gets here, at RCPT or after the dot, or None."""
        each = 1 - (1 - self.conduct.trouble_share) ** 0.5
        return self.random.choice(TROUBLES) if self.happens(each) else None

    def note_refusal(self, session: "_Session", stage: str, reply: str) -> None:
        row = "\t".join([str(time.monotonic()), str(session.number), stage, reply])
        self._refusals.write(f"{row}\n".encode())

    def answer_at_dot(self, recipient: str) -> str:
        """Return the reply to a letter, or DROPPED."""
        if self.is_busy:
            return BUSY
        if self.conduct.per_second and not self._take_token():
            return THROTTLED
        if reply := _reply(self.conduct.at_dot, recipient):
            return reply
        if reply := self.trouble():
            return reply
        return DROPPED if self.happens(self.conduct.drop_share) else "250 2.0.0 Ok"

    def end(self, session: "_Session", answer: str, recipient: str, message_id: str) -> None:
        """Journal the end of a letter, then answer."""
        verdict = answer.split(" ", 1)[0]
        words = (time.monotonic(), session.number, self.open_connections, verdict)
        row = "\t".join([*map(str, words), recipient, message_id])
        self._letters += 1
        self._be_busy_if_it_is_time()
        if not self._ended:
            asyncio.get_running_loop().call_soon(self._write)
        self._ended.append((row, session, answer))

    def _be_busy_if_it_is_time(self) -> None:
        if self._busy_until_s is None and self._letters >= self.conduct.busy_after:
            self._busy_until_s = time.monotonic() + self.conduct.busy_s

    def _write(self) -> None:
        ended, self._ended = self._ended, []
        self._journal.write("".join(f"{row}\n" for row, _, _ in ended).encode())
        os.fsync(self._journal.fileno())
        for _, session, answer in ended:
            if self.conduct.reply_delay_s:
                loop = asyncio.get_running_loop()
                loop.call_later(self.conduct.reply_delay_s, session.answer_dot, answer)
            else:
                session.answer_dot(answer)

    def _take_token(self) -> bool:
        now_s = time.monotonic()
        gained = (now_s - self._filled_s) * self.conduct.per_second
        self._tokens = min(float(self.conduct.burst), self._tokens + gained)
        self._filled_s = now_s
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class _Session(asyncio.Protocol):
    """One connection: commands by the line, content by its end, answers in one write."""

    def __init__(self, relay: _Relay) -> None:
        self._relay = relay
        self._input = bytearray()
        self._output: list[str] = []
        self._recipient = ""
        self._is_in_content = False
        self._is_waiting = False
        """For the journal: what comes meanwhile is looked at later."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.number = self._relay.welcome()
        self._say("CONNECT", BUSY if self._relay.is_busy else "220 mx.test ESMTP")
        self._flush()

    def connection_lost(self, _error: Exception | None) -> None:
        self._relay.open_connections -= 1

    def data_received(self, data: bytes) -> None:
        self._input += data
        self._work()

    def answer_dot(self, answer: str) -> None:
        """Say what became of the letter, and go on with what has come meanwhile."""
        if answer == DROPPED:
            self._transport.abort()
            return
        self._is_waiting = False
        self._say("DOT", answer)
        self._work()

    def _work(self) -> None:
        while not self._is_waiting and not self._transport.is_closing():
            if not (self._take_content() if self._is_in_content else self._take_line()):
                break
        self._flush()

    def _take_content(self) -> bool:
        """The first line may be the final dot, so the line break of DATA is kept before it."""
        end = self._input.find(_END)
        if end < 0:
            return False
        found = _MESSAGE_ID.search(self._input, 0, end)
        message_id = found[1].decode("utf-8", "replace") if found else "-"
        del self._input[: end + len(_END)]
        self._is_in_content, self._is_waiting = False, True
        answer = self._relay.answer_at_dot(self._recipient)
        self._relay.end(self, answer, self._recipient, message_id)
        self._recipient = ""
        return True

    def _take_line(self) -> bool:
        end = self._input.find(b"\r\n")
        if end < 0:
            return False
        line = self._input[:end].decode("utf-8", "replace")
        del self._input[: end + 2]
        if self._input and not self._relay.conduct.has_pipelining:
            improper = "503 5.5.0 Improper use of SMTP command pipelining"
            self._say(line[:4].upper(), improper, is_last=True)
        elif self._relay.is_busy:
            self._say(line[:4].upper(), BUSY)
        else:
            self._obey(line)
        return True

    def _obey(self, line: str) -> None:
        verb = line[:4].upper()
        if verb == "EHLO":
            extensions = ["mx.test", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"]
            extensions += ["PIPELINING"] if self._relay.conduct.has_pipelining else []
            self._output += [f"250-{one}" for one in extensions[:-1]]
            self._say(verb, f"250 {extensions[-1]}")
        elif verb == "RCPT":
            self._say(verb, self._consider(line))
        elif verb == "DATA":
            self._begin_content()
        elif verb == "QUIT":
            self._say(verb, "221 2.0.0 Bye", is_last=True)
        elif verb in {"MAIL", "RSET", "NOOP", "HELO"}:
            self._recipient = ""
            self._say(verb, "250 2.0.0 Ok")
        else:
            self._say(verb, "502 5.5.2 command not recognized")

    def _consider(self, line: str) -> str:
        recipient = line[line.index("<") + 1 : line.rindex(">")]
        reply = _reply(self._relay.conduct.at_rcpt, recipient)
        reply = reply or self._relay.trouble()
        if not reply:
            self._recipient = recipient
        return reply or "250 2.1.5 Ok"

    def _begin_content(self) -> None:
        if not self._recipient:
            self._say("DATA", "554 5.5.1 no valid recipients")
            return
        self._input[:0] = b"\r\n"
        self._is_in_content = True
        self._say("DATA", "354 End data with <CR><LF>.<CR><LF>")

    def _say(self, stage: str, reply: str, *, is_last: bool = False) -> None:
        if reply[0] in "45":
            self._relay.note_refusal(self, stage, reply)
        self._output.append(reply)
        if is_last or reply == BUSY:
            self._flush()
            self._transport.close()

    def _flush(self) -> None:
        if self._output and not self._transport.is_closing():
            self._transport.write("".join(f"{one}\r\n" for one in self._output).encode())
        self._output.clear()


def _reply(replies: Mapping[str, str], recipient: str) -> str | None:
    return next((reply for start, reply in replies.items() if recipient.startswith(start)), None)


async def _serve(path: Path, conduct: Conduct) -> None:
    with (
        path.open("ab", buffering=0) as journal,
        _refusals_beside(path).open("ab", buffering=0) as refusals,
    ):
        relay = _Relay(conduct, journal, refusals)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Session(relay), "127.0.0.1", 0, backlog=200)
        announce(server.sockets[0].getsockname()[1])
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), Conduct(**json.loads(sys.argv[2]))))
