"""The targets: whether we may write there, and what our bookkeeping on them says."""

from collections.abc import Callable, Iterator

from statusgen.doctor.finding import Finding, fail, from_error, ok, unknown, warn
from statusgen.errors import StatusgenError, TargetError
from statusgen.targets.bookkeeping import holder
from statusgen.targets.fence import who_writes
from statusgen.targets.manifest import (
    Conditions,
    Manifest,
    Observed,
    Publisher,
    is_another_page,
)
from statusgen.targets.storage import Room, Storage
from statusgen.values.notation import format_instant, printable
from statusgen.values.value import Value, replace

LITTLE_ROOM = 200_000_000
NO_ROOM = 5_000_000
_AWAY = "check the network and the target's url and endpoint_url, then look again"
_ROOM_UNIT = 1_000_000_000


class TargetFacts(Value, frozen=True):
    """What a look at a target found; `failure` is what kept us from looking further."""

    seen: Observed
    conditions: Conditions = Conditions.UNKNOWN
    room: Room | None = None
    failure: TargetError | None = None


def look_at_target(storage: Storage) -> TargetFacts:
    """Read the manifest, list, write and remove, all but the reading under `_statusgen/`.

    Raises: TargetError when not even the manifest can be read.
    """
    seen = storage.observe()
    try:
        manifest = seen.manifest and storage.verified(seen.manifest)
        seen = replace(seen, manifest=manifest)
        return TargetFacts(seen, room=storage.try_access(), conditions=storage.try_conditions())
    except TargetError as error:
        return TargetFacts(seen, failure=error)


def judge_target(
    name: str,
    facts: TargetFacts | StatusgenError,
    is_gone: Callable[[Publisher], bool],
    page: str = "",
) -> Iterator[Finding]:
    """Yield what is to be said of one target, which should serve the page with this URL."""
    if isinstance(facts, StatusgenError):
        yield from_error(name, facts, otherwise=_AWAY)
        return
    if facts.failure is not None:
        yield from_error(name, facts.failure, otherwise=_AWAY)
    elif facts.room is not None:
        yield judge_room(name, facts.room)
    else:
        yield ok(name, "reached; the credentials may read, list, write and remove")
    yield _judge_manifest(name, facts.seen, is_gone, page)
    if facts.failure is None and facts.room is None:
        yield _judge_conditions(name, facts)


def judge_room(subject: str, room: Room) -> Finding:
    """Say how much room a folder has left."""
    free = f"{room.free_bytes / _ROOM_UNIT:,.1f} GB free"
    if room.free_bytes < NO_ROOM:
        return fail(subject, "its disk is full", "make room there")
    if room.free_bytes < LITTLE_ROOM:
        return warn(subject, f"its disk is nearly full, {free}", "make room there")
    return ok(subject, f"it can be written; {free}")


def _judge_manifest(
    name: str, seen: Observed, is_gone: Callable[[Publisher], bool], page: str
) -> Finding:
    manifest = seen.manifest
    if seen.damage:
        return warn(
            name,
            f"its manifest is damaged ({printable(seen.damage)})",
            "run `statusgen publish`, which makes it anew from what is kept there",
        )
    if manifest is None:
        return ok(name, "nothing was published there yet")
    return _judge_state(name, seen, manifest, is_gone, page)


def _judge_state(
    name: str,
    seen: Observed,
    manifest: Manifest,
    is_gone: Callable[[Publisher], bool],
    page: str,
) -> Finding:
    if is_another_page(manifest, page):
        return fail(
            name,
            f"the page {printable(manifest.page)} is there, and not {page}",
            "give this one a place of its own, or publish with --takeover if the page has moved",
        )
    if manifest.intent is not None:
        if holder(seen, is_gone):
            return unknown(name, who_writes(seen), "wait for it to end, then look again")
        began = format_instant(manifest.intent.at.replace(microsecond=0))
        return warn(
            name,
            f"an upload by {manifest.intent.by}, begun at {began}, was never ended",
            "run `statusgen publish`, which takes it over",
        )
    if spoiled := _spoiled(manifest):
        files = "1 file was" if spoiled == 1 else f"{spoiled:,} files were"
        return warn(
            name,
            f"{files} changed or removed there by others",
            "run `statusgen publish --verify`, which puts them up again",
        )
    return ok(name, _latest(manifest))


def _spoiled(manifest: Manifest) -> int:
    """How many files of the release are not as they were put up."""
    if not manifest.kept:
        return 0
    sound = sum(bool(record.fingerprint) for record in manifest.records.values())
    return max(manifest.kept[0].objects - sound, 0)


def _latest(manifest: Manifest) -> str:
    if not manifest.kept:
        return f"{len(manifest.records):,} files of ours, as we put them there"
    one = manifest.kept[0]
    at = format_instant(one.at.replace(microsecond=0))
    return f"release {one.sequence} ({one.id}) of {at} by {one.by}, {one.objects:,} files"


def _judge_conditions(name: str, facts: TargetFacts) -> Finding:
    manifest = facts.seen.manifest
    if facts.conditions is Conditions.HONOURED:
        return ok(name, "writes on a condition are honoured, so two publishers can't mix")
    if manifest is not None and manifest.conditions is Conditions.HONOURED:
        return fail(
            name,
            "it has stopped honouring writes on a condition",
            "publish from one place at a time until it honours If-Match again",
        )
    return warn(
        name,
        "it ignores writes on a condition, so two publishers may notice each other too late",
        "publish from one place at a time, or choose a service that honours If-Match",
    )
