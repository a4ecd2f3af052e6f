"""Targets brought up to one release, each for itself, and those with a public URL proved."""

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, TypeVar

from statusgen.config.settings import S3Target, Settings, TargetSettings
from statusgen.errors import TargetError, TargetHeld, TargetUnreachable, UsageError
from statusgen.page.artifacts import Release
from statusgen.targets.at_once import at_once
from statusgen.targets.bookkeeping import PublishRun
from statusgen.targets.let_go import letting_go, missing_from, with_memory
from statusgen.targets.looking import IsGone, look, made_anew
from statusgen.targets.manifest import Observed, Publisher
from statusgen.targets.ownership import strangers
from statusgen.targets.storage import Storage
from statusgen.targets.target_plan import TargetPlan
from statusgen.targets.upload import upload
from statusgen.targets.upload_plan import UploadPlan, plan_upload
from statusgen.values.notation import listed, printable
from statusgen.values.value import Value, replace

Watch = Callable[[str, int | None], AbstractContextManager[Callable[..., None]]]
"""Opens a view on `what` with so many steps ahead, None if unknown; yields what counts one."""

Prove = Callable[[str, str, float], str]
"""Takes a URL, the sha256 it should serve and seconds to wait; returns what is wrong, or ''."""

Wait = Callable[[float], None]
"""Lets so many seconds pass."""

Result = TypeVar("Result")

RETRY_AFTER_S = 5.0
DEFAULT_PROOF_S = 30.0


class Outside(Value, frozen=True):
    """What an upload asks of the world around it."""

    run: PublishRun
    prove: Prove
    watch: Watch
    is_gone: IsGone


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
    is_held: bool = False
    warning: str = ""
    """What went wrong beside, although it serves the release."""


class Uploads(Value, frozen=True):
    """The uploads of one publish, in the order of the targets."""

    results: Sequence[TargetResult]

    @property
    def behind(self) -> tuple[TargetResult, ...]:
        """Targets that do not serve the release."""
        return tuple(one for one in self.results if one.failure)

    @property
    def is_held(self) -> bool:
        """Whether nothing was changed anywhere, because of another publisher."""
        behind = self.behind
        return len(behind) == len(self.results) and any(one.is_held for one in behind)


def seen_by_readers(targets: Sequence[Target]) -> tuple[Target, ...]:
    """The targets of which one has to be up before letters leave: the S3 ones, else the folders."""
    buckets = tuple(one for one in targets if isinstance(one.settings, S3Target))
    return buckets or tuple(targets)


