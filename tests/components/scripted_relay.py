"""A relay whose every answer is scripted, down to the packet: what a real one would not do.

It runs in the loop of the test. Letters are told apart by the number in their recipient and in
their sender, `r7@example.com` and `s7@example.com`.
"""

import asyncio
import re
import ssl
import struct
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from socket import SHUT_WR, SO_LINGER, SOL_SOCKET

from statusgen.config.relay import Relay
from statusgen.mail.letters.letter import Letter

OF_CONNECTIONS = ("connect", "ehlo", "starttls", "handshake", "auth")
OF_LETTERS = ("rset", "mail", "rcpt", "data", "body", "dot")
STAGES = (*OF_CONNECTIONS, *OF_LETTERS)
"""`connect` is the greeting, `handshake` what follows the answer to STARTTLS. `rset` is of the
letter before. `body` is after the first line of the content, and long before its end."""


class Fault(Enum):
    """What the relay does instead of answering."""

    FIN = "closes"
    RST = "resets"
    STALL = "says nothing more"
    HALF_CLOSE = "says nothing more and lets it be known, but listens"
    LATE = "answers when nobody waits any more"
    GARBAGE = "answers nonsense"
    ENDLESS = "answers in a line that is far too long"
    SURPLUS = "answers twice"
    BYE = "answers 421"
    NOT_NOW = "answers 454"


NOT_NOW = "454 4.3.0 not just now"
NOISE = {
    Fault.GARBAGE: b"\x00\xff what?\r\n",
    Fault.ENDLESS: b"250 " + b"on and " * 2000 + b"on\r\n",
}


@dataclass(frozen=True)
class Moment:
    """When an answer is due."""

    stage: str
    number: int
    """Of the letter; in stages of connections that of the connection."""
    tries: int
    """1 the first time for this stage and number."""


# What goes wrong by letter: a fault, a refusal of its own, nothing.
FAULTY, REFUSED, PLAIN = range(3)


def is_faulted(stage: str, moment: Moment) -> bool:
    """Whether this is the first time of a third of the connections or letters at the stage.

    Where there is TLS a connection is greeted twice: by turns it is the first time or the second.
    """
    if moment.stage != stage:
        return False
    if stage in OF_CONNECTIONS:
        is_turned = stage == "ehlo" and moment.number % 2 == 0
        return is_chosen(stage, moment.number) and moment.tries == 1 + is_turned
    return moment.number % 3 == (REFUSED if stage == "rset" else FAULTY) and moment.tries == 1


def is_chosen(stage: str, connection: int) -> bool:
    """Whether it is among the third of the connections that is faulty at the stage.

    The very first is, but for its handshake: before TLS has worked, noise is a wrong setting.
    """
    return connection % 3 == (2 if stage == "handshake" else 1)


Answer = str | Fault | None
"""Text gets its line end; None is the answer of a relay that takes the letter."""


@dataclass
class Script:
    """What the relay does, and what it saw."""

    answer: Callable[[Moment], Answer] = lambda _moment: None
    is_pipelining: bool = True
    extensions: tuple[str, ...] = ("8BITMIME", "SMTPUTF8")
    tls: ssl.SSLContext | None = None
    """With it STARTTLS is offered."""
    has_login: bool = False
    """Whether a login is offered, and any is taken."""
    letters_each: int | None = None
    """So many letters a connection, then it ends; None: as many as come."""
    late_s: float = 0.5
    is_lax: bool = False
    """Whether it takes recipients without a sender."""
    is_split: bool = False
    """Whether each byte travels in a packet of its own."""
    reads_after: asyncio.Event | None = None
    """Until it is set, content is left where it is."""
    keeps: Callable[[int], bool] = lambda _number: True
    """Whether a letter is taken although its dot gets no proper answer; what gets one is."""
    once_by: str = ""
    """The header by which a letter is known again, and not delivered another time."""
    journal: list[tuple[str, str]] = field(default_factory=list)
    """(recipient, Message-ID) of each letter that was taken, or may be for all a sender knows."""
    delivered: list[tuple[str, str]] = field(default_factory=list)
    """Those in the journal that were not known already."""
    contents: list[bytes] = field(default_factory=list)
    """Of the letters in the journal, as they came."""
    packets: list[bytes] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    done: Counter[Moment] = field(default_factory=Counter)
    connections: int = 0
    open_connections: int = 0
    port: int = 0
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)
    _tries: Counter[tuple[str, int]] = field(default_factory=Counter)
    _keys: set[str] = field(default_factory=set)

    @property
    def relay(self) -> Relay:
        user = "me" if self.has_login else ""
        return Relay("127.0.0.1", self.port, user=user, is_loopback=True)

    def take(self, recipients: tuple[str, ...], content: bytes) -> None:
        """Take a letter into the journal, and deliver it unless it is known."""
        taken = [(recipient, _header_in("Message-ID", content)) for recipient in recipients]
        self.journal += taken
        self.contents += [content] * len(taken)
        key = _header_in(self.once_by, content) if self.once_by else ""
        if not key or key not in self._keys:
            self.delivered += taken
        self._keys.add(key)

    def hang_up(self) -> None:
        """Drop every connection."""
        for writer in self._writers:
            writer.transport.abort()

    def moment(self, stage: str, number: int) -> Moment:
        self._tries[stage, number] += 1
        return Moment(stage, number, self._tries[stage, number])


