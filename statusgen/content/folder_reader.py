"""One folder read, checked and put into the form that caches keep."""

import hashlib
import time

from statusgen.config.settings import Settings
from statusgen.content.entries.folder import IncidentSource, parse_folder
from statusgen.content.entries.records import FolderRecord, encode
from statusgen.content.entries.tree import Folder
from statusgen.content.entries.update_file import Vocabulary
from statusgen.content.entries.wording import placeholders
from statusgen.content.incident import Incident, fold
from statusgen.content.outline import outline
from statusgen.errors import ContentError, Problem
from statusgen.values.value import Value
from statusgen.words.template_files import TemplateFiles


class Rendered(Value, frozen=True):
    """An incident's page as a worker returns it: `key` says what it was made of."""

    key: bytes
    body: bytes


class Processed(Value, frozen=True):
    """What became of one folder that was read."""

    id: str
    record: bytes | None
    source: bytes | None
    problems: tuple[Problem, ...]
    page: Rendered | None = None


class FolderReader:
    """Reads and checks folders; cheap to send to another process, as itself or subclassed."""

    def __init__(self, settings: Settings, *, with_drafts: bool = False) -> None:
        self.settings = settings
        self.with_drafts = with_drafts
        self._words = vocabulary(settings)

    def process(self, folder: Folder) -> Processed:
        """Everything about one folder that does not depend on its neighbours or the clock."""
        read_ns = time.time_ns()
        parsed = parse_folder(self.settings.root, folder, self._words)
        if parsed.source is None:
            return Processed(folder.id, None, None, parsed.problems)
        source = encode(parsed.source)
        incident = fold_source(parsed.source, self.settings, with_drafts=self.with_drafts)
        latest = parsed.source.latest_instant
        record = FolderRecord(
            stamp=folder.stamp,
            read_ns=read_ns,
            digest=digest_of(source),
            outline=outline(incident) if incident else None,
            latest=latest.timestamp() if latest else 0.0,
            warnings=parsed.problems,
        )
        page = self.render(incident, record) if incident else None
        return Processed(folder.id, encode(record), source, parsed.problems, page)

    @property
    def fingerprint(self) -> str:
        """What pages depend on besides content; empty for a reader that renders none."""
        return ""

    def warm_up(self) -> None:
        """What is worth doing once before many folders are read in several processes."""

    def meanwhile(self) -> None:
        """What is worth doing here while other processes read."""

    def render(self, incident: Incident, record: FolderRecord) -> Rendered | None:
        """The incident's page, where a subclass renders one on the way; None here."""
        del incident, record
        return None


def digest_of(source: bytes) -> str:
    """What stands for all texts of an incident, by its encoded source."""
    return hashlib.sha256(source).hexdigest()[:32]


def vocabulary(settings: Settings) -> Vocabulary:
    """What entries may refer to on this page."""
    return Vocabulary(
        components=tuple(one.id for one in settings.components),
        severities=settings.severities,
        audiences=settings.audiences,
        zone=settings.page.zone,
        placeholders=_placeholders(settings),
    )


def _placeholders(settings: Settings) -> tuple[str, ...]:
    """In English and the page's language; a broken catalogue is told elsewhere."""
    try:
        return placeholders(TemplateFiles(settings.root).language(settings.page.language))
    except ContentError:
        return placeholders()


def fold_source(
    source: IncidentSource, settings: Settings, *, with_drafts: bool
) -> Incident | None:
    """The incident of a source; None when every update is a draft that isn't wanted."""
    shown = source if with_drafts else source.without_drafts()
    return fold(shown.updates, settings.severities, shown.postmortem) if shown.updates else None
