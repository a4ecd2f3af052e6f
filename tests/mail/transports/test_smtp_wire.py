import asyncio
from contextlib import asynccontextmanager

import pytest

from statusgen.mail.delivery.replies import Reply
from statusgen.mail.transports.smtp_wire import Wire

SOON_S = 5.0


@asynccontextmanager
async def wired():
    """Give a wire, and what the other side reads and writes with."""
    arrived = asyncio.get_running_loop().create_future()
    server = await asyncio.start_server(
        lambda reader, writer: arrived.set_result((reader, writer)), "127.0.0.1", 0
    )
    port = server.sockets[0].getsockname()[1]
    transport, _ = await asyncio.get_running_loop().create_connection(
        asyncio.Protocol, "127.0.0.1", port
    )
    wire = Wire(transport)
    reader, writer = await arrived
    try:
        yield wire, reader, writer
    finally:
        await wire.close()
        writer.transport.abort()
        server.close()
        await asyncio.sleep(0.01)


def answers(*packets: bytes, count=1, due=None, pause_s=0.01) -> tuple[list[Reply], bool]:
    """Return the replies to one command, and whether the other side talked nonsense."""

    async def ask():
        async with wired() as (wire, _, writer):
            assert wire.send(b"NOOP\r\n", due or count)
            asking = asyncio.create_task(wire.replies(count, SOON_S))
            for packet in packets:
                writer.write(packet)
                await asyncio.sleep(pause_s)
            return await asking, wire.is_garbled

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("packet", "reply"),
    [
        (b"250 2.0.0 fine\r\n", Reply(250, "2.0.0 fine")),
        (b"250\r\n", Reply(250)),
        (b"250 \r\n", Reply(250)),
        (b"250 fine\n", Reply(250, "fine")),
        (b"250-one\r\n250-\r\n250 three\r\n", Reply(250, "one\n\nthree")),
        (b"250-one\r\n250\r\n", Reply(250, "one\n")),
        ("550 désolé\r\n".encode(), Reply(550, "désolé")),
        (b"550 d\xe9sol\xe9\r\n", Reply(550, "d\ufffdsol\ufffd")),
        (b"".join(b"250-%d\r\n" % n for n in range(99)) + b"250 end\r\n", None),
    ],
)
def test_a_reply_is_its_code_and_all_of_its_text_however_it_travels(packet, reply):
    in_pieces = [packet[at : at + 1] for at in range(len(packet))]

    whole, pieces = answers(packet), answers(*in_pieces, pause_s=0.0)

    assert whole == pieces
    assert len(whole[0]) == 1
    assert reply is None or whole == ([reply], False)


@pytest.mark.parametrize(
    "packet",
    [
        b"what?\r\n",
        b"\r\n",
        b"25 fine\r\n",
        b"2500 fine\r\n",
        b"650 fine\r\n",
        b"150 fine\r\n",
        b"250_fine\r\n",
        b"\xb2\xb5\xb0 fine\r\n",
        b"250 fine\rfine\r\n",
        b"250-one\r\n550 two\r\n",
        b"250 " + b"x" * 3000 + b"\r\n",
        b"250 " + b"x" * 3000,
        b"250-on and on\r\n" * 200,
    ],
    ids=lambda packet: repr(packet[:20]),
)
def test_what_is_no_reply_ends_the_connection(packet):
    assert answers(packet) == ([], True)


def test_replies_that_came_before_the_nonsense_are_kept():
    assert answers(b"250 one\r\nwhat?\r\n", due=3) == ([Reply(250, "one")], True)


def test_with_one_reply_too_many_nobody_knows_whose_they_are():
    assert answers(b"250 one\r\n250 two\r\n") == ([], True)


def test_replies_are_taken_in_turn():
    async def ask():
        async with wired() as (wire, _, writer):
            wire.send(b"MAIL\r\nRCPT\r\nDATA\r\n", 3)
            writer.write(b"250 one\r\n450 two\r\n35")
            first = await wire.replies(1, SOON_S)
            writer.write(b"4 three\r\n")
            return first + await wire.replies(2, SOON_S)

    assert [reply.code for reply in asyncio.run(ask())] == [250, 450, 354]


