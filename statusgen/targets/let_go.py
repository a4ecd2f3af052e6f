"""What the targets of one page know together: what each shows, and what was let go on purpose."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from statusgen.content.entries.records import decode_sources
from statusgen.page.artifacts import Release, incident_of, page_of
from statusgen.targets.missing import (
    MissingUpdate,
    all_let_go,
    meant,
    missing_updates,
    still_to_remember,
)
from statusgen.targets.published import Published, line_of
from statusgen.targets.storage import Storage
from statusgen.targets.target_plan import TargetPlan
from statusgen.targets.upload_plan import UploadPlan
from statusgen.values.value import replace


def missing_from(
    release: Release, storage: Storage, planned: UploadPlan
) -> tuple[MissingUpdate, ...]:
    """What readers see on a target and would see no more, once this upload is done.

    Only incidents whose pages change are looked at, and of a damaged manifest all that it shows,
    as it can't be told which pages are ours. A target of this version tells by its
    manifest; one of an earlier version by the packs that those pages are from.
    """
    there = planned.seen.manifest
    if there is None:
        return ()
    keys = [*(put.artifact.key for put in planned.puts), *planned.deletes]
    changing = {one for one in map(incident_of, keys) if one}
    if planned.seen.damage:
        changing.update(there.shown or ())
    before = Published(storage, there).shown(changing)
    if not before:
        return ()
    return tuple(missing_updates(before, _shown_by(release, before.keys())))


def with_memory(
    plans: Iterable[TargetPlan], release: Release, *, are_all: bool = True
) -> tuple[TargetPlan, ...]:
    """The plans, with what any of their targets remembers of what was let go.

    `are_all`: there is no other target, which may show it still.
    """
    plans = tuple(plans)
    seen = [one.upload.seen.manifest for one in plans if one.upload]
    there = [one for one in seen if one is not None]
    let_go = all_let_go(there)
    if not let_go:
        return plans
    after = _shown_by(release, {one.partition("/")[0] for one in let_go})
    kept = still_to_remember(let_go, after, there, knows_all=are_all and len(seen) == len(plans))
    return tuple(_with_memory(one, let_go, kept) for one in plans)


def letting_go(plans: Sequence[TargetPlan], at: datetime) -> tuple[TargetPlan, ...]:
    """The plans, each with what all of them take off the page, to be remembered from `at` on."""
    gone = {
        each.update_id: at
        for one in plans
        if one.upload
        for each in one.missing
        if not each.is_meant
    }
    if not gone:
        return tuple(plans)
    return tuple(
        replace(one, upload=replace(one.upload, let_go={**one.upload.let_go, **gone}))
        if one.upload
        else one
        for one in plans
    )


def _with_memory(
    planned: TargetPlan, let_go: Mapping[str, datetime], kept: Mapping[str, datetime]
) -> TargetPlan:
    if planned.upload is None or planned.upload.seen.manifest is None:
        return planned
    return replace(
        planned,
        upload=replace(planned.upload, let_go=kept),
        missing=meant(planned.missing, planned.upload.seen.manifest, let_go),
    )


def _shown_by(release: Release, incident_ids: Collection[str]) -> Mapping[str, str]:
    """What readers will see of those of these incidents that the release has."""
    lines = release.shown()
    if lines is not None:
        return {one: lines[one] for one in incident_ids if one in lines}
    there = {one.key for one in release.artifacts}
    pages = [page_of(one) for one in incident_ids if page_of(one) in there]
    sources = decode_sources(release.sources(pages))
    return {incident_of(one): "" for one in pages} | {
        one.id: line_of(one) for one in sources.values()
    }
