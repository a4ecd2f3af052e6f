"""An S3 bucket, or a part of one, as a target.

Every object we put bears our mark, so that it is known as ours even if the manifest is lost.
"""

import hashlib
import uuid
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from typing import IO, Any

from statusgen.errors import TargetError
from statusgen.page.artifacts import BOOKKEEPING, Artifact, headers_for
from statusgen.targets.claim import Claim
from statusgen.targets.manifest import (
    MANIFEST_KEY,
    PACKS,
    Conditions,
    Manifest,
    Observed,
    Record,
    pack_key,
    pack_sequence,
)
from statusgen.targets.manifest_json import NewerFormatError, format_manifest, parse_manifest
from statusgen.targets.s3.answers import Found
from statusgen.targets.s3.bucket import Bucket, ConditionFailedError, ConditionRefusedError
from statusgen.targets.s3.claims import OURS, claim
from statusgen.targets.s3.marks import MARK, THREADS, altered, marked, recover
from statusgen.targets.storage import ABSENT, MayWrite, OnDone, Upload, VersionConflictError
from statusgen.targets.threads import in_threads
from statusgen.values.value import replace

TRIAL_KEY = f"{BOOKKEEPING}conditions.json"

_ACCESS_KEY = f"{BOOKKEEPING}access.json"
_FEW = 8  # up to so many keys are looked up one by one, more by listing
_NO_TAG = "0" * 32
_TRIAL = b"{}\n"
_TRIES = 5