@pytest.mark.parametrize("early", [b"250 early\r\n", b"250-ea", b"2"])
def test_what_is_said_before_the_question_is_no_answer_to_it(early):
    async def ask():
        async with wired() as (wire, reader, writer):
            writer.write(early)
            await asyncio.sleep(0.02)
            is_sent = wire.send(b"NOOP\r\n", 1)
            return is_sent, wire.is_garbled, await wire.replies(1, SOON_S), await reader.read()

    assert asyncio.run(ask()) == (False, True, [], b"")


@pytest.mark.parametrize(
    "packet", [b"421 4.4.2 idle\r\n", b"421-4.4.2 idle\r\n421 for too long\r\n"]
)
def test_a_relay_that_takes_its_leave_unasked_is_no_nonsense(packet):
    async def ask():
        async with wired() as (wire, _, writer):
            wire.send(b".\r\n", 1)
            writer.write(b"250 taken\r\n" + packet)
            await asyncio.sleep(0.02)
            is_sent = wire.send(b"NOOP\r\n", 1)
            return is_sent, wire.is_garbled, wire.farewell, await wire.replies(1, SOON_S)

    assert asyncio.run(ask()) == (False, False, Reply(421, "4.4.2 idle"), [Reply(250, "taken")])


@pytest.mark.parametrize("with_reply", [True, False])
def test_a_wait_ends_with_the_connection(with_reply):
    async def ask():
        async with wired() as (wire, _, writer):
            wire.send(b"NOOP\r\n", 2)
            if with_reply:
                writer.write(b"250 fine\r\n")
            writer.close()
            return await wire.replies(2, SOON_S), wire.is_open, wire.is_garbled

    assert asyncio.run(ask()) == ([Reply(250, "fine")] * with_reply, False, False)


def test_a_wait_ends_at_its_time_and_takes_the_connection_with_it():
    async def ask():
        loop = asyncio.get_running_loop()
        async with wired() as (wire, _, writer):
            for timeout_s in (60.0, 0.2):  # a long wait before does not make this one longer
                wire.send(b"NOOP\r\n", 1)
                begin_s = loop.time()
                if timeout_s > 1:
                    writer.write(b"250 fine\r\n")
                replies = await wire.replies(1, timeout_s)
            return replies, wire.is_open, loop.time() - begin_s

    replies, is_open, took_s = asyncio.run(ask())

    assert (replies, is_open) == ([], False)
    assert 0.2 <= took_s < 5


def test_a_short_wait_before_does_not_make_the_next_one_shorter():
    async def ask():
        async with wired() as (wire, _, writer):
            wire.send(b"NOOP\r\n", 1)
            writer.write(b"250 fine\r\n")
            await wire.replies(1, 0.15)
            wire.send(b"NOOP\r\n", 1)
            asyncio.get_running_loop().call_later(0.3, writer.write, b"250 late\r\n")
            return await wire.replies(1, SOON_S)

    assert asyncio.run(ask()) == [Reply(250, "late")]


def test_nothing_is_sent_over_a_connection_that_is_gone():
    async def ask():
        async with wired() as (wire, reader, _):
            await wire.close()
            return wire.send(b"NOOP\r\n", 1), await wire.is_drained(SOON_S), await reader.read()

    assert asyncio.run(ask()) == (False, False, b"")


def test_a_write_that_fails_at_once_has_sent_nothing():
    async def ask():
        async with wired() as (wire, _, writer):
            writer.transport.abort()  # unread bytes make it a reset
            await asyncio.sleep(0)
            while wire.send(b"x" * 1000, 0):
                pass
            return wire.is_open

    assert not asyncio.run(ask())


@pytest.mark.parametrize("size", [10, 20_000_000])
def test_it_is_drained_when_the_operating_system_has_all(size):
    async def ask():
        async with wired() as (wire, reader, _):
            wire.send(b"x" * size, 0)
            waiting = asyncio.create_task(wire.is_drained(SOON_S))
            await asyncio.sleep(0.02)
            was_done = waiting.done()
            read = len(await reader.readexactly(size))
            return was_done, await waiting, read

    assert asyncio.run(ask()) == (size < 1000, True, size)
