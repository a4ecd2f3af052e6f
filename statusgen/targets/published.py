"""What a target shows, as far as it can tell: by its manifest, and by what its packs have kept."""

from collections.abc import Iterable, Mapping

from statusgen.content.entries.folder import IncidentSource
from statusgen.content.entries.records import decode_sources
from statusgen.content.outline import shown_by
from statusgen.errors import TargetError
from statusgen.page.artifacts import page_of
from statusgen.targets.manifest import Manifest, Record
from statusgen.targets.pack import Pack
from statusgen.targets.storage import Storage


class Published:
    """What one target knows of its last release; each pack is fetched once."""

    def __init__(self, storage: Storage, manifest: Manifest) -> None:
        self._storage, self._manifest = storage, manifest
        self._packs: dict[int, tuple[Manifest, dict[str, IncidentSource]]] = {}

    @property
    def published_at(self) -> float:
        """When its last release went up; 0 when that is not known."""
        kept = self._manifest.kept
        return kept[0].at.timestamp() if kept else 0.0

    def record(self, key: str) -> Record | None:
        """What the last release that is up whole says of an artifact."""
        record = self._manifest.records.get(key)
        if record is None or record.sequence or not self._manifest.kept:
            return record
        whole, _ = self._pack(self._manifest.kept[0].sequence)  # an upload was cut short since
        return whole.records.get(key, record)

    def sources(self, sequence: int) -> Mapping[str, IncidentSource]:
        """What the pages that a release put up were made of, as far as it was kept."""
        return self._pack(sequence)[1]

    def shown(self, incident_ids: Iterable[str]) -> Mapping[str, str]:
        """What readers see of those of these incidents that have a page; see `Manifest.shown`.

        A line is empty where nobody can tell: the page is of a version that kept nothing.
        """
        lines: dict[str, str] = {}
        told = self._manifest.shown
        if told is not None:
            return {one: told[one] for one in incident_ids if one in told}
        for one in incident_ids:
            record = self.record(page_of(one))
            if record is not None:
                source = self.sources(record.sequence).get(one) if record.sequence else None
                lines[one] = line_of(source) if source else ""
        return lines

    def _pack(self, sequence: int) -> tuple[Manifest, dict[str, IncidentSource]]:
        if sequence not in self._packs:
            try:
                pack = Pack(self._storage.read_pack(sequence) or b"")
                self._packs[sequence] = pack.manifest(), decode_sources(pack.sources())
            except (TargetError, ValueError):
                self._packs[sequence] = Manifest({}), {}
        return self._packs[sequence]


def line_of(source: IncidentSource) -> str:
    """What readers see of an incident with this source."""
    told = source.without_drafts()
    return shown_by(told.updates, told.postmortem)
