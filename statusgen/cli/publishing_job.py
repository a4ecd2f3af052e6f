"""What `plan` and `publish` start from: their options, and everything a plan needs, opened."""

import shlex
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import click

from statusgen.cli.context import Context, json_option, open_targets
from statusgen.cli.output import progress
from statusgen.cli.publishing_ledger import read_ledger
from statusgen.errors import ContentError, DatabaseError
from statusgen.values.value import Value

if TYPE_CHECKING:
    from statusgen.cli.composition import OpenDatabase
    from statusgen.config.settings import Settings
    from statusgen.content.archive import Archive
    from statusgen.mail.ledger import Ledger
    from statusgen.publish.build import Prepared
    from statusgen.publish.plan import Plan
    from statusgen.targets.bookkeeping import PublishRun
    from statusgen.targets.uploading import Uploader

Command = TypeVar("Command", bound=Callable[..., object])

NO_REASON = "no reason given"

_OPTIONS = (
    json_option,
    click.option("--no-mail", is_flag=True, help="Publish the site; letters stay owed."),
    click.option("--late", is_flag=True, help="Mail updates older than 24 hours as well."),
    click.option(
        "--takeover",
        is_flag=False,
        flag_value=NO_REASON,
        default=None,
        metavar="[REASON]",
        help="Wait for no other publisher, take the place of another page, and mail updates that "
        "another ledger has claimed; the reason is noted in the claim.",
    ),
    click.option(
        "--verify",
        is_flag=True,
        help="Look at each object on the targets; what others changed or removed is put up again.",
    ),
    click.option(
        "--keep-broken",
        is_flag=True,
        help="Leave incidents whose files are wrong as they were last published, if they are "
        "over and have nothing new to say.",
    ),
)


class Wishes(Value, frozen=True):
    """What the options that a plan and its publish share say."""

    no_mail: bool = False
    late: bool = False
    takeover: str | None = None
    """The reason; None: nothing is taken over."""
    verify: bool = False
    keep_broken: bool = False

    def flags(self) -> list[str]:
        """The same as a command line."""
        given = {
            "--no-mail": self.no_mail,
            "--late": self.late,
            "--verify": self.verify,
            "--keep-broken": self.keep_broken,
            "--takeover": self.takeover is not None,
        }
        reason = [shlex.quote(self.takeover)] if self.takeover not in {None, NO_REASON} else []
        return [*(name for name in given if given[name]), *reason]


class Job(Value, frozen=True):
    """Everything a plan needs, opened."""

    context: Context
    wishes: Wishes
    prepared: "Prepared"
    uploader: "Uploader"
    run: "PublishRun"
    state: "OpenDatabase | None"
    """None when no letters are to be planned."""
    plan: "Plan"
    trouble: str = ""
    """Why the ledger can't be had, so that letters stay owed; empty: it can, or none is asked."""


def planning_options(command: Command) -> Command:
    """Adds the options that `Wishes` holds, and `--json`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@contextmanager
def open_job(context: Context, wishes: Wishes, trouble: str = "") -> Iterator[Job]:
    """The plan as of now; raises whatever keeps it from being made.

    Without a ledger it has no letters; `trouble` says why there is none, if that is known.
    """
    from statusgen.cli.composition import is_gone, prove_live, this_run
    from statusgen.mail.plan import MailOptions, MailPlan
    from statusgen.mail.planning import plan_mail
    from statusgen.publish.build import prepare
    from statusgen.publish.publish import plan_publish
    from statusgen.targets.uploading import Outside, Uploader

    settings, takeover = context.settings, wishes.takeover is not None
    with ExitStack() as stack:
        keep = partial(_keep_broken, context) if wishes.keep_broken else None
        with progress("Rendering", None), _hint(is_useful=keep is None):
            prepared = prepare(settings, context.open_cache(), context.now, keep)
        targets = stack.enter_context(open_targets(settings))
        state: OpenDatabase | None = None
        mail = MailPlan()
        archive, options = prepared.archive, MailOptions(late=wishes.late, takeover=takeover)
        if settings.mail is None or wishes.no_mail:
            trouble = ""
        elif not trouble:

            def read(state: "OpenDatabase") -> MailPlan:
                return plan_mail(archive, state.ledger, context.now, options)

            found = read_ledger(stack, settings, read)
            if isinstance(found, str):
                trouble = found
            else:
                state, mail = found
        run = this_run(context.now, settings.page.url)
        outside = Outside(run, prove_live, progress, is_gone)
        uploader = Uploader(
            settings, prepared.release, targets, outside, takeover=takeover, verify=wishes.verify
        )
        people = None if trouble else LedgerPeople(settings)
        planned = plan_publish(uploader, archive, mail, people=people)
        yield Job(context, wishes, prepared, uploader, run, state, planned, trouble)


@contextmanager
def _hint(*, is_useful: bool) -> Iterator[None]:
    """Whoever has something urgent to say should know that there is a way past an old typo."""
    try:
        yield
    except ContentError as error:
        if is_useful and all(one.path.startswith("incidents/") for one in error.problems):
            error.add_note(
                "correct it; or, for incidents that are over, statusgen publish --keep-broken, "
                "which leaves them as they were last published"
            )
        raise


def _keep_broken(context: Context, archive: "Archive") -> "Archive":
    from statusgen.targets.last_published import keep_broken

    with open_targets(context.settings) as targets:
        return keep_broken([one.storage for one in targets], context.now, archive)


class LedgerPeople:
    """See `publish.publish.People`: the ledger is opened for each question, as few have one."""

    def __init__(self, settings: "Settings") -> None:
        self._settings = settings

    def about_incidents(self, incident_ids: Collection[str]) -> Mapping[str, int]:
        """See `People`."""
        return self._ask(lambda ledger: ledger.people_told(incident_ids)) or {}

    def about_updates(self, update_ids: Collection[str]) -> Mapping[str, int] | None:
        """See `People`; an incident of which no more is known is named by its own id."""
        whole = {one for one in update_ids if "/" not in one}
        return self._ask(
            lambda ledger: {**ledger.readers_of(update_ids), **ledger.people_told(whole)}
        )

    def _ask(self, question: "Callable[[Ledger], Mapping[str, int]]") -> Mapping[str, int] | None:
        from statusgen.cli.composition import open_state

        if self._settings.mail is None:
            return None
        try:
            with open_state(self._settings) as state:
                return question(state.ledger)
        except DatabaseError:
            return None  # the page doesn't wait for the ledger
