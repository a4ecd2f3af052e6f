"""A relay that fails at every stage: the account is right about every letter, name by name."""

import asyncio
import itertools
import ssl
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from shutil import copytree

import pytest

from statusgen.mail.database.ledger import SqlLedger
from statusgen.mail.delivery.deliver import DeliveryReport, deliver
from statusgen.mail.delivery.rules import DeliveryRules
from statusgen.mail.letter_states import Account, DeliveryState
from statusgen.mail.letters.letter import Letter
from statusgen.mail.subscribers.subscriber import Subscriber, SubscriberState
from statusgen.mail.transports.smtp import SmtpTransport
from statusgen.mail.transports.smtp_transfer import SmtpTimeouts
from statusgen.values.value import replace
from tests.components.scripted_relay import (
    FAULTY,
    OF_CONNECTIONS,
    OF_LETTERS,
    REFUSED,
    STAGES,
    Fault,
    Moment,
    Script,
    is_faulted,
    make_numbered,
    scripted_relay,
)
from tests.components.smtp_relay import make_certificate
from tests.components.soak import IS_SOAK, part
from tests.fakes.mail import NOW, make_book, make_database, queue_letters
from tests.mail.letters.stories import make_forms, make_incident, make_settings

UPDATE = "login/01"
LETTERS = part(40, 500)
CONNECTIONS = 10
AT_ONCE = 20
RUNS = part(4, 30)
"""So many are enough: one that loses 20 answers stops."""
PATIENCE_S = part(30, 600)
PATIENT_S, HASTY_S = 10.0, part(0.5, 2)
NEVER = {"body": {Fault.NOT_NOW}}
"""A lone reply to the content that meets the final dot on its way can't be told from the answer
to it."""


@dataclass(frozen=True)
class Case:
    """A fault at a stage, each time for a third of the letters or of the connections."""

    stage: str
    fault: Fault
    is_pipelining: bool

    @property
    def is_silent(self) -> bool:
        return self.fault in {Fault.STALL, Fault.LATE}

    @property
    def timeouts(self) -> SmtpTimeouts:
        silent_at = self.stage if self.is_silent else ""
        is_late = silent_at in {"body", "dot"}
        return SmtpTimeouts(
            connect_s=HASTY_S if silent_at == "connect" else PATIENT_S,
            reply_s=HASTY_S if silent_at not in {"", "connect"} and not is_late else PATIENT_S,
            final_dot_s=HASTY_S if is_late else PATIENT_S,
        )

    @property
    def doubts(self) -> tuple[set[int], set[int]]:
        """Who has to be in doubt once, and who may be."""
        nobody, everybody = set[int](), set(range(LETTERS))
        faulty = set(range(FAULTY, LETTERS, 3))
        most = everybody if self.is_silent else faulty  # who had to wait for long otherwise
        if self.stage == "body":  # the dot may be out before the fault is seen
            return nobody, most
        if self.stage == "dot" and self.fault not in {Fault.BYE, Fault.NOT_NOW}:
            return (nobody if self.fault is Fault.SURPLUS else faulty), most
        if self.fault is Fault.SURPLUS and self.stage in {"mail", "rcpt", "data"}:
            # One reply too many to an envelope that came with the dot of another letter.
            return nobody, everybody if self.is_pipelining else nobody
        return nobody, nobody


def refusal_of(number: int) -> tuple[str, str] | None:
    """Return the stage and the codes with which only this letter is refused, for good."""
    if number % 3 != REFUSED:
        return None
    stage, code = ("dot", 554) if number % 2 else ("rcpt", 550)
    return stage, f"{code} 5.1.1" if number % 5 == 0 else f"{code} 5.9.{number}"


