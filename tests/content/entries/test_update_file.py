from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statusgen.content.entries.update_file import UPDATE_KEYS, parse_postmortem, parse_update
from statusgen.content.update import ComponentChange
from statusgen.values.vocabulary import Phase
from tests.builders import instant, make_vocabulary

WORDS = make_vocabulary()


def parse(*lines, body="Text"):
    header = "\n".join(["status: investigating", "at: 2026-11-21T02:04:00Z", *lines])
    return parse_update(f"---\n{header}\n---\n{body}".encode(), "01.md", "checkout", "01", WORDS)


def update_of(*lines, body="Text"):
    file, problems = parse(*lines, body=body)
    assert problems == []
    return file.update


def test_an_update_with_the_required_keys_only():
    update = update_of()

    assert (update.id, update.phase, update.at) == (
        "checkout/01",
        Phase.INVESTIGATING,
        instant("02:04"),
    )
    assert (update.title, update.severity, update.components) == (None, None, ())
    assert (update.notify, update.draft, update.body) == (True, False, "Text")


def test_an_update_with_every_key():
    update = update_of(
        "title: Increased error rates",
        "severity: sev-1",
        "components: {checkout: major_outage, api: degraded_performance}",
        "started: 2026-11-21T02:50",
        "edited: 2026-11-21T05:00:00+01:00",
        "next_update: 20m",
        "impact: One in three",
        "cause: A deploy",
        "starts: 2026-11-22T03:00:00Z",
        "ends: 2026-11-22T05:00:00Z",
        "notify: [stakeholders]",
        "draft: true",
    )

    assert (update.title, update.severity) == ("Increased error rates", "SEV1")
    assert update.components == (
        ComponentChange("checkout", "major_outage"),
        ComponentChange("api", "degraded_performance"),
    )
    assert (update.started, update.edited) == (instant("01:50"), instant("04:00"))
    assert update.next_in == timedelta(minutes=20)
    assert (update.impact, update.cause) == ("One in three", "A deploy")
    assert (update.starts, update.ends) == (
        instant("2026-11-22T03:00"),
        instant("2026-11-22T05:00"),
    )
    assert (update.notify, update.draft) == (("stakeholders",), True)


@pytest.mark.parametrize("empty", ["", ' ""', " ''"], ids=["nothing", "quoted", "single quotes"])
def test_an_empty_impact_or_cause_takes_it_back(empty):
    update = update_of(f"impact:{empty}", f"cause:{empty}")

    assert (update.impact, update.cause) == ("", "")


def test_a_plain_list_of_components_leaves_the_state_to_the_severity():
    assert update_of("components: [api, checkout]").components == (
        ComponentChange("api", None),
        ComponentChange("checkout", None),
    )


@pytest.mark.parametrize("line", ["components:", "components: []", "components: {}"])
def test_no_components(line):
    assert update_of(line).components == ()


@pytest.mark.parametrize(
    ("text", "next_in", "next_at", "promises_none"),
    [
        ("15m", timedelta(minutes=15), None, False),
        ("2026-11-21T02:30:00Z", None, instant("02:30"), False),
        ("2026-11-21T03:30", None, instant("02:30"), False),
        ("none", None, None, True),
    ],
)
def test_the_next_update(text, next_in, next_at, promises_none):
    update = update_of(f"next_update: {text}")

    assert (update.next_in, update.next_at, update.promises_none) == (
        next_in,
        next_at,
        promises_none,
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("false", False), ("[]", ()), ("[subscribers]", ("subscribers",))],
)
def test_who_is_notified(text, value):
    assert update_of(f"notify: {text}").notify == value


def test_an_update_that_keeps_the_phase():
    raw = b"---\nstatus: update\nat: 2026-11-21T02:04:00Z\n---\nText"

    file, _ = parse_update(raw, "01.md", "checkout", "01", WORDS)

    assert file.update.phase is None


def test_an_ambiguous_next_update_names_both_offsets():
    _, (problem,) = parse("next_update: 2026-10-25T02:30")

    assert "happens twice" in problem.what
    assert "+02:00 or +01:00" in problem.remedy


def test_a_placeholder_in_a_draft_is_a_warning():
    file, (problem,) = parse("draft: true", body="You may see [what customers may see].")

    assert problem.is_warning
    assert file is not None


def test_a_problem_leaves_no_update():
    file, problems = parse("title:", "severity: SEV9", "components: [nothing]")

    assert file is None
    assert len(problems) == 3


def test_lines_of_keys_are_kept_for_later_problems():
    file, _ = parse("title: x")

    assert file.lines == {"status": 2, "at": 3, "title": 4}


def test_a_postmortem_needs_no_front_matter():
    postmortem, problems = parse_postmortem(b"\xef\xbb\xbfWhat we learnt", "postmortem.md", WORDS)

    assert problems == []
    assert (postmortem.body, postmortem.at, postmortem.draft) == ("What we learnt", None, False)


def test_a_postmortem_may_have_a_date_and_be_a_draft():
    raw = b"---\nat: 2026-11-22T09:00:00Z\ndraft: true\n---\nWhat we learnt"

    postmortem, _ = parse_postmortem(raw, "postmortem.md", WORDS)

    assert (postmortem.at, postmortem.draft) == (instant("2026-11-22T09:00"), True)


VALUES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["15m", "none", "true", "SEV1", "update", "[checkout]", "{checkout: x}", "999999d"]
    ),
)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(UPDATE_KEYS), VALUES), max_size=8), st.text(max_size=50))
def test_any_values_are_an_update_or_problems(pairs, body):
    header = "\n".join(f"{key}: {value}" for key, value in pairs)
    raw = f"---\n{header}\n---\n{body}".encode(errors="surrogatepass")

    file, problems = parse_update(raw, "01.md", "checkout", "01", WORDS)

    assert (file is None) == any(not problem.is_warning for problem in problems)


@settings(deadline=None)
@given(st.binary(max_size=100))
def test_any_bytes_are_a_postmortem_or_problems(raw):
    postmortem, problems = parse_postmortem(raw, "postmortem.md", WORDS)

    assert (postmortem is None) == bool(problems)
    assert all(problem.line >= 1 for problem in problems)
