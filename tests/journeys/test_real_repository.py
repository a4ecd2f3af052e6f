"""Ten years of a real page's incidents: everything is rendered, valid, linked and repeatable."""

import shutil

import feedparser
import pytest

from statusgen.config.reader import read_settings
from tests.components.available import CORPUS
from tests.components.links import broken_links, loaded_from_elsewhere
from tests.components.vnu import html_errors
from tests.fakes.repository import Repository, tree

pytestmark = pytest.mark.corpus("real-repo")

REAL = CORPUS / "real-repo"
NOW = "2026-11-21T02:10:00Z"
FEED_LENGTH = 100


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    repository = Repository(tmp_path_factory.mktemp("real") / "page")
    shutil.copytree(REAL, repository.root, ignore=shutil.ignore_patterns(".*"))
    done = repository.run("build", now=NOW)
    assert done.code == 0, done.err
    return repository


def incident_ids(repository):
    folders = (repository.root / "incidents").iterdir()
    return sorted(one.name for one in folders if any(one.glob("*.md")))


def test_it_passes_the_check(built):
    done = built.run("check", "--json", now=NOW)

    assert done.code == 0
    assert done.json["ok"] is True
    assert done.json["incidents"] == len(incident_ids(built))


def test_every_incident_has_its_page(built):
    pages = sorted(path.stem for path in (built.root / "_site" / "incidents").glob("*.html"))

    assert pages == incident_ids(built)


def test_no_link_leads_nowhere_and_nothing_comes_from_elsewhere(built):
    site, url = built.root / "_site", read_settings(built.root).page.url
    own = f"404.html: {url}/"  # served at any depth, so its links are absolute

    elsewhere = [one for one in loaded_from_elsewhere(site) if not one.startswith(own)]

    assert broken_links(site) == ()
    assert [one for one in broken_links(site, url) if one.startswith("404.html")] == []
    assert elsewhere == []


@pytest.mark.parametrize("name", ["feed.xml", "atom.xml"])
def test_feeds_parse_and_hold_the_newest_updates_newest_first(built, name):
    feed = feedparser.parse((built.root / "_site" / name).read_bytes())

    when = [one.get("published_parsed") or one.updated_parsed for one in feed.entries]
    assert not feed.bozo
    assert len(feed.entries) == FEED_LENGTH
    assert len({one.id for one in feed.entries}) == FEED_LENGTH
    assert when == sorted(when, reverse=True)


def test_two_builds_are_identical(built):
    first = tree(built.root / "_site")

    shutil.rmtree(built.root / ".statusgen")
    cold = built.run("build", "--out", built.root.parent / "cold", now=NOW)
    warm = built.run("build", "--out", built.root.parent / "warm", now=NOW)

    assert (cold.code, warm.code) == (0, 0)
    assert tree(built.root.parent / "cold") == first
    assert tree(built.root.parent / "warm") == first


@pytest.mark.component("vnu")
def test_every_page_is_valid_html(built):
    assert html_errors(built.root / "_site") == ()
