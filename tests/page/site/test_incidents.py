import re
from datetime import timedelta

import pytest

from statusgen.content.incident import fold
from statusgen.content.update import Postmortem
from statusgen.values.vocabulary import ComponentState, Phase
from tests.page.site.samples import (
    NOW,
    SEVERITIES,
    make_incident,
    make_maintenance,
    make_notice,
    make_settings,
    make_site,
    make_update,
    read_page,
    render_site,
)

OPERATIONAL = ComponentState.OPERATIONAL


def text_of(incident, now=NOW):
    return read_page(make_site().incident(incident, now)).text


def test_the_next_update_is_promised_while_it_is_not_due():
    text = text_of(make_incident())

    assert "Next update by 03:19 CET (02:19 UTC)" in text


def test_a_late_update_is_admitted():
    text = text_of(make_incident(), NOW + timedelta(hours=1))

    assert "We promised an update by 03:19 CET (02:19 UTC) and are late with it." in text


def test_a_late_promise_of_another_day_has_its_date():
    late = "We promised an update by 21 November 2026, 03:19 CET (02:19 UTC) and are late with it."

    assert late not in text_of(make_incident(), NOW + timedelta(hours=20))
    assert late in text_of(make_incident(), NOW + timedelta(days=1))


def turns_of(incident, now):
    [promise] = [
        one
        for _, one in read_page(make_site().incident(incident, now)).elements
        if (one.get("class") or "").startswith("promise")
    ]
    return [turn.split(" ", 1) for turn in (promise.get("data-then") or "").split("|") if turn]


def test_a_page_that_nobody_builds_again_gives_a_late_promise_its_date_at_midnight():
    late = "We promised an update by %s and are late with it."
    today = ["2026-11-21T02:19:00Z", late % "03:19 CET (02:19 UTC)"]
    later = ["2026-11-21T23:00:00Z", late % "21 November 2026, 03:19 CET (02:19 UTC)"]

    assert turns_of(make_incident(), NOW) == [today, later]
    assert turns_of(make_incident(), NOW + timedelta(hours=1)) == [later]
    assert turns_of(make_incident(), NOW + timedelta(days=1)) == []


def test_lateness_is_told_without_a_clock_so_that_the_page_does_not_change_by_the_minute():
    one, two = (text_of(make_incident(), NOW + timedelta(minutes=m)) for m in (30, 31))

    assert one == two


def test_updates_stand_newest_first_with_what_they_changed():
    incident = make_incident()
    later = make_update("02", at=NOW, phase=Phase.RESOLVED, body="It is over.", severity="SEV2")

    text = text_of(fold([incident.first.update, later], SEVERITIES))

    assert text.index("It is over.") < text.index("We are looking into it.")
    assert "Checkout Major outage → to Operational" in text
    assert "Severity: Critical → to Major" in text


def changes_of(incident, now=NOW):
    """What each update changed, newest first."""
    html = make_site().incident(incident, now).decode()
    stories = re.findall(r"<article>(.*?)</article>", html, re.DOTALL)
    found = [re.search(r'<ul class="changes".*?</ul>', one, re.DOTALL) for one in stories]
    return [read_page(one[0].encode()).text if one else "" for one in found]


@pytest.mark.parametrize(
    ("severity", "facts"),
    [
        ("SEV1", "Impact High. One in four fails. Severity Critical"),
        ("SEV2", "Impact High. One in four fails. Severity Major"),
        ("SEV3", "Impact Medium. One in four fails. Severity Minor"),
        ("SEV4", "Impact Low. One in four fails. Severity Low"),
    ],
)
def test_severity_and_impact_are_said_as_in_the_letters(severity, facts):
    incident = make_incident(severity=severity, impact="One in four fails.")

    html = make_site().incident(incident, NOW).decode()

    spaced = re.sub(r"</?d[tdl][^>]*>", " ", html)
    assert facts in read_page(spaced.encode()).text


def test_without_a_sentence_the_impact_is_its_level():
    html = make_site().incident(make_incident(), NOW)

    assert b"<dt>Impact</dt><dd>High</dd>" in html


def test_the_impact_of_work_is_what_its_author_says():
    window = NOW + timedelta(days=1), NOW + timedelta(days=1, hours=1)

    said = make_site().incident(make_maintenance(*window, impact="Orders wait."), NOW)
    silent = make_site().incident(make_maintenance(*window), NOW)

    assert b"<dt>Impact</dt><dd><bdi>Orders wait.</bdi></dd>" in said
    assert b"Severity" not in said
    assert b"Impact" not in silent


def test_severity_and_impact_are_german_too():
    site = make_site(make_settings(language="de"))

    html = site.incident(make_incident(impact="Jede vierte."), NOW).decode()

    assert "<dt>Auswirkung</dt><dd>Hoch. <bdi>Jede vierte.</bdi></dd>" in html
    assert "<dt>Schweregrad</dt><dd>Kritisch</dd>" in html