def make_script(case: Case, tls: ssl.SSLContext | None) -> tuple[Script, set[Moment]]:
    """Return the script, and the moments at which the fault has occurred."""
    hits: set[Moment] = set()

    def answer(moment: Moment):
        if is_faulted(case.stage, moment):
            hits.add(moment)
            return case.fault
        if moment.stage in OF_CONNECTIONS:
            return None
        refusal = refusal_of(moment.number)
        if refusal is not None and refusal[0] == moment.stage:
            return f"{refusal[1]} not r{moment.number}"
        return None

    has_login = case.stage in OF_CONNECTIONS
    script = Script(
        answer,
        is_pipelining=case.is_pipelining,
        late_s=1.5 * HASTY_S,
        tls=tls if has_login else None,
        has_login=has_login,
        letters_each=part(2, 5) if has_login else None,
        keeps=lambda number: number % 2 == 0,
    )
    return script, hits


def make_letter(update_id: str, subscriber: Subscriber) -> Letter:
    number = number_of(subscriber.address)
    return replace(make_numbered(number), update_id=update_id, token=subscriber.token)


def number_of(address: str) -> int:
    return int(address.partition("@")[0][1:])


@pytest.fixture(scope="module")
def owing(tmp_path_factory):
    """A folder with a ledger that owes everybody a letter, to be copied."""
    folder = tmp_path_factory.mktemp("owing")
    database = make_database(folder)
    queue_letters(database, *(f"r{number}" for number in range(LETTERS)))
    database.close()
    return folder


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("certificate")).server_context()


class Books:
    """What the ledger and the address book say, by number."""

    def __init__(self, folder: Path) -> None:
        self._database = make_database(folder)
        self.ledger = SqlLedger(self._database)
        self._readers = {
            number: make_book(self._database).find(f"r{number}@example.com")
            for number in range(LETTERS)
        }
        self._numbers = {reader.token: number for number, reader in self._readers.items()}

    def numbers(self, tokens: Iterable[str]) -> set[int]:
        return {self._numbers[token] for token in tokens}

    def in_state(self, state: DeliveryState) -> set[int]:
        return self.numbers(self.ledger.tokens(UPDATE, state))

    def replies(self, numbers: Iterable[int]) -> dict[int, str]:
        return {
            number: self.ledger.letters_of(self._readers[number].id)[0].reply for number in numbers
        }

    def given_up_or_struck(self) -> set[int]:
        book = make_book(self._database)
        return {
            number
            for number, reader in self._readers.items()
            if book.find(reader.address).state is SubscriberState.BOUNCED
            or book.record(reader.id, NOW).strikes
        }

    def close(self) -> None:
        self._database.close()


async def go_through(case, books, tls, threads) -> None:
    script, hits = make_script(case, tls)
    doubted: set[int] = set()
    resent: set[int] = set()
    rules = DeliveryRules(max_connections=CONNECTIONS, patience_s=PATIENCE_S)

    def run() -> DeliveryReport:
        return deliver(books.ledger, transport, make_letter, [UPDATE], NOW, rules)

    async with scripted_relay(script):
        transport = SmtpTransport(script.relay, "secret", timeouts=case.timeouts)
        for _ in range(RUNS):
            report = await asyncio.get_running_loop().run_in_executor(threads, run)
            await everybody_to_leave(script)
            doubted |= books.numbers(report.in_doubt)
            resent |= books.numbers(report.resent)
            books.ledger.tick_copies([UPDATE], report.resent)
            check_account(books, report, script, doubted)
            left = books.in_state(DeliveryState.IN_DOUBT)
            if not report.total.owed and left <= resent:
                break
    check_readers(books, script, left)
    assert left <= resent
    assert not left or case.doubts[1] == set(range(LETTERS))
    check_copies(case, script, doubted, resent, len(hits))


async def everybody_to_leave(script: Script) -> None:
    while script.open_connections:  # noqa: ASYNC110
        await asyncio.sleep(0.01)


def taken_by(script: Script) -> Counter[int]:
    return Counter(number_of(recipient) for recipient, _ in script.journal)


def check_account(books, report, script, doubted) -> None:
    """What counts as accepted was taken, and what was taken counts as accepted or in doubt."""
    accepted, taken = books.in_state(DeliveryState.ACCEPTED), set(taken_by(script))
    assert accepted <= taken
    assert taken - accepted <= doubted
    assert report.total == books.ledger.account(UPDATE)
    assert report.total.audience == LETTERS


