"""A listing finds what is there; what it spares is asserted in test_archive.py."""

import os
import threading

import pytest

from statusgen.config.reader import read_settings
from statusgen.content import listing as module
from statusgen.content.archive import survey_archive
from statusgen.content.cache_file import CacheFile
from statusgen.content.listing import Listing
from tests.builders import instant
from tests.fakes.repository import FIRST, ID, make_repository

NOW = instant("02:10")
OTHERS = ("2026-11-01-a", "2026-11-05-b", "2026-11-22-z")


@pytest.fixture
def repository(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    monkeypatch.setattr(module, "RACY_NS", -(10**12))
    repository = make_repository(tmp_path)
    for name in OTHERS:
        repository.write(f"{name}/01.md", FIRST)
    return repository


def remembered(repository):
    settings, cache = read_settings(repository.root), CacheFile(repository.root / "c.db", "one")
    survey_archive(settings, cache, NOW)
    cache.save()
    return settings, cache


@pytest.mark.parametrize("worth", [1, 10_000], ids=["two processes", "one process"])
def test_everything_is_listed_and_what_is_unchanged_is_known(repository, monkeypatch, worth):
    settings, cache = remembered(repository)
    monkeypatch.setattr(module, "WORTH_A_SCOUT", worth)
    repository.write("2026-11-05-b/01.md", FIRST + "More.\n")
    repository.write("2026-11-23-new/01.md", FIRST)
    repository.write("stray.md", FIRST)

    folders, problems, known = Listing(settings, cache).result()

    assert [one.id for one in folders] == sorted([*OTHERS, ID, "2026-11-23-new"])
    assert set(known) == {"2026-11-01-a", "2026-11-22-z", ID}
    assert ["outside" in one.what for one in problems] == [True]


def test_what_is_gone_is_forgotten(repository):
    settings, cache = remembered(repository)
    (repository.root / "incidents" / "2026-11-01-a" / "01.md").unlink()

    Listing(settings, cache).result()

    assert "2026-11-01-a" not in cache.all(module.RECORDS)
