"""What publish, `mail resume`, `mail retry` and `mail work` share: letters leave, and the end."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import click

from statusgen.cli.output import count, progress
from statusgen.errors import UsageError
from statusgen.values.value import Value

if TYPE_CHECKING:
    from datetime import datetime

    from statusgen.cli.composition import OpenDatabase
    from statusgen.cli.context import Context
    from statusgen.config.settings import MailSettings
    from statusgen.content.archive import Archive
    from statusgen.mail.delivery.deliver import DeliveryReport
    from statusgen.mail.ledger import Ledger
    from statusgen.mail.letter_states import Outcome
    from statusgen.mail.queueing import Queued
    from statusgen.values.vocabulary import InDoubt

Command = TypeVar("Command", bound=Callable[..., object])

to_option = click.option(
    "--to",
    "readers",
    metavar="ADDRESS|TOKEN",
    multiple=True,
    help="A rehearsal: letters go to this subscriber only, even while letters are held; may be "
    "repeated.",
)


class Ended(Value, frozen=True):
    """How a run of letters ended."""

    report: "DeliveryReport"
    flaw: str
    """What does not add up; empty when everything does."""

    @property
    def is_behind(self) -> bool:
        """Whether anything is left, in doubt or odd."""
        return bool(self.flaw) or not self.report.is_done


def required_mail(context: "Context") -> "MailSettings":
    """`[mail]` of the settings; raises `UsageError` where there is none."""
    if context.settings.mail is None:
        raise UsageError("statusgen.toml has no [mail]; add it to send letters")
    return context.settings.mail


def find_readers(state: "OpenDatabase", texts: Sequence[str]) -> frozenset[int] | None:
    """The ids of those whom --to names; None when it names nobody.

    Raises:
        UsageError: somebody is not in the address book; it says which, but no address.

    """
    found = [state.address_book.find(one) for one in texts]
    missing = [place for place, one in enumerate(found, 1) if one is None]
    if missing:
        which = " and ".join(f"no. {one}" for one in missing)
        raise UsageError(
            f"--to names somebody who is not in the address book ({which} of {len(texts)}); "
            "`statusgen subscribers list` shows the tokens. Nothing was done"
        )
    return frozenset(one.id for one in found if one) or None


def send_queued(
    context: "Context",
    state: "OpenDatabase",
    archive: "Archive",
    queued: "Queued",
    now: "datetime",
    *,
    only: frozenset[int] | None = None,
    waits: bool = False,
    has_canary: bool = True,
    page_behind: bool = False,
    heeds_news: bool = True,
    on_load: Callable[[str], None] | None = None,
    on_done: "Callable[[Outcome], None]" = lambda _outcome: None,
) -> Ended:
    """Sends what is owed about the queued updates, with a bar on a terminal, and audits it.

    `on_load` hears what is about to leave, in a line.
    """
    from statusgen.cli.composition import is_gone, open_transport, this_run
    from statusgen.mail.audit import audit
    from statusgen.mail.letter_states import Account
    from statusgen.mail.letters.compose import make_forms
    from statusgen.mail.sending import Dispatch, send_letters

    settings, ledger = context.settings, state.ledger
    assert settings.mail is not None  # noqa: S101  asked by the caller
    number = _number(queued, only, settings.mail.in_doubt, ledger)
    if on_load is not None and number:
        on_load(f"sending {_load(archive, queued, number)}")
    before = sum((ledger.account(one) for one in queued.update_ids), Account())
    forms = make_forms(settings, state.secret_key)
    with progress("Mailing", number) as one_more:

        def done(outcome: "Outcome") -> None:
            one_more()
            on_done(outcome)

        dispatch = Dispatch(
            open_transport(settings.mail),
            this_run(context.now).by,
            is_gone,
            done,
            only=only,
            waits=waits,
            has_canary=has_canary,
            heeds_news=heeds_news,
        )
        report = send_letters(
            queued, archive, forms, ledger, dispatch, now, page_behind=page_behind
        )
    return Ended(report, audit(before, report.total, report.sent))


def _number(
    queued: "Queued", only: frozenset[int] | None, policy: "InDoubt", ledger: "Ledger"
) -> int:
    """How many letters may leave."""
    from statusgen.mail.letters.samples import owed_to

    if only is None:
        return queued.letters
    return owed_to(only, queued.update_ids, policy, ledger)


def _load(archive: "Archive", queued: "Queued", number: int) -> str:
    """`12,408 letters about login/02 (update)`: the newest of the updates, the others counted."""
    from statusgen.mail.letters.kinds import kind_of

    *others, newest = queued.update_ids
    found = archive.incident_and_step(newest)
    kind = f" ({kind_of(*found).replace('_', ' ')})" if found else ""
    more = f" and {count(len(others), 'earlier update')}" if others else ""
    return f"{count(number, 'letter')} about {newest}{kind}{more}"
