"""What is made of one folder; what archives make of many is asserted in test_archive.py."""

import pytest

from statusgen.config.reader import read_settings
from statusgen.entries.records import decode_record, decode_source
from statusgen.entries.tree import scan_content
from statusgen.usecases.folder_reader import FolderReader
from tests.fakes.repository import FIRST, ID, make_repository


@pytest.fixture
def repository(tmp_path):
    return make_repository(tmp_path)


def process(repository, **options):
    settings = read_settings(repository.root)
    folders, _ = scan_content(repository.root)
    return FolderReader(settings, **options).process(folders[0])


def test_a_folder_becomes_what_caches_keep(repository):
    done = process(repository)

    assert (done.id, done.problems, done.page) == (ID, (), None)
    assert decode_record(done.record).outline.id == ID
    assert [one.stem for one in decode_source(done.source).updates] == ["01-investigating"]


def test_a_folder_that_is_wrong_leaves_problems_only(repository):
    repository.write(f"{ID}/02.md", "nothing")

    done = process(repository)

    assert (done.record, done.source) == (None, None)
    assert done.problems


def test_drafts_count_only_where_they_are_wanted(repository):
    draft = FIRST.replace("status:", "draft: true\nstatus:")
    repository.write(f"{ID}/01-investigating.md", draft)

    without = decode_record(process(repository).record)
    with_drafts = decode_record(process(repository, with_drafts=True).record)

    assert without.outline is None
    assert with_drafts.outline is not None
