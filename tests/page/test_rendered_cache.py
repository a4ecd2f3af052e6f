"""The press renders what the cache does not know, and nothing else."""

from datetime import timedelta

import pytest

from statusgen.config.reader import read_settings
from statusgen.content.archive import read_archive
from statusgen.content.cache_file import CacheFile
from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.errors import Unavailable
from statusgen.page.page import months
from statusgen.page.rendered_cache import Press
from statusgen.page.site.pages import Site
from statusgen.words.templates import Templates
from tests.builders import instant
from tests.fakes.repository import ID, make_repository

NOW = instant("02:10")
KEYS = ("components/checkout.xml", "components/checkout.atom.xml")


@pytest.fixture
def repository(tmp_path):
    return make_repository(tmp_path)


def make_press(repository):
    settings = read_settings(repository.root)
    store = CacheFile(repository.root / "cache.db", "one")
    archive = read_archive(settings, store, NOW)
    site = Site(settings, Templates(settings.root), BodyRenderer(settings.page.url))
    return Press(archive, site, store, NOW), store


class Renderer:
    """Counts how often it is asked."""

    def __init__(self, word=b"one"):
        self.calls, self._word = 0, word

    def __call__(self):
        self.calls += 1
        return {key: self._word + key.encode() for key in KEYS}


def made(repository, render):
    press, store = make_press(repository)
    artifacts = press.group(KEYS, [ID], render)
    press.remember()
    store.save()
    return artifacts


def test_what_belongs_together_is_rendered_once(repository):
    render = Renderer()

    artifacts = made(repository, render)

    assert [one.key for one in artifacts] == list(KEYS)
    assert [one.load() for one in artifacts] == [b"one" + key.encode() for key in KEYS]
    assert render.calls == 1


def test_what_is_known_is_not_rendered_until_its_body_is_asked_for(repository):
    made(repository, Renderer())
    again = Renderer()

    artifacts = made(repository, again)

    assert again.calls == 0
    assert artifacts[0].load() == b"one" + KEYS[0].encode()
    assert again.calls == 1


def test_another_text_of_the_incident_is_rendered_again(repository):
    made(repository, Renderer())
    repository.write_update("02-identified.md", "identified", "02:09")
    again = Renderer()

    made(repository, again)

    assert again.calls == 1


def test_a_body_that_is_not_the_one_known_is_forgotten(repository):
    made(repository, Renderer())

    artifacts = made(repository, Renderer(b"two"))

    with pytest.raises(Unavailable, match="run the command again"):
        artifacts[0].load()
    assert made(repository, Renderer(b"two"))[0].load() == b"two" + KEYS[0].encode()


SLOW = """---
title: Slow search
severity: SEV3
status: investigating
at: 2026-10-30T12:00:00Z
components: [search]
---
Search is slow.
"""


def history_at(repository, now):
    """The pages of the months and which of them were rendered anew."""
    settings = read_settings(repository.root)
    store = CacheFile(repository.root / "cache.db", "one")
    archive = read_archive(settings, store, now)
    site = Site(settings, Templates(settings.root), BodyRenderer(settings.page.url))
    rendered = []
    render, site.month = (
        site.month,
        lambda *facts: (rendered.append(facts[0].key), render(*facts))[1],
    )
    press = Press(archive, site, store, now)
    pages = press.history(months(archive.outlines, now, settings.page.zone))
    press.remember()
    store.save()
    return {one.key: one.digest for one in pages}, rendered


def test_a_month_that_an_open_incident_spans_is_rendered_once_and_again_when_that_changes(
    repository,
):
    repository.write("slow-search/01.md", SLOW)
    _, first = history_at(repository, NOW)
    _, again = history_at(repository, NOW + timedelta(hours=1))
    before, next_day = history_at(repository, NOW + timedelta(days=1))
    repository.write(
        "slow-search/02.md", "---\nstatus: resolved\nat: 2026-11-02T12:00:00Z\n---\nOver.\n"
    )

    after, changed = history_at(repository, NOW + timedelta(days=1))

    assert first == ["2026-11", "2026-10"]
    assert again == []
    assert next_day == ["2026-11"]
    assert changed == ["2026-11", "2026-10"]
    assert all(after[key] != before[key] for key in after if key != "history/index.html")


def test_a_month_is_rendered_again_when_a_window_in_it_begins_and_ends(repository):
    window = "starts: 2026-11-21T03:00:00Z\nends: 2026-11-21T05:00:00Z\ncomponents: [search]\n"
    head = f"title: Upgrade\nstatus: scheduled\nat: 2026-11-20T12:00:00Z\n{window}"
    repository.write("upgrade/01.md", f"---\n{head}---\nPlanned work.\n")

    rendered = [
        history_at(repository, instant(now))[1] for now in ("02:10", "02:59", "03:00", "05:00")
    ]

    assert rendered == [["2026-11"], [], ["2026-11"], ["2026-11"]]
