"""What a release holds."""

import pickle
from html import escape

import pytest

from statusgen.config.reader import read_settings
from statusgen.content.cache_file import CacheFile
from statusgen.content.entries.records import decode_sources
from statusgen.page.release import PageReader
from statusgen.publish.build import prepare
from statusgen.words.templates import Templates
from tests.builders import instant
from tests.fakes.repository import ID, make_repository

NOW = instant("02:10")


def make(repository):
    cache = CacheFile(repository.root / "cache.db", "one")
    return prepare(read_settings(repository.root), cache, NOW).release


def test_every_file_of_the_design_is_there(tmp_path):
    keys = {one.key for one in make(make_repository(tmp_path)).artifacts}

    assert keys >= {
        "index.html",
        "404.html",
        "history/index.html",
        "history/2026-11.html",
        f"incidents/{ID}.html",
        "feed.xml",
        "atom.xml",
        "feed.json",
        "sitemap.xml",
        "robots.txt",
    }


def test_sizes_and_digests_are_those_of_the_bodies(tmp_path):
    repository = make_repository(tmp_path)
    repository.write_update("02-resolved.md", "resolved", "02:09")
    make(repository)

    for artifact in make(repository).artifacts:
        assert len(artifact.load()) == artifact.size, artifact.key


def test_a_reader_can_be_sent_to_another_process(tmp_path):
    settings = read_settings(make_repository(tmp_path).root)
    reader = PageReader(settings, Templates(settings.root), NOW)

    again = pickle.loads(pickle.dumps(reader))

    assert again.settings == settings


def test_a_release_knows_what_its_incident_pages_were_made_of_less_the_drafts(tmp_path):
    repository = make_repository(tmp_path)
    draft = "---\nstatus: update\nat: 2026-11-21T02:08:00Z\ndraft: true\n---\nSecret.\n"
    repository.write(f"{ID}/02.md", draft)
    release = make(repository)

    sources = decode_sources(release.sources(["index.html", f"incidents/{ID}.html"]))

    assert list(sources) == [ID]
    assert [one.stem for one in sources[ID].updates] == ["01-investigating"]


@pytest.mark.parametrize(
    ("line_breaks", "shown"),
    [("keep", "Carts are<br>\nsafe."), ("join", "Carts are\nsafe.")],
)
def test_line_ends_are_shown_as_the_page_wants_them_everywhere(tmp_path, line_breaks, shown):
    repository = make_repository(tmp_path)
    config = repository.root / "statusgen.toml"
    page = f'[page]\nline_breaks = "{line_breaks}"'
    config.write_text(config.read_text("utf-8").replace("[page]", page), "utf-8")
    repository.write_update("02-identified", "identified", "02:08", "Carts are\nsafe.")

    bodies = {one.key: one.load().decode() for one in make(repository).artifacts}

    for key in ("index.html", f"incidents/{ID}.html"):
        assert shown in bodies[key], key
    assert escape(shown) in bodies["feed.xml"]
    assert ("Carts are\\nsafe." in bodies["api/v2/incidents.json"]) is (line_breaks == "keep")
