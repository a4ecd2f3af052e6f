"""Carries an upload plan out on one target, so that a kill at any moment loses nothing."""

import logging
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from itertools import groupby
from typing import TYPE_CHECKING

from statusgen.errors import TargetError
from statusgen.page.artifacts import Artifact, Release, stage_of
from statusgen.targets.bookkeeping import PublishRun, begun, ended, manifest_of, with_pack
from statusgen.targets.fence import Fence
from statusgen.targets.manifest import UNKNOWN, Conditions, Manifest, record_of
from statusgen.targets.storage import ABSENT, OnDone, Storage, Upload
from statusgen.targets.upload_plan import Reason, UploadPlan

if TYPE_CHECKING:
    from statusgen.targets.pack import PackWriter

logger = logging.getLogger(__name__)

_LOOKS = 3


def upload(  # noqa: PLR0913  the last by name
    storage: Storage,
    plan: UploadPlan,
    release: Release,
    run: PublishRun,
    on_done: OnDone,
    *,
    keeps: bool = True,
) -> str:
    """Make the target serve the release; a failed step stops those after it.

    The manifest that the plan was made for is replaced first, by one with our intent: nobody
    else writes from then on. Within a stage new objects come first, as others will lead to them.
    Whoever takes over an upload that was not ended looks at its objects before the first and
    after the last write: a request of the other may have been on its way. With `keeps` the
    bodies are kept to go back to; without, the same release leaves the same bytes. An empty plan
    asks nothing of a target that is in order. Brakes are the caller's to heed. Returns a
    warning, in a sentence, about what failed although the release is up; empty: nothing did.

    Raises:
        TargetHeld: the manifest is not what was seen; nothing was changed.
        TargetError: the target failed, or somebody else took it over half way.

    """
    there = plan.seen.manifest or Manifest({})
    if plan.is_empty and not (there.intent or plan.seen.damage):
        return ""
    found = storage.verified(there) if there.intent else there
    storage.refuse_foreign([put.artifact for put in plan.puts if put.reason is Reason.NEW])
    conditions = there.conditions
    if conditions is Conditions.UNKNOWN:
        conditions = storage.try_conditions()
    under_way = begun(there, plan, release, run, conditions)
    fence = Fence(storage, under_way)
    fence.rise(plan.seen.version)
    logger.info("%s: %d to put, %d to remove", storage.name, len(plan.puts), len(plan.deletes))
    with _open_pack() if keeps else nullcontext() as pack:
        puts = [pack.through(put.artifact) if pack else put.artifact for put in plan.puts]
        change = _Change(storage, fence, conditions)
        change.put_all(puts, found, on_done)
        change.delete(plan.deletes)
        if there.intent:
            change.settle(puts, plan.deletes)
        manifest = manifest_of(release, plan.kept)
        if pack:
            manifest = with_pack(ended(under_way, plan, release, run, change.tags))
            sources = release.sources(put.artifact.key for put in plan.puts)
            fence.may_write()
            storage.write_pack(manifest.sequence, pack.finish(manifest, sources))
    warning = _refresh_caches(storage)
    fence.lower(manifest)
    logger.info("%s: release %d is up", storage.name, manifest.sequence)
    if outdated := sorted(under_way.packs.keys() - manifest.packs.keys()):
        storage.delete_packs(outdated)
    return warning


def _refresh_caches(storage: Storage) -> str:
    """Have caches ask anew, which is a courtesy: the proof tells what readers get."""
    try:
        storage.refresh_caches()
    except TargetError as error:
        return str(error)
    return ""


def _open_pack() -> "AbstractContextManager[PackWriter]":
    from statusgen.targets.pack import PackWriter  # noqa: PLC0415  a build does without

    return closing(PackWriter())


class _Change:
    """What is done to a target behind the fence."""

    def __init__(self, storage: Storage, fence: Fence, conditions: Conditions) -> None:
        self._storage = storage
        self._fence = fence
        self._conditions = conditions
        self.tags: dict[str, str] = {}

    def put_all(self, artifacts: Iterable[Artifact], found: Manifest, on_done: OnDone) -> None:
        """Put the artifacts up in their order; `found` knows what they take the place of."""

        def order(artifact: Artifact) -> tuple[int, bool]:
            return stage_of(artifact.key), artifact.key in found.records

        def is_up(artifact: Artifact, tag: str) -> None:
            self.tags[artifact.key] = tag
            on_done(artifact, tag)

        for _, stage in groupby(sorted(artifacts, key=order), key=order):
            uploads = [Upload(one, self._over(one, found)) for one in stage]
            self._storage.put_all(uploads, self._fence.may_write, is_up)

    def delete(self, keys: Sequence[str]) -> None:
        if keys:
            self._fence.may_write()
            self._storage.delete(keys)

    def settle(self, puts: Sequence[Artifact], deletes: Iterable[str]) -> None:
        """Look at each object until it is as we put it, and what we removed has stayed away."""
        gone = dict.fromkeys(deletes, UNKNOWN)
        for _ in range(_LOOKS):
            expected = {one.key: record_of(one, self.tags[one.key]) for one in puts}
            self._fence.forget_doubts({**expected, **gone})
            found = self._storage.verified(Manifest({**expected, **gone}))
            altered = [one for one in puts if found.records.get(one.key) != expected[one.key]]
            back = sorted(gone.keys() & found.records.keys())
            if not altered and not back:
                return
            self.put_all(altered, found, lambda *_: None)
            self.delete(back)
        raise TargetError(
            f"{self._storage.name}: somebody else changes what was put there; find out who, then "
            "publish again"
        )

    def _over(self, artifact: Artifact, found: Manifest) -> str | None:
        """Where conditions are honoured, a write replaces what we know to be there only."""
        if self._conditions is not Conditions.HONOURED:
            return None
        record = found.records.get(artifact.key)
        return ABSENT if record is None else record.tag or None
