"""What is made of one folder; what archives make of many is asserted in test_archive.py."""

import sys

import pytest

from statusgen.config.reader import read_settings
from statusgen.content.entries.records import decode_record, decode_source
from statusgen.content.entries.tree import scan_content
from statusgen.content.folder_reader import FolderReader
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


def calls_for(repository, number):
    """How much work a folder of so many updates is: function calls."""
    for one in range(number):
        at = f"2026-11-21T03:{one // 60:02}:{one % 60:02}Z"
        repository.write(
            f"{ID}/u{one:04}.md",
            f"---\nstatus: update\nat: {at}\ncomponents: [checkout]\n---\nWe know more: {one}.\n",
        )
    calls = 0

    def count(*_):
        nonlocal calls
        calls += 1

    process(repository)  # what is loaded at first use
    sys.setprofile(count)
    try:
        done = process(repository)
    finally:
        sys.setprofile(None)
    assert done.problems == ()
    return calls


def test_an_incident_of_many_updates_takes_as_long_as_they_are_many(repository):
    few, many = calls_for(repository, 100), calls_for(repository, 400)

    assert many < 4.5 * few


def test_drafts_count_only_where_they_are_wanted(repository):
    draft = FIRST.replace("status:", "draft: true\nstatus:")
    repository.write(f"{ID}/01-investigating.md", draft)

    without = decode_record(process(repository).record)
    with_drafts = decode_record(process(repository, with_drafts=True).record)

    assert without.outline is None
    assert with_drafts.outline is not None
