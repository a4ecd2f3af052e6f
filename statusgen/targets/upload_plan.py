"""What an upload would do to one target, and whether it is too much to do unasked. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from statusgen.page.artifacts import Artifact, Release, UploadStage, stage_of
from statusgen.targets.manifest import Manifest, Observed, Record
from statusgen.values.value import Value

MIN_DELETES = 10
"""So many removals are never braked, however small the target."""


class Reason(StrEnum):
    """Why an artifact goes up."""

    NEW = "new"
    CHANGED = "changed"
    UNCERTAIN = "uncertain"
    """Ours, but an upload was cut short there or someone altered it."""


class BrakeReason(StrEnum):
    """Why an upload is not done unasked."""

    MANY_DELETES = "many_deletes"
    EMPTY_RELEASE = "empty_release"


class Put(Value, frozen=True):
    """One artifact to send, and why."""

    artifact: Artifact
    reason: Reason


class Brake(Value, frozen=True):
    """A reason to refuse, with its numbers."""

    reason: BrakeReason
    deletes: int
    allowed: int
    total: int
    """Objects of ours on the target."""

    def __str__(self) -> str:
        match self.reason:
            case BrakeReason.EMPTY_RELEASE:
                return f"the release is empty, and {self.total} objects would be removed"
            case BrakeReason.MANY_DELETES:
                return (
                    f"{self.deletes} of {self.total} objects would be removed, "
                    f"more than the {self.allowed} that are allowed unasked"
                )


class UploadPlan(Value, frozen=True):
    """What to do to one target, in the order of doing it."""

    seen: Observed
    """What it was made for; there is nothing to be done where another manifest lies by now."""
    puts: tuple[Put, ...]
    deletes: tuple[str, ...]
    kept: Mapping[str, Record]
    """Assets of the release before: they stay, for pages that caches still show."""
    unchanged: int
    brakes: tuple[Brake, ...]
    let_go: Mapping[str, datetime] = {}
    """See `Manifest.let_go`."""

    @property
    def bytes(self) -> int:
        """How many bytes go up."""
        return sum(put.artifact.size for put in self.puts)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.puts and not self.deletes


def plan_upload(
    release: Release, seen: Observed, max_deletes: float, *, keep_assets: bool = False
) -> UploadPlan:
    """Return the difference between a release and what was seen of a target.

    `max_deletes` is a share of the target's objects, 0 to 1. With `keep_assets` the styles of
    the release before stay, until an upload brings others again.
    """
    there = seen.manifest or Manifest({})
    puts = [
        Put(artifact, reason)
        for artifact in release.artifacts
        if (reason := _reason_to_put(artifact, there))
    ]
    gone = there.records.keys() - {each.key for each in release.artifacts}
    kept = _previous_assets(gone, there, puts) if keep_assets else {}
    deletes = tuple(sorted(gone - kept.keys()))
    return UploadPlan(
        seen,
        tuple(sorted(puts, key=_apply_order)),
        deletes,
        kept,
        unchanged=len(release.artifacts) - len(puts),
        brakes=_brakes(release, there, len(deletes), max_deletes),
    )


def _apply_order(put: Put) -> tuple[int, bool, str]:
    """New objects before those that may lead to them."""
    return stage_of(put.artifact.key), put.reason is not Reason.NEW, put.artifact.key


def _previous_assets(
    gone: Iterable[str], there: Manifest, puts: Iterable[Put]
) -> dict[str, Record]:
    """Return the assets, of those that the release lacks, that the release before had.

    Once the upload is done they are left with an empty fingerprint. By that the next upload
    with other assets knows them as older still, and removes them.
    """
    has_new = any(stage_of(put.artifact.key) is UploadStage.ASSETS for put in puts)
    return {
        key: there.records[key]
        for key in gone
        if stage_of(key) is UploadStage.ASSETS and (there.records[key].fingerprint or not has_new)
    }


def _reason_to_put(artifact: Artifact, there: Manifest) -> Reason | None:
    """Return why it goes up; None: the target has it."""
    record = there.records.get(artifact.key)
    if record is None:
        return Reason.NEW
    if not record.fingerprint:
        return Reason.UNCERTAIN
    return None if record.fingerprint == artifact.fingerprint else Reason.CHANGED


def _brakes(
    release: Release, there: Manifest, deletes: int, max_deletes: float
) -> tuple[Brake, ...]:
    total = len(there.records)
    allowed = max(MIN_DELETES, int(total * max_deletes))
    if total and not release.artifacts:
        return (Brake(BrakeReason.EMPTY_RELEASE, deletes, allowed, total),)
    if deletes > allowed:
        return (Brake(BrakeReason.MANY_DELETES, deletes, allowed, total),)
    return ()
