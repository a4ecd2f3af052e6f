"""The whole examination: what is asked of whom, all at once, and the findings in order."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from statusgen.config.settings import Settings
from statusgen.doctor import pages, records
from statusgen.doctor.clock import judge_clock
from statusgen.doctor.domain_names import Records
from statusgen.doctor.finding import Finding, warn
from statusgen.doctor.mail import judge_transport, transport_name
from statusgen.doctor.state import judge_state
from statusgen.doctor.targets import TargetFacts, judge_target, look_at_target
from statusgen.errors import StatusgenError
from statusgen.mail.ledger import StateFacts
from statusgen.mail.transports.senders import AccountFacts, RelayFacts
from statusgen.targets.at_once import Asked
from statusgen.targets.looking import IsGone
from statusgen.targets.manifest import Observed
from statusgen.targets.storage import Room
from statusgen.targets.uploading import Target
from statusgen.targets.web import Answer, Web
from statusgen.values.value import Value

DEADLINE_S = 12.0

Key = TypeVar("Key")
Result = TypeVar("Result")


class Surroundings(Value, frozen=True):
    """All that an examination asks."""

    targets: Sequence[Target]
    web: Web
    records: Records
    look_at_state: Callable[[], StateFacts]
    try_transport: Callable[[], RelayFacts | Room | AccountFacts] | None
    """None: there is no mail."""
    is_gone: IsGone
    has_secret_key: bool
    """Whether the environment holds one."""


def examine(
    settings: Settings, around: Surroundings, now: datetime, wait_s: float = DEADLINE_S
) -> tuple[Finding, ...]:
    """Ask everybody at once, and judge what came back within `wait_s`."""
    deadline_s = time.monotonic() + wait_s
    state = Asked(around.look_at_state)
    targets = [Asked(partial(look_at_target, one.storage)) for one in around.targets]
    addresses = {
        url: {name: Asked(ask) for name, ask in pages.questions(url, around.web).items()}
        for url in _addresses(settings)
    }
    mail = _ask_about_mail(settings, around)

    seen = [one.answer(deadline_s) for one in targets]
    answers = {url: _answers(asked, deadline_s) for url, asked in addresses.items()}
    findings = [*judge_state(state.answer(deadline_s), has_key_outside=around.has_secret_key)]
    if not around.targets:
        findings.append(_no_target())
    for target, facts in zip(around.targets, seen, strict=True):
        findings += judge_target(target.storage.name, facts, around.is_gone, settings.page.url)
    for url, told in answers.items():
        releases = _releases(url, around.targets, seen)
        is_spare = url != settings.page.url
        findings += pages.judge_page(url, told, releases, now, is_spare=is_spare)
    findings.append(judge_clock(_clocks(around.targets, answers)))
    return (*findings, *mail(deadline_s))


def _no_target() -> Finding:
    return warn(
        "targets",
        "statusgen.toml names no target",
        'add [[targets]] with url = "folder:public" or a bucket',
    )


def _addresses(settings: Settings) -> tuple[str, ...]:
    """Where readers find the page: its own address, then those of single targets."""
    public = (one.public_url for one in settings.targets)
    return tuple(dict.fromkeys((settings.page.url, *filter(None, public))))


def _releases(
    url: str, targets: Sequence[Target], seen: Sequence[TargetFacts | StatusgenError]
) -> list[Observed]:
    """What an address may serve: of the targets that it is the public one of, or of all."""
    there = [
        (target.settings.public_url, facts.seen)
        for target, facts in zip(targets, seen, strict=True)
        if isinstance(facts, TargetFacts)
    ]
    is_known = any(one.settings.public_url == url for one in targets)
    return [found for public, found in there if public == url or not is_known]


def _clocks(
    targets: Sequence[Target], answers: Mapping[str, Mapping[str, pages.Outcome]]
) -> dict[str, float]:
    """How far others are ahead; web servers count only where no target says."""
    told = {one.storage.name: one.storage.ahead_s for one in targets}
    ahead_s = {name: value for name, value in told.items() if value is not None}
    for url, outcomes in answers.items() if not ahead_s else ():
        index = outcomes["index"]
        if isinstance(index, Answer) and index.ahead_s is not None:
            ahead_s[url] = index.ahead_s
    return ahead_s


def _ask_about_mail(
    settings: Settings, around: Surroundings
) -> Callable[[float], Iterator[Finding]]:
    """Begin to ask; return what waits for the answers until a deadline and judges them."""
    mail = settings.mail
    if mail is None or around.try_transport is None:
        return lambda _deadline_s: iter(())
    transport = Asked(around.try_transport)
    sender = records.domain_of(mail.from_address)
    envelope = records.domain_of(mail.return_path or mail.from_address)
    asked = {
        domain: {name: Asked(ask) for name, ask in questions.items()}
        for domain, questions in records.questions(sender, envelope, around.records).items()
    }

    def judge(deadline_s: float) -> Iterator[Finding]:
        yield from judge_transport(transport_name(mail.transport), transport.answer(deadline_s))
        answers = {domain: _answers(one, deadline_s) for domain, one in asked.items()}
        yield from records.judge_records(answers)

    return judge


def _answers(
    asked: "dict[Key, Asked[Result]]", deadline_s: float
) -> "dict[Key, Result | StatusgenError]":
    return {name: one.answer(deadline_s) for name, one in asked.items()}
