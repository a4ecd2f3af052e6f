"""Everything the content folder tells: outlines of all incidents, the whole of any one on demand.

Reads each file once. What a cache still knows of unchanged files is not read again.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from statusgen.config.settings import Settings
from statusgen.content.cache import Cache
from statusgen.content.entries.folder import (
    CLOCK_TOLERANCE,
    IncidentSource,
    future_problems,
    parse_folder,
)
from statusgen.content.entries.records import FolderRecord, decode_record, decode_source, encode
from statusgen.content.entries.tree import Folder, scan_content, shown_path
from statusgen.content.folder_reader import FolderReader, digest_of, fold_source, vocabulary
from statusgen.content.incident import Incident
from statusgen.content.listing import MAKER, PAGES, RECORDS, SOURCES, Listing
from statusgen.content.outline import Outline
from statusgen.content.spool import Spool
from statusgen.content.step import Step
from statusgen.content.workforce import WORTH_A_PROCESS, run_in_parallel
from statusgen.errors import ContentError, Problem, Unavailable
from statusgen.values.value import Value
from statusgen.values.vocabulary import Impact

logger = logging.getLogger(__name__)

POSTMORTEM_WITHIN = timedelta(hours=48)
SILENT = timedelta(days=30)


class Kept(Value, frozen=True):
    """An incident that stands as it was last published, because its files are wrong."""

    source: IncidentSource
    outline: Outline
    problems: tuple[Problem, ...]
    """What is wrong with the files; at least one."""


@dataclass(slots=True)
class Archive:
    """The checked content as of one instant."""

    settings: Settings
    outlines: tuple[Outline, ...]
    """Sorted by id; folders with drafts only are not among them."""
    digests: dict[str, str]
    """Incident id to a digest of all its texts."""
    problems: tuple[Problem, ...]
    """Errors and warnings. A folder with an error is not among the outlines."""
    with_drafts: bool
    bodies: Spool
    """Pages rendered by the reader on the way, by incident id."""
    _cache: Cache
    kept: tuple[Kept, ...] = ()
    """Incidents that stand as they were last published, whatever their files say."""
    _incidents: dict[str, Incident] = field(default_factory=dict)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is odd but keeps nothing back."""
        return tuple(one for one in self.problems if one.is_warning)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What must be mended before anything is published."""
        return tuple(one for one in self.problems if not one.is_warning)

    def refuse_errors(self) -> None:
        """Raises `ContentError` with everything that is wrong, if anything is."""
        if self.errors:
            raise ContentError(self.problems)

    def incident(self, incident_id: str) -> Incident:
        """The whole of a published incident."""
        if incident_id not in self._incidents:
            self._incidents[incident_id] = self.read_incident(incident_id)
        return self._incidents[incident_id]

    def read_incident(self, incident_id: str) -> Incident:
        """The same, not kept: for one of very many."""
        source = self.source(incident_id)
        incident = fold_source(source, self.settings, with_drafts=self.with_drafts)
        if incident is None:
            raise LookupError(incident_id)
        return incident

    def incident_and_step(self, update_id: str) -> tuple[Incident, Step] | None:
        """The update in its incident; None when its file is gone."""
        incident_id, _, stem = update_id.partition("/")
        if incident_id not in self.digests:
            return None
        incident = self.incident(incident_id)
        return next(((incident, one) for one in incident.steps if one.update.stem == stem), None)

    def incidents(self, ids: Iterable[str]) -> Iterator[Incident]:
        """The whole of each of these."""
        return (self.incident(one) for one in ids)

    def source(self, incident_id: str) -> IncidentSource:
        """An incident's updates, drafts included."""
        for kept in self.kept:
            if kept.source.id == incident_id:
                return kept.source
        raw = self._cache.get(SOURCES, incident_id)
        is_known = raw is not None and digest_of(raw) == self.digests[incident_id]
        source = decode_source(raw) if raw is not None and is_known else None
        return source or self._read_again(incident_id)

    def keeping(self, kept: Sequence[Kept]) -> "Archive":
        """The same content but for these incidents, whose errors count no more."""
        outlines = {one.id: one for one in self.outlines} | {
            one.source.id: one.outline for one in kept
        }
        passed = {problem for one in kept for problem in one.problems}
        return replace(
            self,
            outlines=tuple(one for _, one in sorted(outlines.items())),
            digests=self.digests | {one.source.id: digest_of(encode(one.source)) for one in kept},
            problems=tuple(one for one in self.problems if one not in passed),
            kept=tuple(kept),
            _incidents={},
        )

    def _read_again(self, incident_id: str) -> IncidentSource:
        folders, _ = scan_content(self.settings.root, incident_id, f"{incident_id}\0")
        for folder in folders:
            source = parse_folder(self.settings.root, folder, vocabulary(self.settings)).source
            if source is not None and digest_of(encode(source)) == self.digests[incident_id]:
                return source
        raise Unavailable(
            f"{shown_path(incident_id)} was changed while it was read; run the command again"
        )