class S3Storage:
    """A bucket, reached with the credentials of the SDK's own chain."""

    def __init__(
        self,
        name: str,
        bucket: str,
        prefix: str = "",
        *,
        cloudfront: str | None = None,
        **settings: Any,
    ) -> None:
        """`settings` are those that `Bucket` takes by name."""
        self.name = name
        self._cloudfront = cloudfront
        self._bucket = Bucket(name, bucket, prefix, connections=THREADS, **settings)
        self._honours_conditions = False  # as far as we know

    @property
    def ahead_s(self) -> float | None:
        """How far the server's clock is ahead of ours."""
        return self._bucket.ahead_s

    def observe(self) -> Observed:
        """Look at the manifest; see `Storage`."""
        found = self._bucket.get(MANIFEST_KEY, soon=True)
        if found is None:
            return Observed(None)
        age_s = (found.told - found.changed).total_seconds()
        try:
            manifest = parse_manifest(found.body)
        except NewerFormatError as error:
            raise TargetError(f"{self.name}: {error}; upgrade this one") from error
        except ValueError as error:
            return Observed(None, found.tag, age_s, damage=str(error))
        self._honours_conditions = manifest.conditions is Conditions.HONOURED
        return Observed(manifest, found.tag, age_s)

    def verified(self, manifest: Manifest) -> Manifest:
        """Return the manifest after a look at a list of all objects.

        Whatever changed after the manifest was last written is looked at itself, for its headers.
        """
        there = {one.key: one for one in self._bucket.list()}
        written = there[MANIFEST_KEY].changed if MANIFEST_KEY in there else None
        seen: dict[str, Record] = {}
        suspects: list[Found] = []
        for key, record in manifest.records.items():
            if key not in there:
                continue
            found = there[key]
            is_same = found.size == record.size and found.tag == record.tag
            seen[key] = record if is_same else altered(found)
            if is_same and (written is None or found.changed >= written):
                suspects.append(found)

        def note(found: Found, has_changed: bool) -> None:  # noqa: FBT001 - a result
            if has_changed:
                seen[found.key] = altered(found)

        in_threads(self._has_other_headers, suspects, note, threads=THREADS)
        return replace(manifest, records=seen)

    def recover(self, keys: Collection[str]) -> Mapping[str, Record]:
        """Return those of the keys that bear our mark."""
        return recover(self._bucket, keys)

    def marked(self, keys: Collection[str]) -> Collection[str]:
        """Return the same of a few keys."""
        return marked(self._bucket, keys)

    def try_access(self) -> None:
        """Write and remove a small object of ours."""
        self._bucket.put(_ACCESS_KEY, _TRIAL, **OURS)
        self._bucket.delete([_ACCESS_KEY])

    def try_conditions(self) -> Conditions:
        """Write a small object of ours as only a server that ignores conditions lets us."""
        try:
            with suppress(ConditionFailedError):  # there may be one from another trial
                self._bucket.put(TRIAL_KEY, _TRIAL, ABSENT, **OURS)
            for over in (ABSENT, _NO_TAG):
                with suppress(ConditionFailedError):
                    self._bucket.put(TRIAL_KEY, _TRIAL, over, **OURS)
                    return Conditions.IGNORED
        except ConditionRefusedError:
            return Conditions.IGNORED
        return Conditions.HONOURED

    def refuse_foreign(self, artifacts: Collection[Artifact]) -> None:
        """Raise TargetError if an object without our mark, and with other bytes, is in the way."""
        suspects = list(artifacts)
        if len(suspects) > _FEW:
            present = {one.key for one in self._bucket.list()}
            suspects = [each for each in suspects if each.key in present]
        foreign: list[Artifact] = []

        def note(artifact: Artifact, found: Found | None) -> None:
            if _is_foreign(found, artifact):
                foreign.append(artifact)

        in_threads(lambda one: self._bucket.head(one.key), suspects, note, threads=THREADS)
        self._refuse(foreign)

    def write_manifest(self, manifest: Manifest, version: str) -> str:
        """Replace the manifest of this version; see `Storage`."""
        body = format_manifest(manifest)
        conflict = VersionConflictError(f"{self.name}: the manifest has been replaced")
        if manifest.conditions is Conditions.HONOURED:
            try:
                return self._bucket.put(MANIFEST_KEY, body, version, **OURS)
            except ConditionFailedError:
                raise conflict from None
        if self._tag_of_manifest() != version:
            raise conflict
        written = self._bucket.put(MANIFEST_KEY, body, **OURS)
        if self._tag_of_manifest() != written:
            raise conflict
        return written

    def put_all(self, uploads: Iterable[Upload], may_write: MayWrite, on_done: OnDone) -> None:
        """Upload over several connections at once."""

        def put(upload: Upload) -> str:
            artifact, over = upload.artifact, upload.over
            for _ in range(_TRIES):
                try:
                    return self._put(artifact, over, may_write)
                except ConditionFailedError:  # altered by other hands, or we were overtaken
                    found = self._bucket.head(artifact.key)
                    if found and _is_as_put(found, artifact):  # by a try whose answer was lost
                        return found.tag
                    may_write(in_doubt=True)  # after the look, so that a later change is noticed
                    if upload.over == ABSENT:
                        self._refuse([artifact] if _is_foreign(found, artifact) else [])
                    over = found.tag if found else ABSENT
            raise TargetError(
                f"{self.name}: {artifact.key} is being changed by somebody else as well; find out "
                "by whom, then publish again"
            )

        in_threads(put, uploads, lambda one, tag: on_done(one.artifact, tag), threads=THREADS)

    def delete(self, keys: Collection[str]) -> None:
        """Remove the objects, a thousand a request."""
        self._bucket.delete(keys)

    def write_pack(self, sequence: int, pack: IO[bytes]) -> None:
        """Keep the bodies of a release."""
        facts = {"ContentType": "application/zip", "CacheControl": "no-store"}
        self._bucket.put(pack_key(sequence), pack, **facts)

    def read_pack(self, sequence: int) -> bytes | None:
        """Return what was kept of a release."""
        found = self._bucket.get(pack_key(sequence))
        return found.body if found else None

    def kept_packs(self) -> Collection[int]:
        """Return the releases of which anything is kept."""
        return sorted(filter(None, (pack_sequence(one.key) for one in self._bucket.list(PACKS))))

    def delete_packs(self, sequences: Collection[int]) -> None:
        """Forget what was kept of these releases."""
        self._bucket.delete([pack_key(one) for one in sequences])

    def claim(self, update_id: str, ours: Claim, *, takeover: bool = False) -> Claim:
        """Write our claim unless another is there, or over it; see `Storage`."""
        reads_first = not self._honours_conditions
        return claim(self._bucket, update_id, ours, takeover=takeover, reads_first=reads_first)

    def refresh_caches(self) -> None:
        """Invalidate the CloudFront distribution, if the target names one."""
        if self._cloudfront:
            try:
                self._bucket.invalidate(self._cloudfront, uuid.uuid4().hex)
            except TargetError as error:
                raise TargetError(
                    f"{error}. CloudFront was not told to fetch the page anew; readers see it as "
                    "soon as its copies are too old, in a minute"
                ) from error

    def close(self) -> None:
        """Close the connections."""
        self._bucket.close()

    def _refuse(self, foreign: Collection[Artifact]) -> None:
        if foreign:
            more = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
            raise TargetError(
                f"{self.name}: {min(one.key for one in foreign)}{more} was not put there by "
                "statusgen and would be overwritten; move it away or choose another prefix"
            )

    def _put(self, artifact: Artifact, over: str | None, may_write: MayWrite) -> str:
        facts = {"ContentType": artifact.content_type, "CacheControl": artifact.cache_control}
        mark = {MARK: artifact.fingerprint}
        with self._bucket.asking(may_write):
            return self._bucket.put(artifact.key, artifact.load(), over, Metadata=mark, **facts)

    def _tag_of_manifest(self) -> str:
        found = self._bucket.head(MANIFEST_KEY)
        return found.tag if found else ABSENT

    def _has_other_headers(self, listed: Found) -> bool:
        found = self._bucket.head(listed.key)
        if found is None:
            return True
        headers = headers_for(listed.key)
        return (found.content_type, found.cache_control) != (
            headers.content_type,
            headers.cache_control,
        )


def _is_foreign(found: Found | None, artifact: Artifact) -> bool:
    """Whether an object bears no mark of ours and has other bytes."""
    if found is None or MARK in found.metadata:
        return False
    return found.tag != _md5(artifact)


def _is_as_put(found: Found, artifact: Artifact) -> bool:
    return found.metadata.get(MARK) == artifact.fingerprint and found.tag == _md5(artifact)


def _md5(artifact: Artifact) -> str:
    return hashlib.md5(artifact.load(), usedforsecurity=False).hexdigest()
