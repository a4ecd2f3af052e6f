"""What programs read: all of it there, and made again only where its content changed."""

import json
import sys

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statusgen.adapters.cache_file import CacheFile
from statusgen.api.content import Content
from statusgen.api.statuspage import statuspage_files
from statusgen.badges.badge import badges
from statusgen.config.reader import read_settings
from statusgen.model.outline import outline
from statusgen.model.page import make_page
from statusgen.model.vocabulary import ComponentState
from statusgen.prose.markdown_html import BodyRenderer
from statusgen.site.pages import Site
from statusgen.templates import Templates
from statusgen.usecases.build import prepare
from tests.builders import instant, make_first, make_incident, make_settings, make_update
from tests.fakes.repository import ID, make_repository

NOW = instant("02:10")
MAINTENANCE = """---
title: Database upgrade
status: scheduled
at: 2026-11-20T12:00:00Z
starts: 2026-11-25T03:00:00Z
ends: 2026-11-25T05:00:00Z
components: [checkout]
---
Planned work.
"""
NOTICE = """---
title: Support moves
status: notice
at: 2026-11-20T12:00:00Z
---
Write to the new address.
"""


@pytest.fixture
def files(tmp_path):
    repository = make_repository(tmp_path)
    repository.write("2026-11-25-upgrade/01.md", MAINTENANCE)
    repository.write("2026-11-20-support/01.md", NOTICE)
    return bodies_of(repository)


def bodies_of(repository, now=NOW):
    cache = CacheFile(repository.root / "cache.db", "one")
    release = prepare(read_settings(repository.root), cache, now).release
    return {one.key: one.load() for one in release.artifacts}


def test_everything_that_programs_read_is_there(files):
    component = [f"components/checkout.{end}" for end in ("xml", "atom.xml", "ics", "svg", "json")]
    page = ["feed.xml", "atom.xml", "feed.json", "history.rss", "history.atom", "calendar.ics"]
    status = ["api/statusgen.json", "api/uptime.json", "badge.svg", "badge.json", "embed.js"]
    v2 = ["status", "summary", "components", "incidents", "incidents/unresolved"]
    planned = "scheduled-maintenances"
    v2 += [planned, f"{planned}/upcoming", f"{planned}/active"]

    assert set(component + page + status) | {f"api/v2/{name}.json" for name in v2} <= set(files)


def test_they_all_agree_on_how_things_are(files):
    summary = json.loads(files["api/v2/summary.json"])
    words = summary["status"]["description"]

    assert json.loads(files["api/v2/status.json"])["status"]["description"] == words
    assert json.loads(files["badge.json"])["message"] == words
    assert words in files["badge.svg"].decode()
    assert words in files["index.html"].decode()
    assert [one["name"] for one in summary["incidents"]] == ["Increased error rates on checkout"]
    assert [one["name"] for one in summary["scheduled_maintenances"]] == ["Database upgrade"]


def test_a_notice_is_in_feeds_and_history_but_no_incident(files):
    titles = [one.title for one in feedparser.parse(files["feed.xml"]).entries]

    assert "Notice: Support moves" in titles
    assert "Support moves" in files["history/2026-11.html"].decode()
    assert "Support moves" in files["index.html"].decode()
    assert b"Support moves" not in files["api/v2/incidents.json"]
    assert b"Support moves" in files["api/statusgen.json"]


def test_calendars_hold_maintenances_only(files):
    assert files["calendar.ics"].count(b"BEGIN:VEVENT") == 1
    assert files["components/checkout.ics"].count(b"BEGIN:VEVENT") == 1
    assert files["components/search.ics"].count(b"BEGIN:VEVENT") == 0


def test_unchanged_feeds_need_no_library(tmp_path):
    repository = make_repository(tmp_path)
    first = bodies_of(repository)
    cache = CacheFile(repository.root / "cache.db", "one")
    for name in [one for one in sys.modules if one.startswith("statusgen.feeds.syndication")]:
        del sys.modules[name]

    release = prepare(read_settings(repository.root), cache, NOW).release

    assert "statusgen.feeds.syndication" not in sys.modules
    assert {one.key: one.load() for one in release.artifacts} == first


def test_an_update_reaches_the_feeds_of_its_components_only(tmp_path):
    repository = make_repository(tmp_path)
    before = bodies_of(repository)
    repository.write_update("02-identified.md", "identified", "02:09")

    after = bodies_of(repository)

    changed = {key for key in before if before[key] != after[key]}
    assert {"feed.xml", "components/checkout.xml", f"incidents/{ID}.html"} <= changed
    assert not {"components/search.xml", "components/search.ics", "calendar.ics"} & changed


CHANGES = st.lists(
    st.tuples(st.sampled_from(ComponentState), st.sampled_from(["checkout", "search", "api"])),
    max_size=4,
)


@settings(max_examples=40, deadline=None)
@given(st.lists(CHANGES, max_size=3), st.booleans())
def test_page_api_and_badge_say_the_same_of_any_history(histories, is_over):
    incidents = [story(f"incident-{n}", changes, is_over) for n, changes in enumerate(histories)]
    configured = make_settings()
    page = make_page(configured.components, incidents, NOW, configured.page.zone, 90)
    prose, templates = BodyRenderer(configured.page.url), Templates()
    content = Content(page, tuple(incidents), (), tuple(map(outline, incidents)))

    index = Site(configured, templates, prose).index(page).decode()
    status = json.loads(statuspage_files(content, configured, prose)["api/v2/status.json"])
    badge = json.loads(badges(page, configured, templates)["badge.json"])

    words = page.overall.description
    assert f"<h1>{words}</h1>" in index
    assert status["status"] == {"indicator": page.overall.indicator, "description": words}
    assert badge["message"] == words


def story(incident_id, changes, is_over):
    updates = [
        make_update("update", f"01:{n:02}", incident_id=incident_id, components={name: state})
        for n, (state, name) in enumerate(changes)
    ]
    ending = [make_update("resolved", "02:00", incident_id=incident_id)] if is_over else []
    return make_incident(make_first(at="00:30", incident_id=incident_id), *updates, *ending)