def read_archive(
    settings: Settings,
    cache: Cache,
    now: datetime,
    reader: FolderReader | None = None,
    listing: Listing | None = None,
) -> Archive:
    """The content of `settings.root`; raises `ContentError` with every error in every file."""
    archive = survey_archive(settings, cache, now, reader, listing)
    archive.refuse_errors()
    return archive


def survey_archive(
    settings: Settings,
    cache: Cache,
    now: datetime,
    reader: FolderReader | None = None,
    listing: Listing | None = None,
) -> Archive:
    """The content of `settings.root` as far as it is right, with everything that isn't.

    `reader` may do more with each folder it has to read than check it; `listing` has been begun
    already, or is made here.
    """
    reader = reader or FolderReader(settings)
    folders, problems, known = (listing or Listing(settings, cache)).result()
    if _pages_are_outdated(reader, cache):
        known = {}
    stale = [folder for folder in folders if folder.id not in known]
    bodies = Spool()
    fresh = _read_stale(reader, stale, cache, bodies, problems)
    records = known | fresh
    problems += _clock_problems(settings, folders, records, now)
    problems += [one for record in records.values() for one in record.warnings]
    outlines = tuple(
        record.outline for _, record in sorted(records.items()) if record.outline is not None
    )
    logger.info("%d folders, %d of them read and the others known", len(folders), len(stale))
    return Archive(
        settings=settings,
        outlines=outlines,
        digests={name: record.digest for name, record in records.items()},
        problems=tuple(
            sorted([*problems, *_owed_postmortems(outlines, now), *_forgotten(outlines, now)])
        ),
        with_drafts=reader.with_drafts,
        bodies=bodies,
        _cache=cache,
    )


def _pages_are_outdated(reader: FolderReader, cache: Cache) -> bool:
    """Whether every page that the cache knows is outdated: then all is read, and rendered, anew."""
    maker = reader.fingerprint.encode()
    if not maker or cache.get(MAKER, PAGES) == maker:
        return False
    cache.put(MAKER, [(PAGES, maker)])
    return True


def _read_stale(
    reader: FolderReader,
    stale: list[Folder],
    cache: Cache,
    bodies: Spool,
    problems: list[Problem],
) -> dict[str, FolderRecord]:
    fresh: dict[str, FolderRecord] = {}
    if len(stale) >= WORTH_A_PROCESS:
        reader.warm_up()
    for batch in run_in_parallel(reader.process, stale, reader.meanwhile):
        for done in batch:
            problems += [one for one in done.problems if not one.is_warning]
            record = decode_record(done.record) if done.record is not None else None
            if record is not None:
                fresh[done.id] = record
        cache.put(RECORDS, ((one.id, one.record) for one in batch if one.record))
        cache.put(SOURCES, ((one.id, one.source) for one in batch if one.source))
        cache.put(PAGES, ((one.id, one.page.key) for one in batch if one.page))
        for one in batch:
            if one.page:
                bodies.put(one.id, one.page.body)
    return fresh


def _clock_problems(
    settings: Settings, folders: list[Folder], records: dict[str, FolderRecord], now: datetime
) -> list[Problem]:
    limit = (now + CLOCK_TOLERANCE).timestamp()
    words = vocabulary(settings)
    return [
        problem
        for folder in folders
        if folder.id in records and records[folder.id].latest > limit
        for problem in future_problems(settings.root, folder, words, now)
    ]


def _owed_postmortems(outlines: Iterable[Outline], now: datetime) -> list[Problem]:
    return [
        Problem(
            shown_path(one.id),
            0,
            f"{one.severity} ended more than 48 hours ago and has no postmortem",
            "write postmortem.md",
            is_warning=True,
        )
        for one in outlines
        if one.owes_postmortem
        and not one.has_postmortem
        and one.ended is not None
        and one.ended + POSTMORTEM_WITHIN < now
    ]


def _forgotten(outlines: Iterable[Outline], now: datetime) -> list[Problem]:
    """Incidents that are felt, and were probably over long ago."""
    return [
        Problem(
            shown_path(one.id),
            0,
            f"the incident is open, and its last update is more than {SILENT.days} days old",
            "say how it stands now, or resolve it",
            is_warning=True,
        )
        for one in outlines
        if one.severity is not None
        and one.impact is not Impact.NONE
        and one.ended is None
        and one.told[-1].at + SILENT < now
    ]
