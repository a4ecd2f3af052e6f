"""Content read once: what the cache spares, what it must never hide."""

import os
import threading

import pytest

from statusgen.config.reader import read_settings
from statusgen.content import listing as module
from statusgen.content.archive import read_archive, survey_archive
from statusgen.content.cache_file import CacheFile
from statusgen.content.entries.folder import IncidentSource
from statusgen.content.entries.records import encode
from statusgen.content.folder_reader import FolderReader
from statusgen.content.workforce import WORTH_A_PROCESS
from statusgen.errors import ContentError, Unavailable
from tests.builders import instant, make_first
from tests.fakes.repository import FIRST, ID, make_repository

NOW = instant("02:10")


@pytest.fixture
def repository(tmp_path):
    return make_repository(tmp_path)


class CountingReader(FolderReader):
    def __init__(self, settings):
        super().__init__(settings)
        self.read = []

    def process(self, folder):
        self.read.append(folder.id)
        return super().process(folder)


def open_cache(repository):
    return CacheFile(repository.root / "cache.db", "one")


def survey(repository, reader=None, **options):
    settings = read_settings(repository.root)
    cache = open_cache(repository)
    found = survey_archive(settings, cache, NOW, reader or FolderReader(settings, **options))
    cache.save()
    return found


def test_an_unchanged_folder_is_not_read_again(repository, monkeypatch):
    monkeypatch.setattr(module, "RACY_NS", -(10**12))
    survey(repository)
    reader = CountingReader(read_settings(repository.root))

    again = survey(repository, reader)

    assert reader.read == []
    assert [one.id for one in again.outlines] == [ID]
    assert again.incident(ID).title == "Increased error rates on checkout"


