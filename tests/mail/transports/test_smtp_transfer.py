import asyncio
import selectors
import time
from contextlib import asynccontextmanager

import pytest

from statusgen.errors import MailError
from statusgen.mail.delivery.replies import Meaning
from statusgen.mail.letter_states import DeliveryState, Outcome
from statusgen.mail.transports.smtp import SmtpTransport
from statusgen.mail.transports.smtp_transfer import SmtpTimeouts
from statusgen.values.value import replace
from tests.components.scripted_relay import Fault, Script, make_numbered, scripted_relay

ACCEPTED = Outcome(DeliveryState.ACCEPTED)
LINE = b"x" * 70 + b"\r\n"
EACH_WAY = pytest.mark.parametrize("is_pipelining", [True, False], ids=["pipelining", "one by one"])


@asynccontextmanager
async def connected(script, **timeouts):
    async with scripted_relay(script):
        connection = await SmtpTransport(script.relay, timeouts=SmtpTimeouts(**timeouts)).connect()
        try:
            yield connection
        finally:
            await connection.close()


def send(script, *letters, **timeouts) -> list[Outcome]:
    """Send the letters over one connection, each announced with the dot of the one before."""

    async def send_all():
        outcomes = []
        async with connected(script, **timeouts) as connection:
            for letter, then in zip(letters, [*letters[1:], None], strict=True):
                outcome = await connection.offer(letter)
                outcomes.append(outcome or await connection.finish(then))
        return outcomes

    return asyncio.run(send_all())


def at(stage, answer, number=1) -> Script:
    def answer_at(moment):
        return answer if (moment.stage, moment.number) == (stage, number) else None

    return Script(answer_at)


def lost(state, reply="", meaning=Meaning.NOTHING) -> Outcome:
    return Outcome(state, reply, meaning, is_connection_usable=False)


@EACH_WAY
def test_letters_arrive_byte_for_byte_several_on_one_connection(is_pipelining):
    script = Script(is_pipelining=is_pipelining)
    letters = [make_numbered(number) for number in range(3)]

    assert send(script, *letters) == [ACCEPTED] * 3

    assert script.contents == [letter.content for letter in letters]
    assert script.connections == 1


@EACH_WAY
def test_answers_may_come_a_byte_at_a_time(is_pipelining):
    script = Script(is_pipelining=is_pipelining, is_split=True)

    assert send(script, make_numbered(1), make_numbered(2)) == [ACCEPTED] * 2


def test_the_dot_and_the_next_envelope_travel_together_while_content_goes_ahead():
    script = Script()
    first, second = make_numbered(1), make_numbered(2)

    async def send_slowly():
        async with connected(script) as connection:
            for letter, then in ((first, second), (second, None)):
                await connection.offer(letter)
                await asyncio.sleep(0.05)
                await connection.finish(then)

    asyncio.run(send_slowly())

    envelope = b"MAIL FROM:<s2@example.com>\r\nRCPT TO:<r2@example.com>\r\nDATA\r\n"
    sent = script.packets[script.packets.index(first.content) :]
    assert sent == [first.content, b".\r\n" + envelope, second.content, b".\r\n", b"QUIT\r\n"]


def test_a_relay_that_does_not_offer_pipelining_gets_one_command_at_a_time():
    script = Script(is_pipelining=False)

    send(script, make_numbered(1), make_numbered(2))

    assert all(packet.count(b"\n") == 1 for packet in script.packets if b"Subject" not in packet)


@pytest.mark.parametrize(
    ("content", "on_the_wire"),
    [
        (b".first\r\n", b"..first\r\n"),
        (b"a\r\n.\r\nMAIL FROM:<x@example.com>\r\n", b"a\r\n..\r\nMAIL FROM:<x@example.com>\r\n"),
        (b"a\n.\nb\r\n", b"a\r\n..\r\nb\r\n"),
        (b"a\r.\rb\r\n", b"a\r\n..\r\nb\r\n"),
        (b"a\r\r\n.\r\n", b"a\r\n\r\n..\r\n"),
        (b"no line end", b"no line end\r\n"),
    ],
    ids=["first", "alone", "bare LF", "bare CR", "CR CR LF", "no line end"],
)
def test_no_content_can_end_a_letter_and_begin_another(content, on_the_wire):
    script = Script()

    outcomes = send(script, replace(make_numbered(1), content=content), make_numbered(2))

    assert outcomes == [ACCEPTED] * 2
    assert script.contents == [on_the_wire, make_numbered(2).content]


