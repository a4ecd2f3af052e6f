"""What the core asks of a target, be it a folder or a bucket."""

from collections.abc import Callable, Collection, Iterable
from typing import Protocol

from statusgen.model.manifest import Manifest
from statusgen.model.release import Artifact

OnDone = Callable[[Artifact], None]
"""Told of each artifact once it is up, always in the thread that called."""


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
    def can_claim(self) -> bool:
        """Whether `claim` works here: others can see this target too."""
        ...

    def read_manifest(self) -> Manifest | None:
        """Return what is there of ours; None: nothing was ever published here.

        Where looking is cheap, objects that have gone are left out and objects that were
        altered since have an empty fingerprint.
        """
        ...

    def refuse_foreign(self, artifacts: Collection[Artifact]) -> None:
        """Raise TargetError if a key of these, new to the manifest, holds somebody else's object.

        An object with the very same bytes is taken over.
        """
        ...

    def write_manifest(self, manifest: Manifest) -> None:
        """Replace the manifest, whole or not at all."""
        ...

    def put_all(self, artifacts: Iterable[Artifact], on_done: OnDone) -> None:
        """Put the artifacts up in any order; after the first failure no other is begun."""
        ...

    def delete(self, keys: Collection[str]) -> None:
        """Remove the objects; those that are gone already are fine."""
        ...

    def claim(self, update_id: str, token: str) -> str:
        """Claim the mailing of an update once for all; return the token that holds the claim.

        That is `token`, or a stranger's who was first. Only where `can_claim`.
        """
        ...

    def refresh_caches(self) -> None:
        """Tell caches in front of the target, if any are known, to ask anew."""
        ...

    def close(self) -> None:
        """Give back connections."""
        ...