def test_a_component_that_stays_as_it_was_is_no_change():
    first = make_incident(components={"checkout": None, "api": OPERATIONAL}).first.update
    same = make_update("02", at=NOW, components={"checkout": ComponentState.MAJOR_OUTAGE})
    over = make_update("03", at=NOW, phase=Phase.RESOLVED)

    told = changes_of(fold([first, same, over], SEVERITIES))

    assert told == [
        "Checkout Major outage → to Operational",
        "",
        "Checkout Operational → to Major outage",
    ]


def test_work_changes_states_when_it_begins_and_ends_and_not_when_its_window_has_done_so():
    window = NOW, NOW + timedelta(hours=1)
    planned = make_maintenance(*window).first.update
    begun, late = (
        make_update(f"0{n}", "database", at=at, phase=Phase.IN_PROGRESS)
        for n, at in ((2, NOW), (3, NOW + timedelta(minutes=5)))
    )
    done = make_update("04", "database", at=NOW + timedelta(hours=1), phase=Phase.COMPLETED)

    by_hand = changes_of(fold([planned, begun, done], SEVERITIES))
    by_window = changes_of(fold([planned, late, done], SEVERITIES))

    ends = "API Under maintenance → to Operational"
    assert by_hand == [ends, "API Operational → to Under maintenance", ""]
    assert by_window == [ends, "", ""]


def test_a_postmortem_is_shown_below_a_heading_unless_it_is_a_draft():
    update = make_incident().first.update
    shown, hidden = (
        fold([update], SEVERITIES, Postmortem("# Why\n\nBecause.", draft=draft))
        for draft in (False, True)
    )

    assert b"<h3>Why</h3>" in make_site().incident(shown, NOW)
    assert "Because." not in text_of(hidden)


def test_headings_of_an_update_stand_one_level_below_what_is_above_them():
    body = "# Cause\n\nA certificate expired."
    starts, ends = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
    begun = make_maintenance(starts, ends, phase=Phase.IN_PROGRESS, body=body)

    files = render_site((make_incident(body=body), begun))

    levels = {key: read_page(files[key]).headings() for key in files if key.endswith(".html")}
    assert levels["index.html"][:5] == [1, 2, 3, 2, 3]  # its card, then the maintenance's
    assert levels["index.html"][5] == 4
    assert levels["incidents/checkout-errors.html"] == [1, 2, 3, 4]


def test_a_maintenance_tells_its_window_and_that_it_overran():
    begun = make_maintenance(
        NOW - timedelta(hours=2), NOW - timedelta(hours=1), phase=Phase.IN_PROGRESS
    )

    text = text_of(begun)

    assert "21 November 2026, 01:12 CET (00:12 UTC) to 02:12 CET (01:12 UTC)" in text
    assert "It is taking longer than planned." in text


def test_a_scheduled_maintenance_shows_no_states_that_do_not_hold_yet():
    ahead = make_maintenance(NOW + timedelta(days=1), NOW + timedelta(days=1, hours=1))

    assert "Under maintenance" not in text_of(ahead)


def test_work_that_is_canceled_affects_nothing():
    ahead = make_maintenance(NOW + timedelta(days=1), NOW + timedelta(days=1, hours=1))
    canceled = make_update("02", "database", phase=Phase.CANCELED)

    text = text_of(fold([ahead.first.update, canceled], SEVERITIES))

    assert "Components" in text
    assert "Affected components" not in text


def test_a_moved_window_is_told_with_the_one_before():
    ahead = make_maintenance(NOW + timedelta(days=1), NOW + timedelta(days=1, hours=1))
    moved = make_update(
        "02", "database", starts=NOW + timedelta(days=2), ends=NOW + timedelta(days=2, hours=1)
    )

    text = text_of(fold([ahead.first.update, moved], SEVERITIES))

    assert "New window: 23 November 2026, 03:12 CET" in text
    assert "Before: 22 November 2026, 03:12 CET" in text


def test_a_wide_table_scrolls_in_a_box_that_the_keyboard_reaches():
    page = make_site().incident(make_incident(body="| a |\n|---|\n| 1 |"), NOW)

    assert b'tabindex="0"><table>' in page


def test_a_retired_component_keeps_its_name_in_the_past():
    incident = make_incident(components={"fax": None})

    assert "Fax" in text_of(incident)
    assert make_settings().components[-1].is_retired(NOW.date())


def test_a_notice_says_until_when_it_is_shown_and_nothing_of_an_incident():
    text = text_of(make_notice())

    assert "Notice New address for webhooks" in text
    assert "Shown until27 November 2026, 03:12 CET (02:12 UTC)" in text
    assert not [word for word in ("Started", "Duration", "Maintenance") if word in text]
