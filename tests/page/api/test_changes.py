from datetime import date, timedelta

import pytest

from statusgen.config.component import Component
from statusgen.content.update import Postmortem
from statusgen.page.api.changes import component_dates, incident_changed
from statusgen.page.api.changes import page_changed as changed_of
from statusgen.values.value import replace
from tests.builders import instant, make_settings
from tests.page.api.stories import (
    NOW,
    SETTINGS,
    make_content,
    make_maintenance,
    make_notice,
    make_story,
)


def page_changed(content):
    return changed_of(content, SETTINGS)


def dates_of(*incidents, now=NOW):
    return component_dates(make_content(*incidents, now=now), SETTINGS)


def test_an_incident_changes_with_updates_corrections_and_its_review():
    over = ("resolved", "03:00", {})
    review = Postmortem("Much.", instant("09:00"))

    assert incident_changed(make_story("a", over), NOW) == instant("03:00")
    assert incident_changed(make_story("a", over, edited="05:00"), NOW) == instant("05:00")
    assert incident_changed(make_story("a", over, postmortem=review), NOW) == instant("09:00")


def test_a_window_that_moves_a_maintenance_on_changes_it():
    maintenance = make_maintenance("a")

    changed = [incident_changed(maintenance, instant(now)) for now in ("02:59", "03:00", "05:00")]

    assert changed == [instant("2026-11-20T12:00"), instant("03:00"), instant("05:00")]


def test_a_notice_changes_once_more_when_it_ends_and_moves_no_component():
    notice = make_notice("a", at="2026-11-01T02:00", components=["search"])

    early, late = instant("2026-11-02T00:00"), instant("2026-11-09T00:00")

    assert incident_changed(notice, early) == instant("2026-11-01T02:00")
    assert incident_changed(notice, late) == instant("2026-11-08T02:00")
    assert dates_of(notice, now=late)["search"][1] == instant("2026-11-01T02:00")


def test_a_maintenance_steered_by_hand_is_not_moved_by_its_window():
    maintenance = make_maintenance("a", ("in_progress", "02:50", {}))

    assert incident_changed(maintenance, NOW) == instant("02:50")


def test_the_page_changes_with_anything_on_it():
    story, maintenance = make_story("a"), make_maintenance("b")

    assert page_changed(make_content(story, now=instant("04:00"))) == instant("02:04")
    assert page_changed(make_content(story, maintenance, now=instant("04:00"))) == instant("03:00")


def test_a_correction_of_what_is_no_longer_told_whole_changes_the_page():
    corrected = make_story("a", ("resolved", "03:00", {}), edited="05:00")
    content = replace(make_content(corrected), incidents=())

    assert page_changed(content) == instant("05:00")


def test_a_component_begins_at_its_since_or_with_its_first_incident_or_with_the_page():
    first = make_story("a", at="01:00", components=["search"])
    second = make_story("b", at="02:00", components=["search", "checkout"])

    created = {name: when for name, (when, _) in dates_of(second, first).items()}

    assert created["search"] == created["api"] == instant("01:00")
    assert created["checkout"] == instant("2023-12-31T23:00")


@pytest.mark.parametrize(
    ("since", "begins"),
    [
        ((None, date(2024, 1, 1), date(2023, 1, 1)), "2022-12-31T23:00"),
        ((None, None), "2026-11-20T23:00"),
        ((), "2026-11-20T23:00"),
    ],
    ids=["the earliest since", "its day", "no components"],
)
@pytest.mark.parametrize("hours", [0, 10])
def test_a_page_without_history_is_as_old_as_its_components(since, begins, hours):
    components = tuple(Component(f"c{n}", "C", since=day) for n, day in enumerate(since))
    settings = make_settings(components=components, page={"timezone": "Europe/Berlin"})
    content = make_content(now=NOW + timedelta(hours=hours), settings=settings)

    dates = component_dates(content, settings)

    assert changed_of(content, settings) == instant(begins)
    assert all(dates[one.id][0] == instant(begins) for one in components if one.since is None)


def test_a_component_changes_when_an_incident_changes_or_releases_it():
    opened = {"components": {"search": "partial_outage"}}
    worse = ("update", "03:00", {"components": {"search": "major_outage"}})
    words = ("update", "04:00", {})
    over = ("resolved", "05:00", {})

    moved = [
        dates_of(make_story("a", *later, **opened))["search"][1]
        for later in ((), (worse,), (worse, words), (worse, words, over))
    ]

    assert moved == [instant(at) for at in ("02:04", "03:00", "03:00", "05:00")]


def test_a_maintenance_changes_its_components_while_its_window_is_open_only():
    maintenance = make_maintenance("a", components=["search"])

    moved = [
        dates_of(maintenance, now=instant(now))["search"][1]
        for now in ("02:59", "03:00", "05:00", "09:00")
    ]

    announced = instant("2026-11-20T12:00")
    assert moved == [announced, instant("03:00"), instant("05:00"), instant("05:00")]
