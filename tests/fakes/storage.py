"""A target in memory that keeps state, counts requests and fails where it is told to."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from statusgen.errors import TargetError
from statusgen.model.claim import Claim
from statusgen.model.manifest import (
    MANIFEST_KEY,
    UNKNOWN,
    Conditions,
    Manifest,
    Observed,
    Record,
    pack_key,
    pack_sequence,
)
from statusgen.model.manifest_json import format_manifest, parse_manifest
from statusgen.model.release import Artifact
from statusgen.model.value import replace
from statusgen.ports.storage import ABSENT, MayWrite, OnDone, Upload, VersionConflictError
from statusgen.ports.surroundings import Room


@dataclass
class FakeStorage:
    """`fail_on` names a step: `put a.html`, `delete a.html`, `manifest 2` (a second write)."""

    name: str = "fake:target"
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

    def recover(self, keys: Collection[str]) -> Manifest:
        self._ask("list")
        there = self.objects.keys() - self.foreign
        packs = dict.fromkeys(filter(None, map(pack_sequence, there)), 0)
        found = dict.fromkeys(there & set(keys), UNKNOWN)
        return Manifest(found, sequence=max(packs, default=0), packs=packs)

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
