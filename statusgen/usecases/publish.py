"""`plan` and `publish`: one path from content to readers; a plan is where it stops half way."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from statusgen.apply.upload import upload
from statusgen.config.settings import S3Target, Settings, TargetSettings
from statusgen.errors import Refused, TargetError, TargetUnreachable, UsageError
from statusgen.letters.audience import audience_of
from statusgen.model.delivery import Audience
from statusgen.model.incident import Incident
from statusgen.model.release import Release
from statusgen.model.step import Step
from statusgen.model.value import Value, replace
from statusgen.plan.mail import MailChoice, Mailing, MailOptions, choose_mail, vanished_ids
from statusgen.plan.plan import Backlog, Plan, TargetPlan, make_plan
from statusgen.plan.upload import plan_upload
from statusgen.ports.ledger import Ledger
from statusgen.ports.storage import Storage
from statusgen.usecases.archive import Archive

Watch = Callable[[str, int | None], AbstractContextManager[Callable[..., None]]]
"""Opens a view on `what` with so many steps ahead, None if unknown; yields what counts one."""

Prove = Callable[[str, str, float], str]
"""Takes a URL, the sha256 it should serve and seconds to wait; returns what is wrong, or ''."""

Wait = Callable[[float], None]
"""Lets so many seconds pass."""

RETRY_AFTER_S = 5.0
DEFAULT_PROOF_S = 30.0
NO_MAIL = MailChoice((), (), ())


class Target(Value, frozen=True):
    """A configured target and the storage behind it."""

    settings: TargetSettings
    storage: Storage


class TargetResult(Value, frozen=True):
    """What became of one target; `failure` is empty when it serves the release."""

    name: str
    put: int = 0
    deleted: int = 0
    failure: str = ""
    is_unreachable: bool = False


class Uploads(Value, frozen=True):
    """The uploads of one publish, in the order of the targets."""

    results: Sequence[TargetResult]

    @property
    def behind(self) -> tuple[TargetResult, ...]:
        """Targets that do not serve the release."""
        return tuple(one for one in self.results if one.failure)

    @property
    def is_out_of_reach(self) -> bool:
        """Whether no target at all answered."""
        return all(one.is_unreachable for one in self.results)


def seen_by_readers(targets: Sequence[Target]) -> tuple[Target, ...]:
    """The targets of which one has to be up before letters leave: the S3 ones, else the folders."""
    buckets = tuple(one for one in targets if isinstance(one.settings, S3Target))
    return buckets or tuple(targets)


def plan_publish(
    uploader: "Uploader",
    archive: Archive,
    ledger: Ledger | None,
    now: datetime,
    options: MailOptions,
) -> Plan:
    """The plan at `now`; without a ledger it has no letters. Reads, and changes nothing."""
    settings = archive.settings
    choice = NO_MAIL
    backlog: tuple[Backlog, ...] = ()
    if ledger is not None and settings.mail is not None:
        choice = choose(archive, ledger, now, options)
        choice = replace(choice, mailed=_sized(choice.mailed, archive, ledger))
        backlog = tuple(Backlog(*one) for one in ledger.backlog(settings.mail.in_doubt))
    return make_plan(uploader.plan(), choice, backlog, settings.brakes.max_updates)


def choose(archive: Archive, ledger: Ledger, now: datetime, options: MailOptions) -> MailChoice:
    """What content and ledger say is to be mailed, before audiences are counted."""
    skips = ledger.skips()
    vanished = ledger.known_updates(vanished_ids(archive.outlines, skips))
    return choose_mail(archive.outlines, skips, vanished, now, options)


def refuse(plan: Plan, expected: str | None, *, force: bool) -> None:
    """Raises `Refused` when a brake holds the plan, or it is not the expected one."""
    if expected is not None and expected != plan.digest:
        raise Refused(
            f"the plan is {plan.digest} now and not {expected}; look at `statusgen plan` again"
        )
    if plan.brakes and not force:
        raise Refused(
            f"{'; '.join(plan.brakes)}; nothing was done. Look at `statusgen plan`, and add "
            "--force if it is meant"
        )


def incident_and_step(archive: Archive, update_id: str) -> tuple[Incident, Step] | None:
    """The update in its incident; None when its file is gone."""
    incident_id, _, stem = update_id.partition("/")
    if incident_id not in archive.digests:
        return None
    incident = archive.incident(incident_id)
    return next(((incident, one) for one in incident.steps if one.update.stem == stem), None)


def audiences(mailings: Sequence[Mailing], archive: Archive) -> Iterator[tuple[Mailing, Audience]]:
    """Each mailing with the rule that picks its subscribers."""
    for mailing in mailings:
        found = incident_and_step(archive, mailing.update.update_id)
        audience = audience_of(found[1], archive.settings.severities) if found else None
        if audience is not None:
            yield mailing, audience


def _sized(mailings: Sequence[Mailing], archive: Archive, ledger: Ledger) -> tuple[Mailing, ...]:
    return tuple(
        replace(one, audience_size=ledger.audience_size(one.update.incident_id, audience))
        for one, audience in audiences(mailings, archive)
    )


class Uploader:
    """Brings targets up to one release, each for itself, and proves those with a public URL."""

    def __init__(
        self,
        settings: Settings,
        release: Release,
        targets: Sequence[Target],
        prove: Prove,
        watch: Watch,
    ) -> None:
        if not targets:
            raise UsageError(
                'statusgen.toml names no target; add [[targets]] with url = "folder:public"'
            )
        self._settings = settings
        self._release = release
        self._targets = tuple(targets)
        self._prove = prove
        self._watch = watch

    def plan(self) -> tuple[TargetPlan, ...]:
        """What each target needs, in the order of the targets."""
        return tuple(self._plan_one(one.storage) for one in self._targets)

    def upload(self, plans: Sequence[TargetPlan]) -> Uploads:
        """Carries the plans out; a target that fails keeps no other back."""
        pairs = zip(plans, self._targets, strict=True)
        return Uploads([self._upload_one(planned, target) for planned, target in pairs])

    def upload_until(self, deadline_s: float, first: Uploads, wait: Wait = time.sleep) -> Uploads:
        """Tries again while no target that readers see answers, until the monotonic deadline."""
        uploads = first
        while not self.is_page_up(uploads) and uploads.is_out_of_reach:
            left_s = deadline_s - time.monotonic()
            if left_s <= 0:
                break
            wait(min(RETRY_AFTER_S, left_s))
            uploads = self.upload(self.plan())
        return uploads

    def is_page_up(self, uploads: Uploads) -> bool:
        """Whether letters may leave: a target that readers see serves the release."""
        seen = seen_by_readers(self._targets)
        pairs = zip(uploads.results, self._targets, strict=True)
        return any(not one.failure for one, target in pairs if target in seen)

    def claimants(self, uploads: Uploads) -> tuple[Storage, ...]:
        """The targets that are up and on which updates are claimed."""
        pairs = zip(uploads.results, self._targets, strict=True)
        return tuple(
            target.storage for one, target in pairs if not one.failure and target.storage.can_claim
        )

    def _plan_one(self, storage: Storage) -> TargetPlan:
        try:
            manifest = storage.read_manifest()
        except TargetError as error:
            is_unreachable = isinstance(error, TargetUnreachable)
            return TargetPlan(storage.name, None, str(error), is_unreachable=is_unreachable)
        max_deletes = self._settings.brakes.max_deletes
        planned = plan_upload(self._release, manifest, max_deletes, keep_assets=True)
        return TargetPlan(storage.name, planned)

    def _upload_one(self, planned: TargetPlan, target: Target) -> TargetResult:
        if planned.upload is None:
            return TargetResult(
                planned.name, failure=planned.failure, is_unreachable=planned.is_unreachable
            )
        puts, deletes = len(planned.upload.puts), len(planned.upload.deletes)
        try:
            with self._watch(f"Uploading to {planned.name}", puts) as done:
                upload(target.storage, planned.upload, self._release, done)
        except TargetError as error:
            return TargetResult(
                planned.name,
                failure=str(error),
                is_unreachable=isinstance(error, TargetUnreachable),
            )
        return TargetResult(planned.name, puts, deletes, failure=self._proof(target.settings))

    def _proof(self, target: TargetSettings) -> str:
        index = next((one for one in self._release.artifacts if one.key == "index.html"), None)
        if target.public_url is None or index is None:
            return ""
        mail = self._settings.mail
        wait_s = mail.verify_timeout.total_seconds() if mail else DEFAULT_PROOF_S
        return self._prove(f"{target.public_url}/index.html", index.digest, wait_s)
