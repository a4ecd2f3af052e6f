from datetime import UTC, datetime, timedelta

import pytest

from statusgen.content.incident import fold
from statusgen.values.vocabulary import Phase
from tests.page.site.samples import (
    NOW,
    SEVERITIES,
    make_incident,
    make_maintenance,
    make_notice,
    make_settings,
    make_update,
    read_page,
    render_site,
)


def at(day):
    return datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC)


def lasting(starts, ends):
    first = make_incident(at=at(starts), severity="SEV2").first.update
    end = make_update("02", at=at(ends), phase=Phase.RESOLVED)
    return fold([first, end], SEVERITIES)


def text_of(key, *incidents, **values):
    return read_page(render_site(incidents, **values)[f"history/{key}.html"]).text


def counts(*incidents, **values):
    text = text_of("index", *incidents, **values)
    return {month: f"{month} 1 " in text for month in ("October 2026", "November 2026")}


def test_an_incident_over_the_end_of_a_month_is_in_both_on_its_own_days():
    incident = lasting("2026-10-30", "2026-11-02")

    october, november = (text_of(key, incident) for key in ("2026-10", "2026-11"))

    assert counts(incident) == {"October 2026": True, "November 2026": True}
    assert "31 October 2026 Errors on checkout" in october
    assert "30 October 2026 Errors on checkout Major Resolved 13:00 CET" in october
    assert "2 November 2026 Errors on checkout Major Resolved since 30 October 2026" in november
    assert "1 November 2026 Errors on checkout" in november
    assert "October 2026 Errors" not in november


def test_what_goes_on_all_through_a_month_is_told_once_in_it():
    incident = lasting("2026-09-30", "2026-11-02")

    text = text_of("2026-10", incident)

    assert text.count("Errors on checkout") == 1
    assert "1 October 2026 to 31 October 2026 Errors on checkout" in text


@pytest.mark.parametrize(
    ("today", "days"),
    [("2026-11-21", "1 November 2026 to 21 November 2026"), ("2026-11-01", "1 November 2026")],
)
def test_what_goes_on_still_is_told_up_to_today(today, days):
    incident = make_incident(at=at("2026-10-02"), severity="SEV2")

    text = text_of("2026-11", incident, now=at(today))

    assert f"{days} Errors on checkout Major Investigating since 2 October 2026" in text
    assert text.count("Errors on checkout") == 1


def test_a_window_ahead_is_on_all_of_its_days():
    ahead = make_maintenance(at("2026-11-29"), at("2026-12-02"))

    november, december = (text_of(key, ahead) for key in ("2026-11", "2026-12"))

    assert "30 November 2026 Database upgrade" in november
    assert "since" not in november
    assert "29 November 2026 Database upgrade" in november
    assert "2 December 2026 Database upgrade" in december
    assert "1 December 2026 Database upgrade" in december


def test_months_count_what_touched_them_in_german_too():
    incident = lasting("2026-10-30", "2026-11-02")

    text = text_of("index", incident, settings=make_settings(language="de"))

    assert "November 2026 1 Störung Oktober 2026 1 Störung" in text


def test_months_are_listed_with_their_counts_newest_first():
    text = read_page(render_site()["history/index.html"]).text

    assert "November 2026 1 incident, 1 maintenance October 2026 1 incident" in text


def test_a_month_links_to_its_neighbours_and_its_incidents():
    links = read_page(render_site()["history/2026-10.html"]).links

    assert "2026-11.html" in links
    assert "../incidents/payments.html" in links
    assert "../incidents/payments.html#postmortem" in links


def test_a_maintenance_is_completed_once_its_window_has_passed():
    past = make_maintenance(NOW - timedelta(hours=2), NOW - timedelta(hours=1))

    text = read_page(render_site((past,))["history/2026-11.html"]).text

    assert "Maintenance Completed" in text


def test_a_notice_is_counted_and_listed_as_what_it_is():
    files = render_site((make_notice(),))

    assert "November 2026 1 notice" in read_page(files["history/index.html"]).text
    row = "New address for webhooks Notice 03:12 CET (02:12 UTC)"
    assert row in read_page(files["history/2026-11.html"]).text
