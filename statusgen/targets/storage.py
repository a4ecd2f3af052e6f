"""What the core asks of a target, be it a folder or a bucket."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import IO, Protocol

from statusgen.errors import TargetError
from statusgen.page.artifacts import Artifact
from statusgen.targets.claim import Claim
from statusgen.targets.manifest import Conditions, Manifest, Observed, Record
from statusgen.values.value import Value

ABSENT = ""
"""The tag of what is not there."""

OnDone = Callable[[Artifact, str], None]
"""Told of each artifact once it is up, with its tag, always in the thread that called."""


class Room(Value, frozen=True):
    """The disk that a folder is on, or would be made on."""

    free_bytes: int
    file_system: str
    """Its kind, such as `ext4`; empty where that can't be told."""
    is_network: bool = False
    synchronised_by: str = ""
    """The program that copies the folder to other machines; empty when none is known to."""


class MayWrite(Protocol):
    """Raises TargetError when we may not write to the target any more. Any thread may ask."""

    def __call__(self, *, in_doubt: bool = False) -> None:
        """Asked before each write; `in_doubt` after the target held another object than told."""
        ...


class Upload(Value, frozen=True):
    """An artifact to put up, and what it takes the place of."""

    artifact: Artifact
    over: str | None
    """The tag of what is there now; None: unknown, so that the write is on no condition."""


class VersionConflictError(TargetError):
    """The manifest on the target is not the version that was to be replaced."""


class Storage(Protocol):
    """A place that serves a release.

    Every method raises TargetError, with a sentence for the user, when the target can't be
    used. Keys other than those it is given, and those under `_statusgen/`, are never touched.
    """

    @property
    def name(self) -> str:
        """The target's url, as the user wrote it."""
        ...

    @property
    def ahead_s(self) -> float | None:
        """How far its clock was ahead of ours at its last answer.

        None: it has not said, or its clock is ours.
        """
        ...

    def observe(self) -> Observed:
        """Look at the manifest.

        Where looking further is cheap, objects that have gone are left out of it and objects
        that were altered since have an empty fingerprint.
        """
        ...

    def verified(self, manifest: Manifest) -> Manifest:
        """Return the manifest after a look at each object.

        Those that have gone are left out; those that someone else changed have an empty
        fingerprint, and the tag that they have now.
        """
        ...

    def recover(self, keys: Collection[str]) -> Mapping[str, Record]:
        """Return what lies at these keys and may be ours, each as it is now, without sequences.

        What somebody else put there is left out where that can be told, and so is all that lies
        below another page, which has bookkeeping of its own.
        """
        ...

    def marked(self, keys: Collection[str]) -> Collection[str] | None:
        """Return those of the keys whose objects are marked as ours, none below another page.

        None: nothing bears a mark here.
        """
        ...

    def try_access(self) -> Room | None:
        """Raise TargetError unless we may write and remove there, under `_statusgen/`.

        Returns the room that is left, where that can be told.
        """
        ...

    def try_conditions(self) -> Conditions:
        """Find out what the target does with writes on a condition, by writing on one."""
        ...

    def refuse_foreign(self, artifacts: Collection[Artifact]) -> None:
        """Raise TargetError if a key of these, new to the manifest, holds somebody else's object.

        An object with the very same bytes is taken over.
        """
        ...

    def write_manifest(self, manifest: Manifest, version: str) -> str:
        """Replace the manifest of this version, whole or not at all; return the new version.

        Raises: VersionConflictError when another version is there. Where the target ignores
        conditions (`manifest.conditions`), the two are compared before and after the write.
        """
        ...

    def put_all(self, uploads: Iterable[Upload], may_write: MayWrite, on_done: OnDone) -> None:
        """Put the artifacts up in any order; after the first failure no other is begun.

        What is not what `over` says is replaced none the less if `may_write` in doubt allows it,
        and if it has not changed since we asked. What is there already, just as we would put it,
        was put there by a try of ours whose answer was lost.
        """
        ...

    def delete(self, keys: Collection[str]) -> None:
        """Remove the objects; those that are gone already are fine."""
        ...

    def write_pack(self, sequence: int, pack: IO[bytes]) -> None:
        """Keep the bodies of a release, in our own corner."""
        ...

    def read_pack(self, sequence: int) -> bytes | None:
        """Return what was kept of a release; None: nothing."""
        ...

    def kept_packs(self) -> Collection[int]:
        """Return the releases of which anything is kept, by looking."""
        ...

    def delete_packs(self, sequences: Collection[int]) -> None:
        """Forget what was kept of these releases."""
        ...

    def claim(self, update_id: str, ours: Claim, *, takeover: bool = False) -> Claim:
        """Claim the mailing of an update once for all; return the claim that was there, or `ours`.

        One that was there and isn't ours is a stranger's who was first; with `takeover` ours has
        taken its place.
        """
        ...

    def refresh_caches(self) -> None:
        """Tell caches in front of the target, if any are known, to ask anew.

        Raises: TargetError when that fails; nothing else has to wait for it.
        """
        ...

    def close(self) -> None:
        """Give back connections; who still waits for an answer, in another thread, gets none."""
        ...
