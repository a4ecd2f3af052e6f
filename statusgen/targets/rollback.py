"""`rollback`: a release that was up before goes up again, from what the target kept of it."""

import hashlib
import threading
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TypeVar

from statusgen.config.settings import Settings
from statusgen.content.entries.folder import IncidentSource
from statusgen.content.entries.records import decode_sources, encode_sources
from statusgen.errors import TargetError, UsageError
from statusgen.page.artifacts import Artifact, Release, headers_for, incident_of
from statusgen.targets.looking import look
from statusgen.targets.manifest import KeptRelease, Manifest
from statusgen.targets.pack import Pack
from statusgen.targets.storage import Storage
from statusgen.targets.target_plan import TargetPlan
from statusgen.targets.uploading import Outside, Target, TargetResult, Uploader
from statusgen.values.value import Value, replace

Found = TypeVar("Found")

SHORTEST_ID = 4
"""So many letters of an id are never taken for a number of a release that went by."""


class Return(Value, frozen=True):
    """The way back on one target; without an uploader `planned` says why there is none."""

    planned: TargetPlan
    release: KeptRelease | None = None
    uploader: Uploader | None = None

    def take(self) -> TargetResult:
        """Put the release up again."""
        if self.uploader is None:
            return TargetResult(self.planned.name, failure=self.planned.failure)
        named_only = replace(self.planned, missing=())  # nothing is let go for good
        [result] = self.uploader.upload([named_only]).results
        return result


def kept_releases(storage: Storage) -> tuple[KeptRelease, ...]:
    """The releases that can be gone back to, newest first; the first is served now."""
    manifest = storage.observe().manifest
    return manifest.kept if manifest else ()


def plan_rollback(
    settings: Settings,
    targets: Sequence[Target],
    wanted: str,
    outside: Outside,
    *,
    takeover: bool = False,
) -> tuple[Return, ...]:
    """What going back to `wanted` takes on each target.

    `wanted` is the number of a release or the first letters of its id; empty: the one before the
    one that the first target serves. Raises `UsageError` where no target keeps such a release.
    """
    returns = []
    for target in targets:
        try:
            one = _plan_one(settings, target, wanted, outside, takeover=takeover)
        except TargetError as error:
            one = Return(TargetPlan(target.storage.name, None, str(error)))
        if one.release is not None and not wanted:
            wanted = one.release.id
        returns.append(one)
    if all(one.release is None for one in returns):
        raise UsageError("; ".join(one.planned.failure for one in returns))
    return tuple(returns)


def _plan_one(
    settings: Settings, target: Target, wanted: str, outside: Outside, *, takeover: bool
) -> Return:
    storage = target.storage
    seen, _ = look(storage, (), None if takeover else outside.is_gone, page=outside.run.page)
    chosen = _choose(storage.name, seen.manifest.kept if seen.manifest else (), wanted)
    release = _release(storage, chosen)
    uploader = Uploader(settings, release, [target], outside, takeover=takeover)
    [planned] = uploader.plan()
    if planned.upload is None:
        raise TargetError(planned.failure)
    for put in planned.upload.puts:
        put.artifact.load()  # whatever is missing is found while nothing is changed
    return Return(planned, chosen, uploader)


def _choose(name: str, kept: Sequence[KeptRelease], wanted: str) -> KeptRelease:
    if not kept[1:]:
        raise TargetError(f"{name}: there is no release before this one to go back to")
    if not wanted:
        return kept[1]
    for is_meant in (
        lambda one: wanted == str(one.sequence),
        lambda one: len(wanted) >= SHORTEST_ID and one.id.startswith(wanted),
    ):
        if found := next(filter(is_meant, kept), None):
            return found
    known = ", ".join(f"{one.sequence} ({one.id})" for one in kept[1:])
    raise TargetError(f"{name}: it keeps no release {wanted}; these can be gone back to: {known}")


def _release(storage: Storage, chosen: KeptRelease) -> Release:
    """The release as it was, each body loaded from the pack of the release that put it up."""
    packs = _Packs(storage)
    artifacts = []
    for key, record in packs.manifest(chosen.sequence).records.items():
        if not record.fingerprint:  # an asset of the release before that one
            continue
        load = partial(packs.body, record.sequence, key)
        headers = headers_for(key)
        digest = hashlib.sha256(load()).hexdigest() if key == "index.html" else ""
        artifacts.append(
            Artifact(
                key,
                digest,
                record.size,
                headers.content_type,
                headers.cache_control,
                record.fingerprint,
                load,
            )
        )
    shown = packs.manifest(chosen.sequence).shown
    return Release(tuple(artifacts), partial(packs.sources, chosen.sequence), lambda: shown)


class _Packs:
    """The packs of a target, each fetched once."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._packs: dict[int, Pack] = {}
        self._texts: dict[int, dict[str, IncidentSource]] = {}
        self._lock = threading.Lock()  # bodies are loaded by several threads

    def manifest(self, sequence: int) -> Manifest:
        return self._read(sequence, Pack.manifest)

    def body(self, sequence: int, key: str) -> bytes:
        return self._read(sequence, lambda pack: pack.body(key))

    def sources(self, sequence: int, keys: Iterable[str]) -> bytes:
        """What these artifacts of a release were made of, wherever it was kept."""
        records = self.manifest(sequence).records
        found = []
        for key in keys:
            number = records[key].sequence
            if number not in self._texts:
                self._texts[number] = decode_sources(self._read(number, Pack.sources))
            source = self._texts[number].get(incident_of(key))
            found += [source] if source else []
        return encode_sources(found)

    def _read(self, sequence: int, read: Callable[[Pack], Found]) -> Found:
        with self._lock:
            try:
                if sequence not in self._packs:
                    self._packs[sequence] = Pack(self._storage.read_pack(sequence) or b"")
                return read(self._packs[sequence])
            except ValueError as error:
                raise TargetError(
                    f"{self._storage.name}: what was kept of release {sequence} is not whole "
                    f"({error}); go back to another, or publish from files of then"
                ) from error
