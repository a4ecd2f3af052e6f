"""Carries an upload plan out on one target, so that a kill at any moment loses nothing."""

from collections.abc import Iterable
from itertools import groupby

from statusgen.model.manifest import UNKNOWN, Manifest, record_of
from statusgen.model.release import Release, stage_of
from statusgen.plan.upload import Put, Reason, UploadPlan
from statusgen.ports.storage import OnDone, Storage


def upload(storage: Storage, plan: UploadPlan, release: Release, on_done: OnDone) -> None:
    """Make the target serve the release; a failed step stops those after it.

    The manifest is written first with everything about to change marked as unknown, so that
    whatever a broken upload leaves behind is known as ours and done again. An empty plan asks
    nothing of the target. Brakes are the caller's to heed.
    """
    if plan.is_empty:
        return
    storage.refuse_foreign([put.artifact for put in plan.puts if put.reason is Reason.NEW])
    storage.write_manifest(_manifest_under_way(plan, release))
    for _, stage in groupby(plan.puts, key=_stage):
        storage.put_all([put.artifact for put in stage], on_done)
    if plan.deletes:
        storage.delete(plan.deletes)
    storage.refresh_caches()
    storage.write_manifest(manifest_of(release, plan.kept))


def manifest_of(release: Release, kept: Iterable[str] = ()) -> Manifest:
    """Return what the manifest says once the whole release is up, and `kept` of the one before."""
    records = {artifact.key: record_of(artifact) for artifact in release.artifacts}
    return Manifest(records | dict.fromkeys(kept, UNKNOWN))


def _manifest_under_way(plan: UploadPlan, release: Release) -> Manifest:
    records = {artifact.key: record_of(artifact) for artifact in release.artifacts}
    records |= {put.artifact.key: UNKNOWN for put in plan.puts}
    records |= dict.fromkeys(plan.deletes, UNKNOWN)
    records |= plan.kept
    return Manifest(records)


def _stage(put: Put) -> int:
    return stage_of(put.artifact.key)