def check_readers(books, script, left) -> None:
    """Each reader has the letter, or the refusal that was meant for them and nobody else.

    `left` is whose copy got into doubt too, taken or refused: it stays there.
    """
    refusals = {number: codes[1] for number in range(LETTERS) if (codes := refusal_of(number))}
    others = set(range(LETTERS)) - refusals.keys()
    assert set(taken_by(script)) == others
    assert books.in_state(DeliveryState.ACCEPTED) == others - left
    refused = {number: codes for number, codes in refusals.items() if number not in left}
    assert books.in_state(DeliveryState.FAILED) == set(refused)
    assert books.replies(refused) == refused
    assert books.given_up_or_struck() == {
        number for number, codes in refused.items() if "5.1.1" in codes
    }


def check_copies(case, script, doubted, resent, faults) -> None:
    taken = taken_by(script)
    copied = {number for number, copies in taken.items() if copies > 1}
    least, most = case.doubts
    assert faults >= part(3, 30)
    assert least <= doubted <= most
    assert len(doubted) <= faults or case.is_silent
    assert copied <= doubted
    assert copied <= resent <= doubted
    assert max(taken.values()) <= 2
    assert set(script.journal) == {(f"r{n}@example.com", f"<{n}@example.com>") for n in taken}


def cases_at(stage: str) -> list[Case]:
    """Return every case of a stage; a few of them within the suite, others at each stage."""
    faults = [fault for fault in Fault if fault not in NEVER.get(stage, ())]
    cases = [Case(stage, *one) for one in itertools.product(faults, (True, False))]
    return cases if IS_SOAK else cases[STAGES.index(stage) % 10 :: 10]


@pytest.mark.component("openssl")
@pytest.mark.parametrize("stages", [OF_CONNECTIONS, OF_LETTERS], ids=["connections", "letters"])
def test_whatever_fails_nobody_is_lost_and_every_copy_is_named(stages, owing, tls, tmp_path):
    cases = [case for stage in stages for case in cases_at(stage)]

    async def at_once():
        room = asyncio.Semaphore(AT_ONCE)
        with ThreadPoolExecutor(AT_ONCE) as threads:

            async def in_turn(case, folder):
                async with room:
                    with closing(Books(copytree(owing, folder))) as books:
                        await go_through(case, books, tls, threads)

            folders = (tmp_path / str(number) for number in itertools.count())
            return await asyncio.gather(*map(in_turn, cases, folders), return_exceptions=True)

    for case, error in zip(cases, asyncio.run(at_once()), strict=True):
        if error is not None:
            error.add_note(str(case))
            raise error


@pytest.mark.parametrize(("header", "copies"), [("X-Once", 0), (None, 10)])
def test_a_relay_that_knows_a_letter_again_delivers_no_copy(tmp_path, header, copies):
    readers = {f"r{number}@example.com" for number in range(30)}
    database = make_database(tmp_path)
    ledger = queue_letters(database, *(reader.partition("@")[0] for reader in readers))
    incident = make_incident()
    form = make_forms(make_settings(idempotency_header=header)).form(
        incident, incident.last, now=NOW
    )
    seconds = itertools.count()

    def dated_letter(_update_id: str, subscriber: Subscriber) -> Letter:
        return form.address_to(subscriber, NOW + timedelta(seconds=next(seconds)))

    async def run_twice() -> tuple[Script, list[DeliveryReport]]:
        script = Script(lambda one: Fault.FIN if is_faulted("dot", one) else None, once_by="X-Once")
        rules = DeliveryRules(max_connections=CONNECTIONS)
        async with scripted_relay(script):
            transport = SmtpTransport(script.relay)
            return script, [
                await asyncio.to_thread(
                    deliver, ledger, transport, dated_letter, [UPDATE], NOW, rules
                )
                for _ in range(2)
            ]

    script, (first, second) = asyncio.run(run_twice())

    assert (len(first.in_doubt), second.total) == (10, Account(accepted=30))
    assert (len(script.journal), len(set(script.journal))) == (40, 30)
    assert len(script.delivered) == 30 + copies
    assert {recipient for recipient, _ in script.delivered} == readers
    database.close()