@pytest.mark.parametrize(
    "address", ["a@example.com>\r\nRCPT TO:<b@example.com", "a b@example.com", "a\0@b.test", ""]
)
@pytest.mark.parametrize("field", ["recipient", "sender"])
def test_no_address_can_end_a_command(field, address):
    script = Script()
    odd = replace(make_numbered(2), **{field: address})

    outcomes = send(script, make_numbered(1), odd, make_numbered(3))

    assert outcomes == [ACCEPTED, Outcome(DeliveryState.FAILED, "bad address"), ACCEPTED]
    assert [recipient for recipient, _ in script.journal] == ["r1@example.com", "r3@example.com"]


@pytest.mark.parametrize(
    ("extensions", "outcome"),
    [(("SMTPUTF8",), ACCEPTED), ((), Outcome(DeliveryState.FAILED, "no SMTPUTF8"))],
)
def test_an_address_in_another_script_needs_a_relay_that_takes_it(extensions, outcome):
    script = Script(extensions=extensions)

    letter = replace(make_numbered(1), recipient="jürgen1@example.com")

    assert send(script, make_numbered(1), letter, make_numbered(3))[1] == outcome
    options = [line.partition(">")[2] for line in script.commands if line.startswith("MAIL")]
    assert options == (["", " SMTPUTF8", ""] if extensions else ["", ""])


@pytest.mark.parametrize("extensions", [("8BITMIME",), ()])
def test_only_content_with_eight_bits_is_declared_to_have_them(extensions):
    script = Script(extensions=extensions)

    send(script, make_numbered(1), make_numbered(2, "Störung\r\n".encode()))

    options = [line.partition(">")[2] for line in script.commands if line.startswith("MAIL")]
    assert options == ["", " BODY=8BITMIME" if extensions else ""]


@EACH_WAY
@pytest.mark.parametrize(
    ("stage", "answer", "outcome"),
    [
        ("rcpt", "450 4.2.0 later", Outcome(DeliveryState.DEFERRED, "450 4.2.0")),
        ("mail", "451 4.3.0 later", Outcome(DeliveryState.DEFERRED, "451 4.3.0")),
        ("data", "451 4.3.0 later", Outcome(DeliveryState.DEFERRED, "451 4.3.0")),
        ("data", "554 no", Outcome(DeliveryState.FAILED, "554")),
        ("rcpt", "501 5.5.2 odd address", Outcome(DeliveryState.FAILED, "501 5.5.2")),
        ("dot", "452 4.2.2 full", Outcome(DeliveryState.DEFERRED, "452 4.2.2")),
        (
            "rcpt",
            "550-5.1.1 no <r1@example.com>\r\n550 5.1.1 here",
            Outcome(DeliveryState.FAILED, "550 5.1.1", Meaning.NO_SUCH_MAILBOX),
        ),
        (
            "dot",
            "554 5.7.1 spam",
            Outcome(DeliveryState.FAILED, "554 5.7.1", Meaning.SENDER_REFUSED),
        ),
        (
            "dot",
            "454 Throttling failure: Maximum sending rate exceeded",
            Outcome(DeliveryState.QUEUED, "454", Meaning.TOO_FAST),
        ),
    ],
)
def test_a_refused_letter_leaves_the_connection_good_for_the_next(
    stage, answer, outcome, is_pipelining
):
    script = replaced(at(stage, answer), is_pipelining=is_pipelining)
    letters = [make_numbered(number) for number in range(4)]

    assert send(script, *letters) == [ACCEPTED, outcome, ACCEPTED, ACCEPTED]

    assert script.connections == 1
    assert [message_id for _, message_id in script.journal] == [
        letters[number].message_id for number in (0, 2, 3)
    ]


def replaced(script, **changes) -> Script:
    for name, value in changes.items():
        setattr(script, name, value)
    return script


@pytest.mark.parametrize("end", ["554 5.5.1 no recipients", "250 2.0.0 well then"])
def test_content_that_is_asked_for_without_a_recipient_is_a_lone_dot(end):
    def answer(moment):
        if moment.number != 1:
            return None
        return {"rcpt": "550 5.1.1 no", "data": "354 go ahead", "dot": end}.get(moment.stage)

    script = Script(answer)

    outcomes = send(script, *map(make_numbered, range(3)))

    assert outcomes[1] == Outcome(DeliveryState.FAILED, "550 5.1.1", Meaning.NO_SUCH_MAILBOX)
    assert outcomes[2] == ACCEPTED
    assert len(script.journal) == 2


def test_nobody_gets_an_empty_letter_from_a_relay_that_wants_content_without_a_sender():
    def answer(moment):
        return "451 4.3.0 not now" if (moment.stage, moment.number) == ("mail", 1) else None

    script = Script(answer)
    script.is_lax = True

    outcomes = send(script, make_numbered(1))

    assert outcomes == [lost(DeliveryState.DEFERRED, "451 4.3.0")]
    assert script.journal == []
    assert "." not in script.commands


