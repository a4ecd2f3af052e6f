"""The right to change a target: our intent in its manifest, which nobody else has replaced.

Whoever reads the manifest and replaces that very version by one with an intent holds the fence.
A publisher that was paused, and whose fence was taken meanwhile, finds out at its next write.
"""

import threading
import time
from collections.abc import Callable, Collection
from contextlib import suppress

from statusgen.errors import TargetError, TargetHeld
from statusgen.targets.bookkeeping import doubted, doubts
from statusgen.targets.manifest import UNKNOWN, Manifest, Observed
from statusgen.targets.storage import Storage, VersionConflictError
from statusgen.values.notation import format_instant

SIGN_OF_LIFE_S = 30.0
"""How often the manifest is written anew while an upload goes on; others wait for 120 s."""
PAUSE_S = 2.0
"""So long between two writes means that this process may have been stopped."""

_TRIES = 3
_BUSY_S = 0.2


class Fence:
    """Raised before the first write, looked after during the upload, lowered after the last."""

    def __init__(
        self, storage: Storage, under_way: Manifest, clock: Callable[[], float] = time.time
    ) -> None:
        """`under_way` bears the intent and our token; `clock` goes on while a machine sleeps."""
        self._storage = storage
        self._under_way = under_way
        self._clock = clock
        self._version = ""
        self._doubts: frozenset[str] = frozenset()
        self._last_write = self._last_check = 0.0
        self._lock = threading.Lock()

    def rise(self, version: str) -> None:
        """Take the place of the manifest of this version; `TargetHeld` where it is another now."""
        self._version = version
        try:
            self._write(self._under_way)
        except _OvertakenError as lost:
            raise TargetHeld(
                f"{self._storage.name}: {who_writes(lost.seen)}; nothing was changed there. Look "
                "at `statusgen plan`, then publish again"
            ) from None

    def may_write(self, *, in_doubt: bool = False) -> None:
        """See `targets.storage.MayWrite`."""
        with self._lock:
            now = self._clock()
            was_paused = now - self._last_check > PAUSE_S
            self._last_check = now
            if in_doubt or was_paused or now - self._last_write > SIGN_OF_LIFE_S:
                self._write_or_stop(self._under_way)

    def lower(self, manifest: Manifest) -> None:
        """Put the manifest of the whole release in the place of our intent."""
        self._write_or_stop(manifest)

    def forget_doubts(self, keys: Collection[str]) -> None:
        """Take what others told of these objects as settled, before a look at each of them."""
        self._doubts -= frozenset(keys)

    def _write_or_stop(self, manifest: Manifest) -> None:
        try:
            self._write(manifest)
        except _OvertakenError as lost:
            self._tell_doubts(lost.seen)
            raise TargetError(
                f"{self._storage.name}: this upload was stopped half way, because meanwhile "
                f"{who_writes(lost.seen)}; publish again"
            ) from None

    def _write(self, manifest: Manifest) -> None:
        """An answer may be lost: a conflict with our own write is none."""
        for _ in range(_TRIES):
            told = doubted(manifest, self._doubts)
            try:
                self._version = self._storage.write_manifest(told, self._version)
                break
            except VersionConflictError:
                seen = self._storage.observe()
                there = seen.manifest
                if there is not None and there.token == manifest.token:
                    self._doubts |= doubts(there)
                    self._version = seen.version
                    if there.intent == manifest.intent:
                        break
                elif seen.version != self._version:
                    raise _OvertakenError(seen) from None
                time.sleep(_BUSY_S)  # it may be about to take an earlier request of ours
        else:
            raise TargetError(
                f"{self._storage.name}: the manifest could not be replaced; publish again"
            )
        self._last_write = self._last_check = self._clock()

    def _tell_doubts(self, seen: Observed) -> None:
        """Have the others put again what we may have changed by a request that came after theirs.

        Whoever is at work there keeps the fence: their token stays in it.
        """
        ours = [key for key, one in self._under_way.records.items() if one == UNKNOWN]
        with suppress(TargetError):  # we stop in any case, and ask to publish again
            for _ in range(_TRIES):
                if seen.manifest is None:
                    return
                with suppress(VersionConflictError):
                    self._storage.write_manifest(doubted(seen.manifest, ours), seen.version)
                    return
                seen = self._storage.observe()


def who_writes(seen: Observed) -> str:
    """Who else has been writing to a target, and since when, as half a sentence."""
    manifest = seen.manifest
    if manifest is not None and manifest.intent is not None:
        intent = manifest.intent
        return f"{intent.by} is publishing there since {format_instant(intent.at)}"
    if manifest is not None and manifest.kept:
        latest = manifest.kept[0]
        return f"{latest.by} published there at {format_instant(latest.at)}"
    return "somebody else has published there"


class _OvertakenError(Exception):
    """Somebody else's manifest lies there."""

    def __init__(self, seen: Observed) -> None:
        super().__init__()
        self.seen = seen
