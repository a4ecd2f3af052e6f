"""One letter on trial: made like all others, sent through the real transport, and on no record."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import datetime

from statusgen.config.settings import Settings
from statusgen.content.incident import fold
from statusgen.errors import MailError
from statusgen.mail.failure_reasons import Unsent
from statusgen.mail.letter_states import DeliveryState, Outcome
from statusgen.mail.letters import headers
from statusgen.mail.letters.letter import Letter
from statusgen.mail.letters.preview import sample_forms, sample_stories
from statusgen.mail.subscribers.subscriber import Subscriber, SubscriberState
from statusgen.mail.transports.senders import AccountFacts, RelayFacts
from statusgen.mail.transports.transport import Connection, Transport
from statusgen.targets.storage import Room
from statusgen.values.value import Value, replace

MARK = "[TEST] "
"""Stands before the subject."""

_TOKEN = "sub_test"  # noqa: S105  for a reader whom the address book does not have


class TrialStep(Value, frozen=True):
    """One step of the way that a letter takes, and how it went."""

    name: str
    """connection, letter or acceptance."""
    is_passed: bool
    answer: str
    """In words, with the relay's codes."""


def trial_letter(settings: Settings, address: str, now: datetime) -> Letter:
    """The first letter about an incident that never happened, with a subject that says so.

    `address` has passed parse_address; the settings have `[mail]`. Each letter has a name of its
    own, or mail programs would hide the second one.
    """
    story = next(iter(sample_stories(settings, now)))
    incident = fold(story[:1], settings.severities)
    form = sample_forms(settings).form(incident, incident.steps[0], settings.page.language, now=now)
    plain, marked = (headers.header("Subject", mark + form.subject) for mark in ("", MARK))
    form = replace(
        form,
        update_id=f"{form.update_id}-{_run(address, now)}",
        shared_headers=form.shared_headers.replace(plain, marked, 1),
    )
    return form.address_to(Subscriber(0, _TOKEN, address, SubscriberState.ACTIVE))


def try_letter(transport: Transport, letter: Letter) -> tuple[TrialStep, ...]:
    """Send the letter once; the stages up to the first that is not passed."""

    async def stages() -> tuple[TrialStep, ...]:
        return tuple([stage async for stage in _stages(transport, letter)])

    return asyncio.run(stages())


def _run(address: str, now: datetime) -> str:
    """What tells this run from all others."""
    return hashlib.blake2b(f"{now.isoformat()} {address}".encode(), digest_size=8).hexdigest()


async def _stages(transport: Transport, letter: Letter) -> AsyncIterator[TrialStep]:
    name = "connection"
    try:
        facts = await transport.try_out()
        connection = await transport.connect()
        yield TrialStep(name, is_passed=True, answer=_facts(facts))
        name = "letter"
        try:
            async for stage in _hand_over(connection, letter):
                name = "acceptance"
                yield stage
        finally:
            await connection.close()
    except MailError as error:
        yield TrialStep(name, is_passed=False, answer=str(error))


async def _hand_over(connection: Connection, letter: Letter) -> AsyncIterator[TrialStep]:
    refusal = await connection.offer(letter)
    if refusal is not None:
        yield TrialStep("letter", is_passed=False, answer=_answer(refusal))
        return
    yield TrialStep("letter", is_passed=True, answer="sender, recipient and content taken")
    outcome = await connection.finish()
    is_accepted = outcome.state is DeliveryState.ACCEPTED
    yield TrialStep("acceptance", is_passed=is_accepted, answer=_answer(outcome))


def _answer(outcome: Outcome) -> str:
    if outcome.state is DeliveryState.ACCEPTED:
        return f"accepted {outcome.reply}".rstrip()
    if outcome.state is DeliveryState.QUEUED and not outcome.reply:
        return "not taken: the connection was lost before the end of the letter"
    state = outcome.state.replace("_", " ").replace("queued", "not taken")
    return f"{state}: {Unsent(outcome.state, outcome.reply, 1).reason}"


def _facts(facts: RelayFacts | Room | AccountFacts) -> str:
    match facts:
        case RelayFacts():
            encrypted = "TLS" if facts.is_encrypted else "no TLS"
            return f"open, {encrypted}, {'logged in' if facts.is_logged_in else 'no login'}"
        case Room():
            return "the folder can be written to"
        case AccountFacts():
            trial = ", which mails verified addresses only" if facts.is_trial else ""
            return f"the account answers ({facts.standing}){trial}"