@pytest.mark.parametrize(
    ("stage", "answer", "sentence"),
    [
        ("mail", "550 5.1.8 who are you?", "refused the sender .550 5.1.8.; check mail.from"),
        ("mail", "530 5.7.0 log in", "wants a login .530 5.7.0.; name the user"),
        ("rcpt", "503 log in first", "wants a login .503."),
        ("dot", "554 Sending paused for this account.", "sends nothing for our account .* .554."),
        ("rcpt", "554 not authorized to perform this", "sends nothing for our account"),
    ],
)
def test_what_no_letter_can_help_is_raised_and_books_nothing(stage, answer, sentence):
    script = at(stage, answer)

    with pytest.raises(MailError, match=sentence):
        send(script, make_numbered(0), make_numbered(1), make_numbered(2))

    assert [recipient for recipient, _ in script.journal] == ["r0@example.com"]


@pytest.mark.parametrize(
    ("stage", "answer", "outcome"),
    [
        (
            "rcpt",
            "421 4.3.2 bye",
            lost(DeliveryState.QUEUED, "421 4.3.2", Meaning.RELAY_BUSY),
        ),
        ("dot", "421 4.3.2 bye", lost(DeliveryState.QUEUED, "421 4.3.2", Meaning.RELAY_BUSY)),
        ("mail", "354 go ahead", lost(DeliveryState.QUEUED, "garbled answer")),
        ("data", "250 fine", lost(DeliveryState.QUEUED, "garbled answer")),
        ("data", Fault.GARBAGE, lost(DeliveryState.QUEUED, "garbled answer")),
        ("rcpt", Fault.FIN, lost(DeliveryState.QUEUED)),
        ("dot", Fault.FIN, lost(DeliveryState.IN_DOUBT, "no answer")),
        ("dot", Fault.STALL, lost(DeliveryState.IN_DOUBT, "no answer")),
        ("dot", Fault.GARBAGE, lost(DeliveryState.IN_DOUBT, "garbled answer")),
        ("dot", Fault.SURPLUS, lost(DeliveryState.IN_DOUBT, "garbled answer")),
        ("dot", "354 go on", lost(DeliveryState.IN_DOUBT, "garbled answer")),
    ],
)
def test_what_ends_the_connection_means_one_thing_for_the_letter(stage, answer, outcome):
    assert send(at(stage, answer), make_numbered(1), final_dot_s=0.3) == [outcome]


@pytest.mark.parametrize("at_data", ["250 2.0.0 what for?", Fault.GARBAGE])
def test_a_refusal_among_replies_that_make_no_sense_is_not_believed(at_data):
    answers = {"rcpt": "550 5.1.1 no", "data": at_data}
    script = Script(lambda moment: answers.get(moment.stage))

    assert send(script, make_numbered(1)) == [lost(DeliveryState.QUEUED, "garbled answer")]


def test_a_relay_that_takes_its_leave_in_the_midst_of_a_letter_is_busy():
    script = at("body", "421 4.3.2 shutting down")

    async def leave():
        async with connected(script) as connection:
            assert await connection.offer(make_numbered(1)) is None
            await asyncio.sleep(0.05)
            return await connection.finish()

    assert asyncio.run(leave()) == lost(DeliveryState.QUEUED, "421 4.3.2", Meaning.RELAY_BUSY)


@EACH_WAY
def test_a_relay_that_takes_its_leave_between_two_letters_is_busy(is_pipelining):
    answers = {"rcpt": "550 5.1.1 no", "rset": "421 4.3.2 shutting down"}
    script = Script(lambda moment: answers.get(moment.stage), is_pipelining=is_pipelining)

    outcomes = send(script, make_numbered(1), make_numbered(2))

    assert outcomes[1] == lost(DeliveryState.QUEUED, "421 4.3.2", Meaning.RELAY_BUSY)


def test_a_relay_that_leaves_after_its_answer_has_answered():
    script = at("mail", Fault.FIN, number=2)

    first, second = send(script, make_numbered(1), make_numbered(2))

    assert first.state is DeliveryState.ACCEPTED
    assert second == lost(DeliveryState.QUEUED)


@EACH_WAY
@pytest.mark.parametrize("with_next", [True, False])
def test_a_letter_that_was_offered_and_not_finished_does_not_arrive(is_pipelining, with_next):
    async def take_back():
        script = Script(is_pipelining=is_pipelining)
        async with connected(script) as connection:
            assert await connection.offer(make_numbered(1)) is None
            if with_next:
                await connection.finish(make_numbered(2))
            await asyncio.sleep(0.02)
            await connection.close()
            await asyncio.sleep(0.02)
            assert script.open_connections == 0
        return script

    script = asyncio.run(take_back())

    assert [recipient for recipient, _ in script.journal] == ["r1@example.com"] * with_next
    was_idle = with_next and not is_pipelining
    assert any(b"QUIT" in packet for packet in script.packets) == was_idle