class Uploader:
    """Brings targets up to one release, each for itself, and proves those with a public URL."""

    def __init__(  # noqa: PLR0913  two of them by name
        self,
        settings: Settings,
        release: Release,
        targets: Sequence[Target],
        outside: Outside,
        *,
        takeover: bool = False,
        verify: bool = False,
    ) -> None:
        """With `verify` each object on a target is looked at; `takeover` waits for nobody."""
        if not targets:
            raise UsageError(
                'statusgen.toml names no target; add [[targets]] with url = "folder:public"'
            )
        self._settings = settings
        self._release = release
        self._targets = tuple(targets)
        self._outside = outside
        self._takeover = takeover
        self._verify = verify

    def plan(self) -> tuple[TargetPlan, ...]:
        """What each target needs, in the order of the targets."""
        plans = self._each(self._plan_one, [one.storage for one in self._targets])
        are_all = len(self._targets) == len(self._settings.targets)
        return with_memory(plans, self._release, are_all=are_all)

    def upload(self, plans: Sequence[TargetPlan]) -> Uploads:
        """Carries the plans out, all at once; a target that fails keeps no other back.

        Whatever they take off the page is meant to go, and the targets remember that.
        """
        puts = sum(len(one.upload.puts) for one in plans if one.upload)
        plans = letting_go(plans, self._outside.run.at)
        with self._outside.watch("Uploading", puts) as done:
            upload_one = partial(self._upload_one, done)
            results = self._each(upload_one, plans, self._targets)
        return Uploads(results)

    def upload_until(
        self,
        deadline_s: float,
        plans: Sequence[TargetPlan],
        first: Uploads,
        wait: Wait = time.sleep,
    ) -> Uploads:
        """Tries again while no target that readers see answers, until the monotonic deadline.

        `plans` are those of the first try. A target that could not be looked at then stays behind
        where nobody was asked about what would go there.
        """
        uploads, asked = first, _brakes_of(plans)
        while self.is_out_of_reach(uploads):
            left_s = deadline_s - time.monotonic()
            if left_s <= 0:
                break
            wait(min(RETRY_AFTER_S, left_s))
            again = [_unless_braked(one, asked) for one in self.plan()]
            uploads = _together(uploads, self.upload(again))
        return uploads

    def is_page_up(self, uploads: Uploads) -> bool:
        """Whether letters may leave: a target that readers see serves the release."""
        return any(not one.failure for one in self.of_readers(uploads))

    def is_out_of_reach(self, uploads: Uploads) -> bool:
        """Whether no target that readers see can be reached; a folder beside a bucket is none.

        A bucket that is not there is no outage: whoever hosts it has answered, and the answer is
        to be acted upon. Letters about a page that nobody has put up would lead nowhere.
        """
        return all(one.is_unreachable for one in self.of_readers(uploads))

    def of_readers(self, uploads: Uploads) -> list[TargetResult]:
        """What became of the targets that readers see, which alone say whether letters leave."""
        seen = seen_by_readers(self._targets)
        pairs = zip(uploads.results, self._targets, strict=True)
        return [one for one, target in pairs if target in seen]

    def claimants(self, uploads: Uploads) -> tuple[Storage, ...]:
        """The targets that are up, on which updates are claimed."""
        pairs = zip(uploads.results, self._targets, strict=True)
        return tuple(target.storage for one, target in pairs if not one.failure)

    def _each(self, work: Callable[..., Result], *many: Sequence[Any]) -> list[Result]:
        """The work on every target, at once; Ctrl-C ends what they wait for."""
        try:
            return at_once(work, *many)
        except BaseException:
            for one in self._targets:
                one.storage.close()
            raise

    def _plan_one(self, storage: Storage) -> TargetPlan:
        try:
            seen, notes = self._look(storage)
            planned = self._planned(seen)
            if seen.manifest and (not_ours := strangers(storage, seen.manifest, planned.deletes)):
                damage = f"it lists {printable(not_ours[0])}, which no release of ours put there"
                seen, note = made_anew(storage, self._keys, replace(seen, damage=damage))
                planned, notes = self._planned(seen), (*notes, note)
        except TargetError as error:
            return _failed_plan(storage.name, error)
        missing = missing_from(self._release, storage, planned)
        return TargetPlan(storage.name, planned, notes=notes, missing=missing)

    def _look(self, storage: Storage) -> tuple[Observed, tuple[str, ...]]:
        is_gone = None if self._takeover else self._is_gone
        page = self._outside.run.page
        return look(storage, self._keys, is_gone, verify=self._verify, page=page)

    def _is_gone(self, publisher: Publisher) -> bool:
        """What we left half done ourselves, for want of an answer, is not waited for."""
        return publisher == self._outside.run.by or self._outside.is_gone(publisher)

    def _planned(self, seen: Observed) -> UploadPlan:
        return plan_upload(self._release, seen, self._settings.brakes.max_deletes, keep_assets=True)

    @property
    def _keys(self) -> frozenset[str]:
        return frozenset(one.key for one in self._release.artifacts)

    def _upload_one(
        self, done: Callable[..., None], planned: TargetPlan, target: Target
    ) -> TargetResult:
        if planned.upload is None:
            return TargetResult(
                planned.name,
                failure=planned.failure,
                is_unreachable=planned.is_unreachable,
                is_held=planned.is_held,
            )
        puts, deletes = len(planned.upload.puts), len(planned.upload.deletes)
        try:
            run = self._outside.run
            warning = upload(target.storage, planned.upload, self._release, run, done)
        except TargetError as error:
            return TargetResult(
                planned.name,
                failure=str(error),
                is_unreachable=isinstance(error, TargetUnreachable),
                is_held=isinstance(error, TargetHeld),
            )
        failure = self._proof(target.settings)
        return TargetResult(planned.name, puts, deletes, failure, warning=warning)

    def _proof(self, target: TargetSettings) -> str:
        index = next((one for one in self._release.artifacts if one.key == "index.html"), None)
        if target.public_url is None or index is None:
            return ""
        mail = self._settings.mail
        wait_s = mail.verify_timeout.total_seconds() if mail else DEFAULT_PROOF_S
        return self._outside.prove(f"{target.public_url}/index.html", index.digest, wait_s)


def _together(first: Uploads, then: Uploads) -> Uploads:
    """What two tries have done; how it stands is told by the second."""
    return Uploads(
        [
            replace(now, put=before.put + now.put, deleted=before.deleted + now.deleted)
            for before, now in zip(first.results, then.results, strict=True)
        ]
    )


def _unless_braked(planned: TargetPlan, asked: Collection[str]) -> TargetPlan:
    unasked = sorted(_brakes_of([planned]) - set(asked))
    if not unasked:
        return planned
    return TargetPlan(
        planned.name,
        None,
        failure=f"{planned.name}: it answers again, and nobody was asked about what would go from "
        f"there ({listed(unasked, most=5)}); look at `statusgen plan`, then publish again",
    )


def _brakes_of(plans: Iterable[TargetPlan]) -> frozenset[str]:
    """What has to be asked before these plans are carried out, whatever the target."""
    plans = tuple(plans)
    missing = {one.update_id for plan in plans for one in plan.missing if not one.is_meant}
    return frozenset(
        missing | {str(brake) for plan in plans if plan.upload for brake in plan.upload.brakes}
    )


def _failed_plan(name: str, error: TargetError) -> TargetPlan:
    return TargetPlan(
        name,
        None,
        failure=str(error),
        is_unreachable=isinstance(error, TargetUnreachable),
        is_held=isinstance(error, TargetHeld),
    )
