"""What the manifest of a target says while a release goes up, and once it is up. Pure."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from statusgen.content.shown import with_shown
from statusgen.page.artifacts import Release, release_id
from statusgen.targets.manifest import (
    UNKNOWN,
    Conditions,
    Intent,
    KeptRelease,
    Manifest,
    Observed,
    Publisher,
    Record,
    record_of,
)
from statusgen.targets.upload_plan import UploadPlan
from statusgen.values.value import Value, replace

ABANDONED_AFTER_S = 120.0
"""An upload without a sign of life for so long is over; see `targets.fence.SIGN_OF_LIFE_S`."""

IN_DOUBT = Record("", 0, "?")
"""Of what an upload that was overtaken may have changed by its last request; no tag is like it."""

KEPT_RELEASES = 11
"""The one that is served, and ten to go back to."""


class PublishRun(Value, frozen=True):
    """One run of a command that publishes: who, when, and a token that no other run has."""

    by: Publisher
    at: datetime
    token: str
    page: str = ""
    """The URL of the page that it publishes; empty: that need not be known."""


def begun(
    there: Manifest, plan: UploadPlan, release: Release, run: PublishRun, conditions: Conditions
) -> Manifest:
    """Return the manifest with our intent, and with all that is about to change as unknown.

    Whatever a broken upload leaves behind is known by it as ours, and done again; and readers may
    see what was there as well as what is coming. The number of an upload that is taken over is
    used up: its last word may still be on its way.
    """
    changing = dict.fromkeys([*(put.artifact.key for put in plan.puts), *plan.deletes], UNKNOWN)
    given_up = {there.sequence + 1: 0} if there.intent else {}
    return replace(
        there,
        records={**there.records, **changing},
        sequence=there.sequence + len(given_up),
        packs={**there.packs, **given_up},
        token=run.token,
        intent=Intent(run.token, run.by, run.at, len(plan.puts)),
        conditions=conditions,
        shown=_shown_under_way(there, release),
        let_go=plan.let_go,
        page=run.page or there.page,
    )


def ended(
    before: Manifest, plan: UploadPlan, release: Release, run: PublishRun, tags: Mapping[str, str]
) -> Manifest:
    """Return the manifest once the whole release is up; `before` is what `begun` returned.

    `tags` are what the target calls the bodies that were put.
    """
    sequence = before.sequence + 1
    put = {one.artifact.key: one.artifact for one in plan.puts}
    records = {
        one.key: record_of(one, tags.get(one.key, ""), sequence)
        if one.key in put
        else before.records[one.key]
        for one in release.artifacts
    }
    kept = KeptRelease(sequence, release_id(release), run.at, run.by, len(records))
    return replace(
        before,
        records={**records, **dict.fromkeys(plan.kept, UNKNOWN)},
        sequence=sequence,
        intent=None,
        kept=(kept, *before.kept)[:KEPT_RELEASES],
        shown=release.shown(),
    )


def _shown_under_way(there: Manifest, release: Release) -> Mapping[str, str] | None:
    if there.shown is None and there.records:
        return None
    before, coming = there.shown or {}, release.shown() or {}
    both = {
        one: with_shown(before[one], line)
        for one, line in coming.items()
        if before.get(one, line) != line
    }
    return {**before, **coming, **both}


def doubted(manifest: Manifest, keys: Iterable[str]) -> Manifest:
    """Return the manifest with these objects in doubt, so that the next publish puts them again."""
    return replace(manifest, records={**manifest.records, **dict.fromkeys(keys, IN_DOUBT)})


def doubts(manifest: Manifest) -> frozenset[str]:
    """Return the keys of what is in doubt."""
    return frozenset(key for key, one in manifest.records.items() if one == IN_DOUBT)


def manifest_of(release: Release, kept: Iterable[str] = ()) -> Manifest:
    """Return a manifest of the release, and `kept` of the one before, that tells nothing else."""
    records = {one.key: record_of(one) for one in release.artifacts}
    return Manifest({**records, **dict.fromkeys(kept, UNKNOWN)})


def with_pack(manifest: Manifest) -> Manifest:
    """Return the manifest with the bodies of its release kept, less the packs nobody needs now.

    A pack is needed while one of its bodies is served, or was by a release that can be gone
    back to, or while its own release can be.
    """
    served = {record.sequence for record in manifest.records.values()}
    oldest = manifest.kept[-1].sequence
    packs = {
        one: 0 if one in served else replaced or manifest.sequence
        for one, replaced in {**manifest.packs, manifest.sequence: 0}.items()
    }
    needed = {
        one: replaced
        for one, replaced in packs.items()
        if not replaced or replaced > oldest or one >= oldest
    }
    return replace(manifest, packs=needed)


def holder(seen: Observed, is_gone: Callable[[Publisher], bool]) -> Intent | None:
    """Return the upload under way that has to be waited for; None: the target is free.

    `is_gone` knows processes of this host that have ended. Of others we can only tell that they
    gave no sign of life for long.
    """
    intent = seen.manifest.intent if seen.manifest else None
    if intent is None or seen.age_s > ABANDONED_AFTER_S or is_gone(intent.by):
        return None
    return intent
