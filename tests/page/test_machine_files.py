"""What programs read: all of it there, and made again only where its content changed."""

import json
import re
import sys

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statusgen.config.reader import read_settings
from statusgen.content.cache_file import CacheFile
from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.content.outline import outline
from statusgen.page.api.content import Content
from statusgen.page.api.own import own_file
from statusgen.page.api.statuspage import statuspage_files
from statusgen.page.badges.badge import badges
from statusgen.page.badges.banner import make_banner
from statusgen.page.page import make_page
from statusgen.page.site.pages import Site
from statusgen.publish.build import prepare
from statusgen.values.vocabulary import ComponentState
from statusgen.words.templates import Templates
from tests.builders import (
    instant,
    make_first,
    make_incident,
    make_scheduled,
    make_settings,
    make_update,
)
from tests.fakes.repository import FIRST, ID, make_repository

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
    for name in [one for one in sys.modules if one.startswith("statusgen.page.feeds.syndication")]:
        del sys.modules[name]

    release = prepare(read_settings(repository.root), cache, NOW).release

    assert "statusgen.page.feeds.syndication" not in sys.modules
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


SEVERITIES = ("SEV1", "SEV2", "SEV3", "SEV4")
LIFTED = {
    "SEV1": ("major", "Partial System Outage"),
    "SEV2": ("minor", "Minor Service Outage"),
    "SEV3": ("minor", "Partially Degraded Service"),
}
"""What an open incident with one of these severities makes of a page at least."""

WEIGHT = ("none", "maintenance", "minor", "major", "critical")


@st.composite
def stories(draw, name):
    severity = draw(st.sampled_from(SEVERITIES))
    changes = enumerate(draw(CHANGES))
    updates = [
        make_update("update", f"01:{n:02}", incident_id=name, components={component: state})
        for n, (state, component) in changes
    ]
    phase = draw(st.sampled_from(["update", "monitoring", "resolved"]))
    lowered = draw(st.sampled_from([None, *SEVERITIES])) if phase != "resolved" else None
    last = make_update(phase, "02:00", incident_id=name, severity=lowered)
    first = make_first(at="00:30", incident_id=name, severity=severity)
    return make_incident(first, *updates, last)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(0, 3), st.booleans())
def test_whatever_the_history_all_say_the_same_of_the_page(data, count, is_worked_on):
    incidents = [data.draw(stories(f"incident-{n}")) for n in range(count)]
    planned = make_incident(make_scheduled(starts="02:00", ends="03:00"))
    told = (*incidents, planned) if is_worked_on else tuple(incidents)
    configured = make_settings()
    page = make_page(configured.components, told, NOW, configured.page.zone, 90)
    prose, templates = BodyRenderer(configured.page.url), Templates()
    content = Content(page, tuple(incidents), (), tuple(map(outline, told)))

    index = Site(configured, templates, prose).index(page).decode()
    v2 = statuspage_files(content, configured, prose)
    own = json.loads(own_file(content, configured, prose))
    pictures = badges(page, configured, templates)
    banner = make_banner(page, configured)

    words, indicator = page.overall.description, page.overall.indicator
    status = {"indicator": indicator, "description": words}
    assert f"<h1>{words}</h1>" in re.sub(r"<h1 [^>]*>", "<h1>", index)
    assert f"<title>{words} · " in index
    assert json.loads(v2["api/v2/status.json"])["status"] == status
    assert json.loads(v2["api/v2/summary.json"])["status"] == status
    assert own["status"] == status
    assert json.loads(pictures["badge.json"])["message"] == words
    assert f": {words}</title>" in pictures["badge.svg"].decode()
    assert banner is None or banner.headline == words or indicator == "none"
    assert banner is not None or indicator == "none"
    for one in page.open_incidents:
        states = [state for _, state in one.last.states]
        if one.severity.key in LIFTED and (not states or set(states) != {"operational"}):
            assert WEIGHT.index(indicator) >= WEIGHT.index(LIFTED[one.severity.key][0])
    if not page.open_incidents and not is_worked_on:
        lines = [line for group in page.groups for line in group.lines]
        assert (indicator == "none") == all(line.state == "operational" for line in lines)


@pytest.mark.parametrize(("severity", "lifted"), LIFTED.items(), ids=LIFTED)
def test_one_open_incident_without_components_is_what_all_of_them_say(tmp_path, severity, lifted):
    repository = make_repository(tmp_path)
    text = FIRST.replace("components:\n  checkout: major_outage\n", "")
    repository.write(f"{ID}/01-investigating.md", text.replace("SEV1", severity))
    indicator, words = lifted

    files = bodies_of(repository)

    status = {"indicator": indicator, "description": words}
    assert json.loads(files["api/v2/summary.json"])["status"] == status
    assert json.loads(files["badge.json"])["message"] == words
    assert f"<h1>{words}</h1>" in files["index.html"].decode()
    assert words in files["embed.js"].decode()
    assert words in files["badge.svg"].decode()
