"""Every stage and every fault: nobody lost, nobody twice before the dot, no reply misbooked."""

import asyncio
import itertools
from collections import Counter, deque
from dataclasses import dataclass, field

import pytest

from statusgen.mail.letter_states import DeliveryState, Outcome
from statusgen.mail.transports.smtp import SmtpTransport
from statusgen.mail.transports.smtp_transfer import SmtpTimeouts
from statusgen.mail.transports.transport import Unreachable
from statusgen.values.value import replace
from tests.components.scripted_relay import (
    FAULTY,
    OF_CONNECTIONS,
    OF_LETTERS,
    REFUSED,
    Fault,
    Moment,
    Script,
    is_chosen,
    is_faulted,
    make_numbered,
)
from tests.components.scripted_relay import scripted_relay as running
from tests.components.smtp_relay import make_certificate
from tests.components.soak import part

LETTERS = part(5, 500)
MORE_LETTERS = part(15, 500)
"""At stages that not every letter comes to."""
LETTERS_EACH = 5
"""So many letters a connection."""
PATIENT_S, HASTY_S = 10.0, part(0.5, 1)


@dataclass
class Run:
    """A sender with nothing to it but the two steps."""

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    """The last of each letter."""
    doubted: set[int] = field(default_factory=set)
    in_vain: int = 0
    """How often no connection was to be had."""


def refusal_of(number: int) -> tuple[str, str, str]:
    """Return the stage, the codes and the text with which only this letter is refused."""
    codes = f"45{number % 2} 4.{number // 900 + 1}.{number % 900 + 1}"
    return ("dot" if number % 2 else "rcpt"), codes, f"{codes} r{number} has to wait"


def script_of(stage, fault, **options) -> Script:
    def answer(moment: Moment):
        if is_faulted(stage, moment):
            return fault
        if moment.number % 3 == REFUSED and moment.stage in {"rcpt", "dot"}:
            at, _, text = refusal_of(moment.number)
            return text if moment.stage == at else None
        return None

    has_login = stage == "auth"
    return Script(answer, late_s=1.5 * HASTY_S, has_login=has_login, **options)


async def send_all(script: Script, stage: str, transport: SmtpTransport) -> Run:
    run = Run()
    is_rare = stage in {*OF_CONNECTIONS, "rset"}
    left = deque(range(MORE_LETTERS if is_rare else LETTERS))
    connection, room = None, 0
    while left:
        if connection is None:
            try:
                connection = await transport.connect()
            except Unreachable:
                run.in_vain += 1
                continue
            room = LETTERS_EACH
        number, room = left[0], room - 1
        outcome = await connection.offer(make_numbered(number))
        if outcome is None:
            await the_ledger_to_be_written(script, stage, number)
            then = make_numbered(left[1]) if len(left) > 1 and room else None
            outcome = await connection.finish(then)
        run.outcomes[number] = outcome
        if outcome.state is DeliveryState.IN_DOUBT:
            run.doubted.add(number)
        is_postponed = outcome.state is DeliveryState.DEFERRED and number % 3 == FAULTY
        if outcome.state is not DeliveryState.QUEUED and not is_postponed:
            left.popleft()
        if not (outcome.is_connection_usable and room):
            await connection.close()
            connection = None
    if connection is not None:
        await connection.close()
    return run


async def the_ledger_to_be_written(script: Script, stage: str, number: int) -> None:
    """Meanwhile a relay that does not wait for the dot shows what is wrong."""
    await asyncio.sleep(0.001)
    if stage in {"data", "body"} and number % 3 == FAULTY:
        while not script.done[Moment(stage, number, 1)]:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.02)


def check(run: Run, script: Script, stage: str, fault: Fault) -> None:
    taken = Counter(script.journal)
    assert max(taken.values()) == 1
    for number, outcome in run.outcomes.items():
        letter = make_numbered(number)
        is_taken = (letter.recipient, letter.message_id) in taken
        if number % 3 == REFUSED:
            assert (outcome.state, outcome.reply) == (
                DeliveryState.DEFERRED,
                refusal_of(number)[1],
            )
            assert not is_taken
        else:
            may_be_doubted = may_doubt(script, stage, fault, number)
            assert outcome.state is DeliveryState.ACCEPTED or may_be_doubted
            assert is_taken
    connections = range(1, script.connections + 1) if stage in OF_CONNECTIONS else ()
    faults = sum(is_chosen(stage, number) for number in connections)
    assert run.in_vain == faults or (run.in_vain < faults and may_be_harmless(stage, fault))
    if stage == "dot" and fault not in {Fault.BYE, Fault.NOT_NOW, Fault.SURPLUS}:
        assert run.doubted == {number for number in run.outcomes if number % 3 == FAULTY}


def may_be_harmless(stage: str, fault: Fault) -> bool:
    """Whether letters may leave over the connection all the same."""
    return fault is Fault.SURPLUS and stage in {"ehlo", "starttls", "auth"}


def may_doubt(script: Script, stage: str, fault: Fault, number: int) -> bool:
    if stage == "dot":
        return number % 3 == FAULTY
    # One reply too many to the next envelope, which came with the one to the dot.
    is_close = script.is_pipelining and (number + 1) % 3 == FAULTY
    return fault is Fault.SURPLUS and is_close and stage in {"mail", "rcpt", "data"}


async def go_through(stage, fault, *, is_pipelining, context=None, tls=None) -> None:
    script = script_of(stage, fault, is_pipelining=is_pipelining, tls=tls)
    is_silent = fault in {Fault.STALL, Fault.LATE}
    timeouts = SmtpTimeouts(
        connect_s=HASTY_S if is_silent and stage == "connect" else PATIENT_S,
        reply_s=HASTY_S if is_silent and stage not in {"connect", "dot"} else PATIENT_S,
        final_dot_s=HASTY_S if is_silent and stage == "dot" else PATIENT_S,
    )
    async with running(script, context):
        relay = replace(script.relay, is_implicit_tls=context is not None)
        transport = SmtpTransport(relay, "secret", timeouts=timeouts)
        run = await send_all(script, stage, transport)
    check(run, script, stage, fault)


def faults_at(stage) -> list[Fault]:
    """Return what may go wrong at the stage before the letter may have arrived.

    Silence within the content is no fault before the dot: nothing is to be said there.
    """
    never = {"body": {Fault.STALL, Fault.LATE, Fault.HALF_CLOSE}}
    return [fault for fault in Fault if fault not in never.get(stage, ())]


def go_through_all(stage, **options) -> None:
    """All at once: most of the time is spent waiting."""

    async def at_once():
        cases = itertools.product(faults_at(stage), (True, False))
        await asyncio.gather(
            *(
                go_through(stage, fault, is_pipelining=is_pipelining, **options)
                for fault, is_pipelining in cases
            )
        )

    asyncio.run(at_once())


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("certificate")).server_context()


@pytest.mark.parametrize("stage", ["connect", *OF_LETTERS])
def test_a_fault_before_the_dot_costs_nothing_and_one_at_the_dot_a_doubt(stage):
    go_through_all(stage)


@pytest.mark.component("openssl")
@pytest.mark.parametrize("stage", ["ehlo", "starttls", "handshake", "auth"])
def test_on_the_way_to_tls_and_a_login_too(stage, context):
    go_through_all(stage, tls=context)


@pytest.mark.component("openssl")
@pytest.mark.parametrize("stage", ["rcpt", "data", "body", "dot"])
def test_under_tls_too(stage, context):
    go_through_all(stage, context=context)
