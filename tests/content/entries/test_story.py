"""What a folder tells together; every refusal has its case in tests/broken."""

import pytest

from statusgen.content.entries.folder import parse_folder
from statusgen.content.entries.tree import scan_content
from statusgen.content.entries.update_file import Vocabulary
from statusgen.content.incident import fold
from tests.builders import BERLIN, SEVERITIES, instant, write_tree

WORDS = Vocabulary(("checkout",), SEVERITIES, frozenset({"subscribers"}), BERLIN)
NOTICE = """---
title: Support moves
status: notice
at: 2026-11-21T02:00:00Z
components: [checkout]
---
Write to the new address.
"""


def parsed(root, files):
    write_tree(root, {f"incidents/a/{name}": text for name, text in files.items()})
    ((folder,), _) = scan_content(root)
    return parse_folder(root, folder, WORDS)


def test_a_notice_needs_a_title_and_nothing_else(tmp_path):
    result = parsed(tmp_path, {"01.md": NOTICE})

    notice = fold(result.source.updates, SEVERITIES)
    assert result.problems == ()
    assert notice.until == instant("2026-11-28T02:00:00")


def test_a_later_update_may_end_a_notice_early(tmp_path):
    later = (
        "---\nstatus: update\nat: 2026-11-21T03:00:00Z\nends: 2026-11-21T04:00:00Z\n---\nDone.\n"
    )

    result = parsed(tmp_path, {"01.md": NOTICE, "02.md": later})

    assert result.problems == ()
    assert fold(result.source.updates, SEVERITIES).until == instant("04:00")


FIRST = "title: Errors\nseverity: SEV1\nstatus: investigating\nat: 2026-11-21T02:04:00Z\n"


def reopened(root, over="", again="", first="components: [checkout]\n", phase="investigating"):
    texts = {
        "01.md": FIRST + first,
        "02.md": f"status: resolved\nat: 2026-11-21T03:00:00Z\n{over}",
        "03.md": f"status: {phase}\nat: 2026-11-21T04:00:00Z\n{again}",
    }
    files = {name: f"---\n{text}---\nSaid in {name}.\n" for name, text in texts.items()}
    return [(one.path, one.line) for one in parsed(root, files).problems]


def test_an_incident_that_is_reopened_without_its_components_is_odd(tmp_path):
    assert reopened(tmp_path) == [("incidents/a/03.md", 2)]


@pytest.mark.parametrize(
    "facts",
    [
        {"again": "components: [checkout]\n"},
        {"again": "components:\n  checkout: operational\n", "phase": "monitoring"},
        {"phase": "update"},
        {"phase": "resolved"},
        {"first": "", "phase": "monitoring"},
        {"over": "components:\n  checkout: partial_outage\n"},
    ],
    ids=["named", "named as working", "stays over", "over again", "touches nothing", "left down"],
)
def test_nothing_is_odd_where_no_component_is_forgotten(tmp_path, facts):
    assert reopened(tmp_path, **facts) == []


WORKS = "components:\n  checkout: operational\n"
DOWN = "components: [checkout]\n"


def told_open(root, first="", later="", status="update"):
    texts = {
        "01.md": FIRST + first,
        "02.md": f"status: {status}\nat: 2026-11-21T03:00:00Z\n{later}",
    }
    files = {name: f"---\n{text}---\nSaid in {name}.\n" for name, text in texts.items()}
    return [(one.path, one.line, one.what) for one in parsed(root, files).problems]


@pytest.mark.parametrize(
    ("facts", "line", "names"),
    [
        ({}, 1, "names no component"),
        ({"first": WORKS}, 1, "has every component operational"),
        ({"first": DOWN, "later": WORKS}, 4, "has every component operational"),
        ({"status": "identified"}, 1, "names no component"),
        ({"later": "severity: SEV3\n"}, 1, "names no component"),
    ],
    ids=["without any", "named as working", "back again", "identified", "lowered"],
)
def test_an_open_incident_with_an_impact_says_what_is_affected(tmp_path, facts, line, names):
    assert told_open(tmp_path, **facts) == [
        ("incidents/a/02.md", line, f"the incident is open and {names}")
    ]


@pytest.mark.parametrize(
    "facts",
    [
        {"first": DOWN},
        {"later": DOWN},
        {"status": "monitoring"},
        {"status": "resolved"},
        {"first": DOWN, "status": "monitoring", "later": WORKS},
        {"later": "severity: SEV4\n"},
    ],
    ids=["named", "named later", "watched", "over", "watched and working", "without impact"],
)
def test_what_is_watched_or_over_or_not_felt_needs_no_component(tmp_path, facts):
    assert told_open(tmp_path, **facts) == []


def test_one_forgotten_component_is_one_warning(tmp_path):
    assert len(reopened(tmp_path)) == 1


def test_a_maintenance_that_is_taken_up_again_names_its_components_too(tmp_path):
    window = "starts: 2026-11-21T03:00:00Z\nends: 2026-11-21T05:00:00Z\ncomponents: [checkout]\n"
    told = [
        f"title: Upgrade\nstatus: scheduled\nat: 2026-11-20T00:00:00Z\n{window}",
        "status: completed\nat: 2026-11-21T03:30:00Z\n",
        "status: in_progress\nat: 2026-11-21T03:40:00Z\n",
    ]

    result = parsed(
        tmp_path,
        {f"0{number}.md": f"---\n{text}---\n{number}\n" for number, text in enumerate(told)},
    )

    assert [one.path for one in result.problems] == ["incidents/a/02.md"]


def test_a_draft_that_is_first_by_name_does_not_tell_the_same_twice(tmp_path):
    draft = f"---\n{FIRST}draft: true\n---\nWe are looking.\n"
    later = "---\nstatus: investigating\nat: 2026-11-20T02:04:00Z\n---\nWe look.\n"

    result = parsed(tmp_path, {"01.md": draft, "02.md": later})

    assert [one.what for one in result.problems] == [
        "the first update by its at has no title",
        "the first update by its at has no severity",
    ]
