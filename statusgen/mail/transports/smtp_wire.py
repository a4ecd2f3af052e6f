"""The two directions of an open SMTP connection: bytes out, counted replies in.

A reply is only ever given to the command that it answers: one that nobody asked for, or that
is no reply at all, ends the connection. A relay may take its leave unasked, by 421. Knows nothing
of letters.
"""

import asyncio
import re
from collections import deque
from typing import Final

from statusgen.mail.delivery.replies import SERVICE_NOT_AVAILABLE, Reply

_MAX_LINE: Final = 2048  # RFC 5321 section 4.5.3.1.5 asks for 512
_MAX_LINES: Final = 100
_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])([^\r]*))?\r?")


class Wire(asyncio.Protocol):
    """A connection that is past its greeting and its login.

    Takes over `transport` from whoever opened it. Whatever is wrong with the other side ends
    the connection; nothing is raised.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport = transport
        self._replies: deque[Reply] = deque()
        self._due = 0
        self._rest = b""
        self._lines: list[bytes] = []
        self._code = b""
        self._wanted = 0
        self._has_backlog = False
        self._waiter: asyncio.Future[None] | None = None
        self._deadline_s = 0.0
        self._alarm: asyncio.TimerHandle | None = None
        self.is_open = not transport.is_closing()
        self.is_garbled = False
        """Whether the other side has said what makes no sense, or more than it was asked."""
        self.farewell: Reply | None = None
        """With what the other side ended the connection, without having been asked."""
        # So that pause_writing and resume_writing tell whether anything waits to be sent.
        transport.set_write_buffer_limits(high=1, low=0)
        transport.set_protocol(self)

    def send(self, data: bytes, replies: int) -> bool:
        """Send what will be answered by so many replies; False: nothing of it has left.

        Earlier replies have to be taken before.
        """
        if self.is_open and (self._rest or self._lines or self._replies or self._due):
            self._end(is_garbled=True)  # an answer that began before the question
        if not self.is_open:
            return False
        self._due = replies
        self._transport.write(data)
        if self._transport.is_closing():  # the write failed at once
            self._end()
        return self.is_open

    async def replies(self, count: int, timeout_s: float) -> list[Reply]:
        """Return the next replies: fewer when the connection ends or the time is over."""
        if len(self._replies) < count and self.is_open:
            self._wanted = count
            await self._wait(timeout_s)
        return [self._replies.popleft() for _ in range(min(count, len(self._replies)))]

    async def is_drained(self, timeout_s: float) -> bool:
        """Wait until all that was sent is with the operating system; False: it never will be.

        Under TLS some of it may wait in between.
        """
        if self._has_backlog and self.is_open:
            await self._wait(timeout_s)
        return self.is_open

    async def close(self) -> None:
        """End the connection; what waits to be sent is thrown away."""
        self._end()
        await asyncio.sleep(0)  # a closed socket is let go in the loop's next round

    def data_received(self, data: bytes) -> None:
        if not self.is_open:
            return
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        is_sound = all(map(self._take, lines))
        if not is_sound or len(self._rest) > _MAX_LINE:
            self._end(is_garbled=self.farewell is None)
        elif self._wanted and len(self._replies) >= self._wanted:
            self._wake()

    def eof_received(self) -> None:
        self._end()

    def connection_lost(self, _error: Exception | None) -> None:
        self._end()

    def pause_writing(self) -> None:
        self._has_backlog = True

    def resume_writing(self) -> None:
        self._has_backlog = False
        if not self._wanted:
            self._wake()

    def _take(self, line: bytes) -> bool:
        """Take one line of a reply; False when it ends the connection: none, or unasked."""
        match = _LINE.fullmatch(line)
        if match is None or len(line) > _MAX_LINE:
            return False
        code, mark, text = match.groups()
        if not self._due and int(code) == SERVICE_NOT_AVAILABLE:
            self.farewell = _reply(code, text)
            return False
        if not self._due:
            self._replies.clear()  # with one too many, nobody knows whose they are
            return False
        if self._lines and code != self._code:
            return False
        if mark == b"-":
            self._code = code
            self._lines.append(text)
            return len(self._lines) < _MAX_LINES
        if self._lines:
            text = b"\n".join((*self._lines, text or b""))
            self._lines.clear()
        self._due -= 1
        self._replies.append(_reply(code, text))
        return True

    async def _wait(self, timeout_s: float) -> None:
        self._waiter = self._loop.create_future()
        self._set_alarm(timeout_s)
        try:
            await self._waiter
        except asyncio.CancelledError:
            self._end()  # the reply to come would be taken for that to another command
            raise
        finally:
            self._waiter = None
            self._wanted = 0

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _set_alarm(self, timeout_s: float) -> None:
        """See to it that the wait ends. The alarm of an earlier wait is used again if it can be."""
        self._deadline_s = self._loop.time() + timeout_s
        if self._alarm is not None and self._alarm.when() > self._deadline_s:
            self._alarm.cancel()
            self._alarm = None
        if self._alarm is None:
            self._alarm = self._loop.call_at(self._deadline_s, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        if self._waiter is None:
            return
        if self._loop.time() >= self._deadline_s:
            self._end()
        else:
            self._alarm = self._loop.call_at(self._deadline_s, self._ring)

    def _end(self, *, is_garbled: bool = False) -> None:
        self.is_garbled |= is_garbled
        self.is_open = False
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        self._transport.abort()
        self._wake()


def _reply(code: bytes, text: bytes | None) -> Reply:
    return Reply(int(code), (text or b"").decode("utf-8", "replace"))
