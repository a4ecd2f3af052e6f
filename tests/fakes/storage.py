"""A target in memory that keeps state, counts requests and fails where it is told to."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from statusgen.errors import TargetError
from statusgen.page.artifacts import Artifact, artifact_from_bytes
from statusgen.targets.claim import Claim
from statusgen.targets.manifest import (
    MANIFEST_KEY,
    Conditions,
    Manifest,
    Observed,
    Record,
    pack_key,
    pack_sequence,
)
from statusgen.targets.manifest_json import format_manifest, parse_manifest
from statusgen.targets.storage import ABSENT, MayWrite, OnDone, Room, Upload, VersionConflictError
from statusgen.values.value import replace


@dataclass
class FakeStorage:
    """`fail_on` names a step: `put a.html`, `delete a.html`, `manifest 2` (a second write)."""

    name: str = "fake:target"
    can_mark: bool = True
    fail_on: str = ""
    conditions: Conditions = Conditions.HONOURED
    objects: dict[str, bytes] = field(default_factory=dict)
    foreign: set[str] = field(default_factory=set)
    claims: dict[str, Claim] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    age_s: float = 0.0
    ahead_s: float | None = None
    room: Room | None = None

    def observe(self) -> Observed:
        self._ask("read manifest")
        data = self.objects.get(MANIFEST_KEY)
        if data is None:
            return Observed(None)
        try:
            return Observed(parse_manifest(data), _tag(data), self.age_s)
        except ValueError as error:
            return Observed(None, _tag(data), self.age_s, str(error))

    def verified(self, manifest: Manifest) -> Manifest:
        self._ask("list")
        seen = {
            key: record if record.tag == self._tag_there(key) else _altered(self._tag_there(key))
            for key, record in manifest.records.items()
            if key in self.objects
        }
        return replace(manifest, records=seen)

    def recover(self, keys: Collection[str]) -> Mapping[str, Record]:
        self._ask("list")
        return {key: self._record_there(key) for key in self._marked(keys)}

    def marked(self, keys: Collection[str]) -> Collection[str] | None:
        self._ask("look at marks")
        return self._marked(keys) if self.can_mark else None

    def try_access(self) -> Room | None:
        self._ask("try access")
        return self.room

    def try_conditions(self) -> Conditions:
        self._ask("try conditions")
        return self.conditions

    def refuse_foreign(self, artifacts: Collection[Artifact]) -> None:
        for each in artifacts:
            if each.key in self.foreign and self.objects[each.key] != each.load():
                raise TargetError(f"{self.name}: {each.key} was not put there by statusgen")

    def write_manifest(self, manifest: Manifest, version: str) -> str:
        writes = sum(each.startswith("manifest") for each in self.requests)
        self._ask(f"manifest {writes + 1}")
        if self._tag_there(MANIFEST_KEY) != version:
            raise VersionConflictError(f"{self.name}: the manifest has been replaced")
        self.objects[MANIFEST_KEY] = format_manifest(manifest)
        return _tag(self.objects[MANIFEST_KEY])

    def put_all(self, uploads: Iterable[Upload], may_write: MayWrite, on_done: OnDone) -> None:
        for upload in uploads:
            key, over = upload.artifact.key, upload.over
            may_write()
            self._ask(f"put {key}")
            while over is not None and self._tag_there(key) != over:
                over = self._tag_there(key)
                may_write(in_doubt=True)
                if upload.over == ABSENT:
                    self.refuse_foreign([upload.artifact])
                self._ask(f"put {key} again")
            self.objects[key] = upload.artifact.load()
            on_done(upload.artifact, _tag(self.objects[key]))

    def delete(self, keys: Collection[str]) -> None:
        for key in keys:
            self._ask(f"delete {key}")
            self.objects.pop(key, None)

    def write_pack(self, sequence, pack) -> None:
        self._ask(f"pack {sequence}")
        self.objects[pack_key(sequence)] = pack.read()

    def read_pack(self, sequence) -> bytes | None:
        return self.objects.get(pack_key(sequence))

    def kept_packs(self) -> Collection[int]:
        return sorted(filter(None, map(pack_sequence, self.objects)))

    def delete_packs(self, sequences) -> None:
        self._ask(f"delete packs {' '.join(map(str, sequences))}")
        for one in sequences:
            self.objects.pop(pack_key(one), None)

    def claim(self, update_id: str, ours: Claim, *, takeover: bool = False) -> Claim:
        self._ask(f"claim {update_id}")
        held = self.claims.setdefault(update_id, ours)
        if takeover:
            self.claims[update_id] = ours
        return held

    def refresh_caches(self) -> None:
        self._ask("refresh caches")

    def close(self) -> None:
        """Nothing is open."""

    def put_foreign(self, key: str, body: bytes) -> None:
        """Put an object there as somebody else would."""
        self.foreign.add(key)
        self.objects[key] = body

    def _marked(self, keys: Collection[str]) -> set[str]:
        others = tuple(
            f"{key.partition('/_statusgen/')[0]}/" for key in self.objects if "/_statusgen/" in key
        )
        there = self.objects.keys() - self.foreign
        return {key for key in there & set(keys) if not key.startswith(others)}

    def _record_there(self, key: str) -> Record:
        body = self.objects[key]
        artifact = artifact_from_bytes(key, body)
        return Record(artifact.fingerprint, len(body), _tag(body))

    def _tag_there(self, key: str) -> str:
        return _tag(self.objects[key]) if key in self.objects else ABSENT

    def _ask(self, request: str) -> None:
        self.requests.append(request)
        if request == self.fail_on:
            raise TargetError(f"{self.name}: told to fail on {request}")


def _altered(tag: str) -> Record:
    return Record("", 0, tag)


def _tag(body: bytes) -> str:
    return hashlib.md5(body, usedforsecurity=False).hexdigest()
