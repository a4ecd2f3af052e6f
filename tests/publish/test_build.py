"""`build`: the same bytes every time, however they came about."""

import hashlib
import os
import time
from contextlib import nullcontext

import pytest

from statusgen.config.reader import read_settings
from statusgen.content import listing
from statusgen.content.cache_file import CacheFile
from statusgen.content.workforce import WORTH_A_PROCESS
from statusgen.errors import ContentError, UsageError
from statusgen.publish.build import build, check_out, prepare
from statusgen.targets.folder import FolderStorage
from tests.builders import instant
from tests.fakes.repository import FIRST, ID, make_repository, tree

NOW = instant("02:10")
END = "---\nstatus: resolved\nat: 2026-11-20T05:00:00Z\n---\nOver.\n"


@pytest.fixture
def repository(tmp_path):
    return make_repository(tmp_path / "page")


def run(repository, out="out", cache="cache.db", now=NOW):
    path = repository.root.parent / out
    store = CacheFile(repository.root.parent / cache, "one")
    settings = read_settings(repository.root)
    return build(settings, store, FolderStorage(f"folder:{path}", path), now, unwatched)


def unwatched(*_):
    return nullcontext(lambda *_: None)


def site(repository, out="out"):
    return tree(repository.root.parent / out)


A_DAY_AGO = time.time() - 86400


def write_many(repository, number=WORTH_A_PROCESS + 5):
    for one in range(number):
        text = FIRST.replace("11-21T02:04", "11-20T04:04").replace("Increased", f"Increased {one}")
        folder = f"incident-{one:03}"
        files = [
            repository.write(f"{folder}/01.md", text),
            repository.write(f"{folder}/02.md", END),
        ]
        for path in (*files, files[0].parent):
            os.utime(path, (A_DAY_AGO, A_DAY_AGO))  # too old to be read twice


def test_a_second_build_writes_nothing(repository):
    first = run(repository)

    second = run(repository)

    assert first.written == first.files > 0
    assert (second.written, second.removed) == (0, 0)
    assert (second.incidents, second.updates) == (1, 1)


def test_cold_warm_and_parallel_builds_are_identical(repository, monkeypatch):
    write_many(repository)

    run(repository, "parallel", "a.db")
    run(repository, "warm", "a.db")
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    run(repository, "single", "b.db")
    run(repository, "memory", ":memory:/no")

    sites = [site(repository, name) for name in ("parallel", "warm", "single", "memory")]
    assert len(sites[0]) > WORTH_A_PROCESS
    assert all(one == sites[0] for one in sites)


def test_pages_that_a_new_target_wants_are_made_ahead_by_all_cores(
    repository, tmp_path, monkeypatch
):
    monkeypatch.setattr(listing, "RACY_NS", 0)  # however fast the first build came after them
    write_many(repository)
    run(repository, "first", "a.db")
    cache = CacheFile(tmp_path / "a.db", "one")
    prepared = prepare(read_settings(repository.root), cache, NOW)
    artifacts = prepared.release.artifacts

    prepared.render_ahead([one.key for one in artifacts[:50]], NOW)
    few = sum(f"incident-{one:03}" in prepared.archive.bodies for one in range(50))
    prepared.render_ahead([one.key for one in artifacts], NOW)

    assert few == 0
    made = [one for one in artifacts if one.key.startswith("incidents/incident-")]
    assert len(made) > WORTH_A_PROCESS
    for one in made:
        body = prepared.archive.bodies.get(one.key[len("incidents/") : -len(".html")])
        assert hashlib.sha256(body).hexdigest() == one.digest


@pytest.mark.parametrize("damage", [b"", b"\x00garbage" * 2000], ids=["emptied", "overwritten"])
def test_a_damaged_cache_changes_nothing(repository, damage):
    repository.write_update("02-resolved.md", "resolved", "02:09")
    run(repository, "before")
    cache = repository.root.parent / "cache.db"
    cache.write_bytes(damage or cache.read_bytes()[:6000])

    run(repository, "after")

    assert site(repository, "after") == site(repository, "before")


def test_a_new_update_changes_its_page(repository):
    run(repository)
    repository.write_update("02-identified.md", "identified", "02:09", body="A bad deploy.")

    again = run(repository)

    assert 0 < again.written < again.files
    assert b"A bad deploy." in site(repository)[f"incidents/{ID}.html"]


def test_a_page_whose_incident_went_away_is_removed(repository):
    repository.write("another/01.md", FIRST)
    run(repository)
    (repository.root / "incidents" / "another" / "01.md").unlink()

    again = run(repository)

    assert again.removed == 1
    assert "incidents/another.html" not in site(repository)


def test_broken_content_builds_nothing(repository):
    repository.write("another/01.md", "nothing\n")

    with pytest.raises(ContentError):
        run(repository)

    assert not (repository.root.parent / "out").exists()


def test_the_page_changes_with_the_day_and_not_with_the_minute(repository):
    repository.write_update("02-resolved.md", "resolved", "02:09")

    run(repository, "early", now=instant("02:10"))
    run(repository, "late", now=instant("05:55"))

    assert site(repository, "early") == site(repository, "late")


@pytest.mark.parametrize(
    ("out", "what"),
    [
        (".", "folder of the target"),
        ("..", "folder of the target"),
        ("public", "folder of the target"),
        ("public/below", "folder of the target"),
        ("incidents", "folder of the repository itself"),
        ("incidents/site", "folder of the repository itself"),
        ("site_templates", "folder of the repository itself"),
        (".statusgen/site", "folder of the repository itself"),
    ],
)
def test_a_site_is_not_built_over_what_is_needed(repository, out, what):
    with pytest.raises(UsageError, match=what):
        check_out(read_settings(repository.root), repository.root / out)


@pytest.mark.parametrize("out", [".", ".."])
def test_a_site_is_not_built_over_the_repository(repository, out):
    repository.configure('url = "s3://acme-status"')

    with pytest.raises(UsageError, match="contains the repository"):
        check_out(read_settings(repository.root), repository.root / out)


@pytest.mark.parametrize("out", ["_site", "../elsewhere", "site"])
def test_a_site_is_built_anywhere_else(repository, out):
    path = check_out(read_settings(repository.root), repository.root / out)

    assert path == (repository.root / out).resolve()