def test_a_file_edited_in_the_instant_it_was_read_is_noticed(repository):
    path = repository.root / "incidents" / ID / "01-investigating.md"
    before = path.stat()
    survey(repository)

    path.write_text(FIRST.replace("one in three", "two in three"), encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    again = survey(repository)

    assert "two in three" in again.incident(ID).steps[0].update.body


def test_a_folder_that_went_away_is_forgotten(repository):
    survey(repository)
    (repository.root / "incidents" / ID / "01-investigating.md").unlink()

    again = survey(repository)

    assert again.outlines == ()
    assert open_cache(repository).all(module.SOURCES) == {}


def test_a_cache_that_lost_its_texts_reads_them_again(repository):
    settings = read_settings(repository.root)
    cache = CacheFile(repository.root / "other.db", "one")
    found = survey_archive(settings, cache, NOW)
    cache.remove(module.SOURCES, [ID])

    assert found.incident(ID).steps[0].update.stem == "01-investigating"


def test_a_source_that_is_not_the_one_that_was_checked_is_read_again(repository):
    settings = read_settings(repository.root)
    cache = CacheFile(repository.root / "other.db", "one")
    found = survey_archive(settings, cache, NOW)
    other = IncidentSource(ID, (make_first(incident_id=ID),), None)
    cache.put(module.SOURCES, [(ID, encode(other))])

    assert found.incident(ID).title == "Increased error rates on checkout"


@pytest.mark.parametrize("change", ["edited", "broken", "removed"])
def test_a_file_that_changes_while_it_is_read_stops_the_run(repository, change):
    settings = read_settings(repository.root)
    cache = CacheFile(repository.root / "other.db", "one")
    found = survey_archive(settings, cache, NOW)
    cache.remove(module.SOURCES, [ID])
    text = FIRST.replace("one in three", "two in three").replace("SEV1", "SEV9")
    path = repository.write(
        f"{ID}/01-investigating.md", text if change == "broken" else text.replace("SEV9", "SEV1")
    )
    if change == "removed":
        path.unlink()

    with pytest.raises(Unavailable, match="was changed while it was read; run the command again"):
        found.incident(ID)


def test_every_problem_of_every_file_is_told_at_once(repository):
    repository.write("first-one/01.md", "no front matter\n")
    repository.write("second-one/01.md", FIRST.replace("SEV1", "SEV9"))
    repository.write("third-one/01.md", FIRST.replace("02:04", "04:04"))

    with pytest.raises(ContentError) as caught:
        read_archive(read_settings(repository.root), open_cache(repository), NOW)

    paths = [one.path for one in caught.value.problems]
    assert paths == [f"incidents/{name}-one/01.md" for name in ("first", "second", "third")]


def test_the_clock_is_asked_even_when_nothing_changed(repository):
    repository.write("later/01.md", FIRST.replace("02:04", "04:04"))

    first, second = survey(repository), survey(repository)

    assert [one.path for one in first.errors] == ["incidents/later/01.md"]
    assert second.errors == first.errors


def test_drafts_are_left_out_unless_they_are_asked_for(repository):
    draft = "---\nstatus: identified\nat: 2026-11-21T02:08:00Z\ndraft: true\n---\nSecret.\n"
    repository.write(f"{ID}/02-identified.md", draft)
    settings = read_settings(repository.root)

    published = survey(repository)
    memory = CacheFile(repository.root / "drafts.db", "drafts")
    whole = survey_archive(settings, memory, NOW, FolderReader(settings, with_drafts=True))

    assert len(published.incident(ID).steps) == 1
    assert len(whole.incident(ID).steps) == 2


def test_an_incident_of_drafts_only_is_no_incident(repository):
    repository.write("planned/01.md", FIRST.replace("---\ntitle", "---\ndraft: true\ntitle", 1))

    found = survey(repository)

    assert [one.id for one in found.outlines] == [ID]


def test_many_folders_are_read_as_few_are(repository):
    for number in range(WORTH_A_PROCESS + 5):
        text = FIRST.replace("Increased", f"Increased {number}")
        repository.write(f"incident-{number:03}/01.md", text)

    many = survey(repository)
    folders, _ = module.scan_content(repository.root)
    single = [FolderReader(many.settings).process(one) for one in folders]

    digests = {one.id: module.decode_record(one.record).digest for one in single}
    assert len(many.outlines) == WORTH_A_PROCESS + 6
    assert many.digests == digests


def test_a_postmortem_that_is_owed_is_a_warning(repository):
    repository.write_update("02-resolved.md", "resolved", "02:09")
    settings = read_settings(repository.root)

    soon = survey_archive(settings, open_cache(repository), instant("2026-11-23T02:09"))
    later = survey_archive(settings, open_cache(repository), instant("2026-11-23T02:10"))

    assert soon.warnings == ()
    assert ["postmortem" in one.what for one in later.warnings] == [True]


@pytest.mark.parametrize(
    ("severity", "status", "is_asked"),
    [("SEV1", "identified", True), ("SEV3", "monitoring", True), ("SEV4", "identified", False)],
)
def test_an_open_incident_without_a_word_for_a_month_is_asked_about(
    repository, severity, status, is_asked
):
    repository.write_update("02-then", status, "02:09", severity=severity)
    settings = read_settings(repository.root)

    soon = survey_archive(settings, open_cache(repository), instant("2026-12-21T02:09"))
    later = survey_archive(settings, open_cache(repository), instant("2026-12-21T02:10"))

    what = "the incident is open, and its last update is more than 30 days old"
    assert soon.warnings == ()
    assert [one.what for one in later.warnings] == [what] * is_asked


def test_what_is_over_is_not_asked_about(repository):
    repository.write_update("02-resolved", "resolved", "02:09", severity="SEV3")

    years = survey_archive(
        read_settings(repository.root), open_cache(repository), instant("2029-12-21T02:10")
    )

    assert years.warnings == ()


class MakerReader(CountingReader):
    """A reader whose pages depend on `maker`."""

    def __init__(self, settings, maker):
        super().__init__(settings)
        self._maker = maker

    @property
    def fingerprint(self):
        return self._maker


def test_everything_is_read_again_when_every_page_would_be_another(repository, monkeypatch):
    monkeypatch.setattr(module, "RACY_NS", -(10**12))
    settings = read_settings(repository.root)
    survey(repository, MakerReader(settings, "old templates"))
    same, other = MakerReader(settings, "old templates"), MakerReader(settings, "new templates")

    survey(repository, same)
    survey(repository, other)

    assert same.read == []
    assert other.read == [ID]


def test_a_large_archive_is_listed_alongside_with_the_same_result(repository, monkeypatch):
    monkeypatch.setattr(module, "RACY_NS", -(10**12))
    monkeypatch.setattr(module, "WORTH_A_SCOUT", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    first = survey(repository)
    reader = CountingReader(read_settings(repository.root))

    again = survey(repository, reader)

    assert reader.read == []
    assert again.outlines == first.outlines
