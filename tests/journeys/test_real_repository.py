"""Ten years of a real page's incidents: everything is rendered, valid, linked and repeatable."""

import json
import re
import shutil
from html import unescape

import feedparser
import pytest

from statusgen.config.reader import read_settings
from statusgen.content.markdown.markdown_html import BodyRenderer
from tests.components.available import CORPUS
from tests.components.links import broken_links, loaded_from_elsewhere
from tests.components.vnu import html_errors
from tests.fakes.repository import Repository, tree

pytestmark = pytest.mark.corpus("real-repo")

REAL = CORPUS / "real-repo"
NOW = "2026-11-21T02:10:00Z"
FEED_LENGTH = 100
WORD = re.compile(r"[^\W_]+")
MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?-->", re.DOTALL)


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


@pytest.fixture(scope="module")
def bodies(built):
    """By the update's id, what its author wrote."""
    return {
        f"{path.parent.name}/{path.stem}": path.read_text(encoding="utf-8").split("---\n", 2)[2]
        for path in (built.root / "incidents").glob("*/*.md")
    }


def words(text):
    return set(WORD.findall(unescape(text)))


def written(body):
    return words(MARKUP.sub(" ", body))


def test_every_word_of_every_update_is_on_its_page_and_in_its_letter(built, bodies):
    settings = read_settings(built.root).page
    renderer = BodyRenderer(settings.url, keeps_lines=settings.keeps_lines)

    for update_id, body in bodies.items():
        page = built.root / f"_site/incidents/{update_id.partition('/')[0]}.html"
        assert written(body) - words(page.read_text(encoding="utf-8")) == set(), update_id
        assert written(body) - words(renderer.text(body)) == set(), update_id
    assert len(bodies) > 700


def test_every_word_is_in_feeds_and_api(built, bodies):
    site = built.root / "_site"
    items = json.loads((site / "feed.json").read_text(encoding="utf-8"))["items"]
    feed = {re.sub("^tag:[^:]*:", "", one["id"]): one["content_html"] for one in items}
    api = json.loads((site / "api/v2/incidents.json").read_text(encoding="utf-8"))["incidents"]

    for update_id, html in feed.items():
        assert written(bodies[update_id]) - words(html) == set(), update_id
    for incident in api:
        name = incident["shortlink"].rpartition("/")[2].removesuffix(".html")
        ours = [body for one, body in bodies.items() if one.startswith(f"{name}/")]
        told = words(" ".join(one["body"] for one in incident["incident_updates"]))
        assert set().union(*map(written, ours)) - told == set(), name
    assert (len(feed), len(api)) == (FEED_LENGTH, 50)


def test_few_updates_are_named_by_the_check(built, bodies):
    problems = built.run("check", "--json", now=NOW).json["problems"]
    named = {one["path"] for one in problems if one["path"].endswith(".md")}

    assert len(named) <= len(bodies) * 0.01


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