def test_another_letter_than_the_one_announced_is_not_taken_for_it():
    async def change_of_mind():
        script = Script()
        async with connected(script) as connection:
            await connection.offer(make_numbered(1))
            await connection.finish(make_numbered(2))
            outcome = await connection.offer(make_numbered(3))
        return outcome, script.journal

    outcome, journal = asyncio.run(change_of_mind())

    assert outcome == lost(DeliveryState.QUEUED)
    assert [recipient for recipient, _ in journal] == ["r1@example.com"]


def test_a_letter_is_offered_before_it_is_finished():
    async def finish():
        async with connected(Script()) as connection:
            with pytest.raises(RuntimeError, match="is offered before"):
                await connection.finish()

    asyncio.run(finish())


@pytest.mark.parametrize(
    ("late_s", "outcome"), [(599, ACCEPTED), (601, lost(DeliveryState.IN_DOUBT, "no answer"))]
)
def test_a_relay_has_ten_minutes_for_its_final_answer(late_s, outcome):
    """RFC 5321 section 4.5.3.2.6; who gives up before makes copies."""
    script = at("dot", Fault.LATE)
    script.late_s = late_s

    with asyncio.Runner(loop_factory=HurriedLoop) as runner:
        assert runner.run(send_one(script)) == outcome


async def send_one(script):
    async with scripted_relay(script):
        connection = await SmtpTransport(script.relay).connect()
        await connection.offer(make_numbered(1))
        outcome = await connection.finish()
        await connection.close()
        return outcome


class HurriedLoop(asyncio.SelectorEventLoop):
    """Its clock jumps to the next timer when for a moment nothing comes over a connection."""

    def __init__(self):
        self.ahead_s = 0.0
        super().__init__(_HurriedSelector(self))

    def time(self):
        return super().time() + self.ahead_s


class _HurriedSelector(selectors.SelectSelector):
    def __init__(self, loop):
        super().__init__()
        self._loop = loop

    def select(self, timeout=None):
        began_s = time.monotonic()
        events = super().select(timeout and min(timeout, 0.05))
        if timeout and not events:
            self._loop.ahead_s += max(timeout - (time.monotonic() - began_s), 0)
        return events


def test_before_the_dot_less_patience_costs_no_copy_and_is_enough():
    assert SmtpTimeouts() == SmtpTimeouts(connect_s=15, reply_s=60, final_dot_s=600)


def test_an_answer_to_a_dot_that_was_not_sent_is_nobodys():
    async def early():
        script = at("body", "250 2.0.0 taken")
        async with connected(script) as connection:
            assert await connection.offer(make_numbered(1)) is None
            await asyncio.sleep(0.05)
            return await connection.finish(), script.journal

    outcome, journal = asyncio.run(early())

    assert outcome == lost(DeliveryState.QUEUED, "garbled answer")
    assert journal == []


def test_an_offer_does_not_wait_for_a_slow_reader_and_the_dot_does():
    big = make_numbered(1, LINE * 150_000)

    async def send_big():
        script = Script(reads_after=asyncio.Event())
        async with connected(script) as connection:
            assert await connection.offer(big) is None
            finishing = asyncio.create_task(connection.finish())
            await asyncio.sleep(0.05)
            assert not finishing.done()
            script.reads_after.set()
            outcome = await finishing
        return outcome, script.contents

    assert asyncio.run(send_big()) == (ACCEPTED, [big.content])


@pytest.mark.parametrize("is_told", [True, False], ids=["closed", "silent"])
def test_a_letter_of_which_a_part_never_left_has_not_arrived(is_told):
    big = make_numbered(1, LINE * 150_000)

    async def send_big():
        script = Script(reads_after=asyncio.Event())
        async with connected(script, reply_s=0.3) as connection:
            assert await connection.offer(big) is None
            finishing = asyncio.create_task(connection.finish())
            await asyncio.sleep(0.05)
            if is_told:
                script.hang_up()
            return await finishing

    assert asyncio.run(send_big()) == lost(DeliveryState.QUEUED)


def test_whoever_stops_waiting_for_an_answer_leaves_it_to_nobody():
    async def stop():
        script = at("dot", Fault.LATE)
        script.late_s = 0.05
        async with connected(script) as connection:
            await connection.offer(make_numbered(1))
            finishing = asyncio.create_task(connection.finish())
            await asyncio.sleep(0.01)
            finishing.cancel()
            await asyncio.wait([finishing])
            await asyncio.sleep(0.1)
            return await connection.offer(make_numbered(2))

    assert asyncio.run(stop()) == lost(DeliveryState.QUEUED)
