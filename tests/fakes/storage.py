"""A target in memory that keeps state, counts requests and fails where it is told to."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from statusgen.errors import TargetError
from statusgen.model.manifest import MANIFEST_KEY, Manifest, format_manifest, parse_manifest
from statusgen.model.release import Artifact
from statusgen.ports.storage import OnDone


@dataclass
class FakeStorage:
    """`fail_on` names a step: `put a.html`, `delete a.html`, `manifest 2` (a second write)."""

    name: str = "fake:target"
    can_claim: bool = True
    fail_on: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    foreign: set[str] = field(default_factory=set)
    claims: dict[str, str] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)

    def read_manifest(self) -> Manifest | None:
        self._ask("read manifest")
        data = self.objects.get(MANIFEST_KEY)
        return None if data is None else parse_manifest(data)

    def refuse_foreign(self, artifacts: Collection[Artifact]) -> None:
        for each in artifacts:
            if each.key in self.foreign and self.objects[each.key] != each.load():
                raise TargetError(f"{self.name}: {each.key} was not put there by statusgen")

    def write_manifest(self, manifest: Manifest) -> None:
        writes = sum(each.startswith("manifest") for each in self.requests)
        self._ask(f"manifest {writes + 1}")
        self.objects[MANIFEST_KEY] = format_manifest(manifest)

    def put_all(self, artifacts: Iterable[Artifact], on_done: OnDone) -> None:
        for artifact in artifacts:
            self._ask(f"put {artifact.key}")
            self.objects[artifact.key] = artifact.load()
            on_done(artifact)

    def delete(self, keys: Collection[str]) -> None:
        for key in keys:
            self._ask(f"delete {key}")
            self.objects.pop(key, None)

    def claim(self, update_id: str, token: str) -> str:
        self._ask(f"claim {update_id}")
        return self.claims.setdefault(update_id, token)

    def refresh_caches(self) -> None:
        self._ask("refresh caches")

    def close(self) -> None:
        """Nothing is open."""

    def put_foreign(self, key: str, body: bytes) -> None:
        """Put an object there as somebody else would."""
        self.foreign.add(key)
        self.objects[key] = body

    def _ask(self, request: str) -> None:
        self.requests.append(request)
        if request == self.fail_on:
            raise TargetError(f"{self.name}: told to fail on {request}")


def ignore(_artifact: Artifact) -> None:
    """Be told of an artifact and do nothing."""
