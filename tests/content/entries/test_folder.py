from datetime import timedelta

import pytest

from statusgen.content.entries.folder import IncidentSource, future_problems, parse_folder
from statusgen.content.entries.tree import scan_content
from statusgen.content.update import Postmortem
from tests.builders import instant, make_first, make_update, make_vocabulary, write_tree

WORDS = make_vocabulary()
FIRST = (
    "---\ntitle: Errors\nseverity: SEV1\nstatus: investigating\nat: 2026-11-21T02:04:00Z\n"
    "{extra}---\nWe are looking into it.\n"
)
SECOND = "---\nstatus: {status}\nat: 2026-11-21T03:00:00Z\n{extra}---\nSomething new.\n"
MAINTENANCE = (
    "---\ntitle: Upgrade\nstatus: scheduled\nat: 2026-11-20T12:00:00Z\n"
    "starts: 2026-11-22T03:00:00Z\nends: 2026-11-22T05:00:00Z\n---\nWork.\n"
)


def parse(tmp_path, **files):
    write_tree(tmp_path, {f"incidents/a/{name}.md": text for name, text in files.items()})
    ((folder,), _) = scan_content(tmp_path)
    return parse_folder(tmp_path, folder, WORDS)


def test_updates_come_in_order_of_time(tmp_path):
    parsed = parse(tmp_path, a=SECOND.format(status="resolved", extra=""), b=FIRST.format(extra=""))

    assert [update.stem for update in parsed.source.updates] == ["b", "a"]
    assert [problem.is_warning for problem in parsed.problems] == [True]


def test_drafts_are_kept_apart(tmp_path):
    parsed = parse(
        tmp_path,
        a=FIRST.format(extra=""),
        b=SECOND.format(status="resolved", extra="draft: true\n"),
    )

    assert len(parsed.source.updates) == 2
    assert [update.stem for update in parsed.source.published] == ["a"]
    assert parsed.source.latest_instant == instant("02:04")


def test_a_folder_of_drafts_has_no_instant(tmp_path):
    parsed = parse(tmp_path, a=FIRST.format(extra="draft: true\n"))

    assert parsed.source.published == ()
    assert parsed.source.latest_instant is None


def test_a_postmortem_is_no_update(tmp_path):
    parsed = parse(tmp_path, a=FIRST.format(extra=""), postmortem="What we learnt.")

    assert len(parsed.source.updates) == 1
    assert parsed.source.postmortem.body == "What we learnt."


def test_a_problem_leaves_no_source(tmp_path):
    parsed = parse(tmp_path, a="no header")

    assert parsed.source is None
    assert len(parsed.problems) == 1


def test_a_file_that_vanished_is_a_problem(tmp_path):
    write_tree(tmp_path, {"incidents/a/01.md": FIRST.format(extra="")})
    ((folder,), _) = scan_content(tmp_path)
    (tmp_path / "incidents/a/01.md").unlink()

    (problem,) = parse_folder(tmp_path, folder, WORDS).problems

    assert "can't be read" in problem.what


@pytest.mark.parametrize("status", ["update", "in_progress", "verifying", "completed", "canceled"])
def test_a_maintenance_takes_its_own_phases(tmp_path, status):
    parsed = parse(tmp_path, a=MAINTENANCE, b=SECOND.format(status=status, extra=""))

    assert parsed.problems == ()


@pytest.mark.parametrize(
    "status", ["update", "investigating", "identified", "monitoring", "resolved"]
)
def test_any_phase_of_an_incident_may_follow_any_other(tmp_path, status):
    first = FIRST.format(extra="components: [checkout]\n")

    parsed = parse(tmp_path, a=first, b=SECOND.format(status=status, extra=""))

    assert parsed.problems == ()


def test_a_maintenance_may_move_its_window(tmp_path):
    moved = "starts: 2026-11-23T03:00:00Z\nends: 2026-11-23T05:00:00Z\n"

    parsed = parse(tmp_path, a=MAINTENANCE, b=SECOND.format(status="update", extra=moved))

    assert parsed.problems == ()


@pytest.mark.parametrize(
    ("ahead", "refused"), [(timedelta(minutes=5), False), (timedelta(minutes=5, seconds=1), True)]
)
def test_an_instant_may_be_five_minutes_ahead(tmp_path, ahead, refused):
    write_tree(tmp_path, {"incidents/a/01.md": FIRST.format(extra="")})
    ((folder,), _) = scan_content(tmp_path)

    problems = future_problems(tmp_path, folder, WORDS, instant("02:04") - ahead)

    assert [problem.line for problem in problems] == ([5] if refused else [])


def test_a_draft_may_be_ahead_of_time(tmp_path):
    write_tree(tmp_path, {"incidents/a/01.md": FIRST.format(extra="draft: true\n")})
    ((folder,), _) = scan_content(tmp_path)

    assert future_problems(tmp_path, folder, WORDS, instant("2026-01-01T00:00")) == []


@pytest.mark.parametrize("is_draft", [False, True])
def test_what_anybody_may_read_holds_no_draft(is_draft):
    first, postmortem = make_first(), Postmortem("What we learnt", draft=is_draft)
    source = IncidentSource("a", (first, make_update("update", draft=True)), postmortem)

    assert source.without_drafts() == IncidentSource(
        "a", (first,), None if is_draft else postmortem
    )


def test_a_correction_may_not_be_ahead_of_time_either(tmp_path):
    write_tree(
        tmp_path, {"incidents/a/01.md": FIRST.format(extra="edited: 2026-11-22T00:00:00Z\n")}
    )
    ((folder,), _) = scan_content(tmp_path)

    source = parse_folder(tmp_path, folder, WORDS).source
    problems = future_problems(tmp_path, folder, WORDS, instant("12:00"))

    assert source.latest_instant == instant("2026-11-22T00:00")
    assert [problem.what.partition(" is")[0] for problem in problems] == ["edited"]


@pytest.mark.parametrize(("draft", "refused"), [("", True), ("draft: true\n", False)])
def test_a_postmortem_may_not_be_ahead_of_time_unless_it_is_a_draft(tmp_path, draft, refused):
    review = f"---\nat: 2026-11-22T00:00:00Z\n{draft}---\nWhat we learnt.\n"
    write_tree(
        tmp_path,
        {"incidents/a/01.md": FIRST.format(extra=""), "incidents/a/postmortem.md": review},
    )
    ((folder,), _) = scan_content(tmp_path)

    source = parse_folder(tmp_path, folder, WORDS).source
    problems = future_problems(tmp_path, folder, WORDS, instant("12:00"))

    assert (source.latest_instant == instant("2026-11-22T00:00")) == refused
    told = [(one.path, one.line, one.what.partition(" is")[0]) for one in problems]
    assert told == ([("incidents/a/postmortem.md", 2, "at")] if refused else [])


def test_a_postmortem_without_a_time_is_never_ahead_of_it(tmp_path):
    write_tree(
        tmp_path,
        {"incidents/a/01.md": FIRST.format(extra=""), "incidents/a/postmortem.md": "Why."},
    )
    ((folder,), _) = scan_content(tmp_path)

    assert future_problems(tmp_path, folder, WORDS, instant("12:00")) == []