class _EndedError(Exception):
    pass


@asynccontextmanager
async def scripted_relay(
    script: Script, context: ssl.SSLContext | None = None
) -> AsyncIterator[Script]:
    """Run the relay on a free port of 127.0.0.1; the port is in the script."""
    tasks: set[asyncio.Task[None]] = set()

    def make_protocol() -> asyncio.StreamReaderProtocol:
        reader = _Reader(script.packets)
        return asyncio.StreamReaderProtocol(reader, begin)

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        script._writers.append(writer)  # noqa: SLF001
        task = asyncio.ensure_future(_Session(script, reader, writer).run())
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    loop = asyncio.get_running_loop()
    server = await loop.create_server(make_protocol, "127.0.0.1", 0, ssl=context)
    script.port = server.sockets[0].getsockname()[1]
    try:
        yield script
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.01)  # for the sockets to be let go


class _Reader(asyncio.StreamReader):
    def __init__(self, packets: list[bytes]) -> None:
        super().__init__(limit=1 << 16)
        self._packets = packets

    def feed_data(self, data: bytes) -> None:
        self._packets.append(data)
        super().feed_data(data)


class _Session:
    def __init__(
        self, script: Script, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._script = script
        self._reader = reader
        self._writer = writer
        self._recipients: list[str] = []
        self._has_sender = False
        self._number = 0
        self._letters = 0
        self._is_encrypted = False

    async def run(self) -> None:
        self._script.connections += 1
        self._script.open_connections += 1
        self._connection = self._script.connections
        try:
            await self._answer("connect", self._connection, "220 relay.test")
            while line := await self._reader.readline():
                await self._obey(line.decode().rstrip("\r\n"))
        except (_EndedError, OSError):
            pass
        finally:
            self._writer.transport.abort()
            self._script.open_connections -= 1

    async def _obey(self, command: str) -> None:
        self._script.commands.append(command)
        match command[:4].upper():
            case "EHLO" | "STAR" | "AUTH":
                await self._prepare(command)
            case "MAIL" if self._has_sender:
                await self._say("503 5.5.1 nested MAIL command")
            case "MAIL":
                self._number = _number_in(command)
                self._has_sender = await self._answer("mail", self._number, "250 2.1.0 fine")
            case "RCPT" if not (self._has_sender or self._script.is_lax):
                await self._say("503 5.5.1 who from?")
            case "RCPT":
                self._number = _number_in(command)
                if await self._answer("rcpt", self._number, "250 2.1.5 fine"):
                    self._recipients.append(command.partition("<")[2].partition(">")[0])
            case "DATA":
                await self._data()
            case "RSET":
                self._forget()
                await self._answer("rset", self._number, "250 2.0.0 forgotten")
            case "QUIT":
                await self._say("221 2.0.0 bye")
                raise _EndedError
            case _:
                await self._say("500 5.5.2 what?")

    async def _prepare(self, command: str) -> None:
        """Do what comes before all letters."""
        match command[:4].upper():
            case "EHLO":
                await self._greet()
            case "STAR" if self._may_encrypt:
                if await self._answer("starttls", self._connection, "220 2.0.0 go ahead"):
                    await self._encrypt()
            case "AUTH" if self._script.has_login:
                await self._answer("auth", self._connection, "235 2.7.0 welcome")
            case _:
                await self._say("502 5.5.1 not here")

    async def _greet(self) -> None:
        names = ["relay.test", *self._script.extensions]
        names += ["PIPELINING"] * self._script.is_pipelining
        names += ["STARTTLS"] * self._may_encrypt
        names += ["AUTH PLAIN"] * self._script.has_login
        lines = [f"250-{name}\r\n" for name in names[:-1]] + [f"250 {names[-1]}"]
        await self._answer("ehlo", self._connection, "".join(lines))

    @property
    def _may_encrypt(self) -> bool:
        return self._script.tls is not None and not self._is_encrypted

    async def _encrypt(self) -> None:
        assert self._script.tls is not None
        moment = self._script.moment("handshake", self._connection)
        if self._script.answer(moment) is not None:
            await self._reader.read(1 << 16)  # the other side's first words
            await self._act(moment, "")
            raise _EndedError
        await self._writer.start_tls(self._script.tls)
        self._is_encrypted = True

    async def _data(self) -> None:
        """Without a recipient the answer is 503, if the script does not say otherwise."""
        usual = "354 go ahead" if self._recipients else "503 5.5.1 no valid recipients"
        moment = self._script.moment("data", self._number)
        said = await self._act(moment, usual)
        if said.startswith("354"):
            await self._content()

    async def _content(self) -> None:
        if self._script.reads_after is not None:
            await self._script.reads_after.wait()
        lines = [await self._line()]
        if lines != [b".\r\n"]:
            await self._act(self._script.moment("body", self._number), "")
            while lines[-1] != b".\r\n":
                lines.append(await self._line())
        self._script.commands.append(".")
        recipients = tuple(self._recipients)
        moment = self._script.moment("dot", self._number)
        content = b"".join(lines[:-1])
        answer = self._script.answer(moment)
        is_refused = isinstance(answer, str) or answer in {Fault.BYE, Fault.NOT_NOW}
        is_answered = answer in {None, Fault.SURPLUS}
        if not is_refused and (is_answered or self._script.keeps(self._number)):
            self._script.take(recipients, content)
        self._forget()
        await self._act(
            moment, "250 2.0.0 taken" if recipients else "554 5.5.1 no valid recipients"
        )
        self._letters += bool(recipients)
        if self._letters == self._script.letters_each:
            raise _EndedError

    async def _line(self) -> bytes:
        line = await self._reader.readline()
        if not line.endswith(b"\n"):
            raise _EndedError
        return line

    def _forget(self) -> None:
        self._has_sender = False
        self._recipients = []

    async def _answer(self, stage: str, number: int, usual: str) -> bool:
        """Answer as the script says; return whether that was the usual."""
        return await self._act(self._script.moment(stage, number), usual) == usual

    async def _act(self, moment: Moment, usual: str) -> str:
        """Do what the script says; return what was answered when the conversation goes on."""
        answer = self._script.answer(moment)
        self._script.done[moment] += 1
        if answer is Fault.NOT_NOW:
            answer = NOT_NOW
        if isinstance(answer, Fault):
            await self._fail(answer, usual)
            return usual
        said = usual if answer is None else answer
        await self._say(said)
        return said

    async def _fail(self, fault: Fault, usual: str) -> None:
        match fault:
            case Fault.FIN:
                self._writer.close()
                raise _EndedError
            case Fault.RST:
                raw = self._writer.get_extra_info("socket")
                raw.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
                self._writer.transport.abort()
                raise _EndedError
            case Fault.STALL:
                await self._reader.read()
                raise _EndedError
            case Fault.HALF_CLOSE:
                if self._writer.can_write_eof():
                    self._writer.write_eof()
                else:  # TLS knows no such thing, the connection below it does
                    self._writer.get_extra_info("socket").shutdown(SHUT_WR)
            case Fault.LATE:
                await asyncio.sleep(self._script.late_s)
                await self._say(usual or "250 2.0.0 too late")
            case Fault.GARBAGE | Fault.ENDLESS:
                await self._write(NOISE[fault])
            case Fault.SURPLUS:
                await self._say("\r\n".join([usual or "250 early"] * 2))
            case Fault.BYE:
                await self._say("421 4.3.2 shutting down")
                raise _EndedError

    async def _say(self, text: str) -> None:
        if text:
            await self._write(f"{text}\r\n".encode())

    async def _write(self, data: bytes) -> None:
        pieces = [data[at : at + 1] for at in range(len(data))] if self._script.is_split else [data]
        for piece in pieces:
            with suppress(OSError, RuntimeError):  # after a half-close nothing can be said
                self._writer.write(piece)
                await self._writer.drain()
            if self._script.is_split:
                await asyncio.sleep(0)


def _number_in(command: str) -> int:
    found = re.search(r"<\D*(\d+)@", command)
    return int(found[1]) if found else 0


def _header_in(name: str, content: bytes) -> str:
    found = re.search(rb"^%s: (\S+)" % name.encode(), content, re.MULTILINE)
    return found[1].decode() if found else ""


def make_numbered(number: int, body: bytes = b"We are on it.\r\n") -> Letter:
    message_id = f"<{number}@example.com>"
    head = f"Subject: Login is slow\r\nMessage-ID: {message_id}\r\n\r\n".encode()
    return Letter(
        "login/01",
        f"sub_{number}",
        message_id,
        f"s{number}@example.com",
        f"r{number}@example.com",
        head + body,
    )
