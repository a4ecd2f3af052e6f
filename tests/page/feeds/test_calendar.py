from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar

from statusgen.config.component import Component
from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.page.feeds.calendar import CalendarMaker
from tests.builders import (
    COMPONENTS,
    instant,
    make_first,
    make_incident,
    make_scheduled,
    make_settings,
    make_update,
)
from tests.fakes.language import LOUD

NAME = "2026-11-21-database-upgrade"
SETTINGS = make_settings(page={"url": "https://status.example.com/acme"})


def later(status, at="2026-11-20T13:00", **facts):
    return make_update(status, at=at, incident_id=NAME, **facts)


def written(*maintenances, settings=SETTINGS):
    maker = CalendarMaker(settings, BodyRenderer(settings.page.url))
    return maker.page(maintenances)["calendar.ics"]


def read(body):
    calendar = Calendar.from_ical(body)
    assert calendar.errors == []
    assert all(event.errors == [] for event in calendar.events)
    return calendar


def event_of(*updates, **facts):
    (event,) = read(written(make_incident(make_scheduled(**facts), *updates))).events
    return event


def test_an_event_tells_what_when_where_and_of_whom():
    event = event_of(body="We move the **database**.", components=["checkout", "api"])

    assert event["UID"] == f"{NAME}@status.example.com/acme"
    assert event["SEQUENCE"] == 0
    assert event["STATUS"] == "CONFIRMED"
    assert event["SUMMARY"] == "Database upgrade"
    assert event["DESCRIPTION"] == (
        f"We move the database.\n\nhttps://status.example.com/acme/incidents/{NAME}.html"
    )
    assert event["URL"] == f"https://status.example.com/acme/incidents/{NAME}.html"
    assert event.categories == ["Checkout", "API"]
    assert (event.start, event.end) == (instant("03:00"), instant("05:00"))
    assert event["TRANSP"] == "TRANSPARENT"


def test_instants_are_written_in_utc_and_come_from_content():
    text = written(
        make_incident(make_scheduled(), later("update", edited="2026-11-20T15:00"))
    ).decode()

    assert "DTSTART:20261121T030000Z" in text
    assert "DTEND:20261121T050000Z" in text
    assert "CREATED:20261120T120000Z" in text
    assert "DTSTAMP:20261120T150000Z" in text
    assert "LAST-MODIFIED:20261120T150000Z" in text


@pytest.mark.parametrize(
    ("updates", "sequence"),
    [
        ([later("update")], 0),
        ([later("update", ends="06:00")], 1),
        ([later("update", ends="05:00")], 0),
        (
            [later("update", ends="06:00"), later("update", at="2026-11-20T14:00", starts="04:00")],
            2,
        ),
        ([later("canceled")], 1),
        ([later("update", ends="06:00"), later("canceled", at="2026-11-20T14:00")], 2),
        ([later("canceled"), later("scheduled", at="2026-11-20T14:00")], 2),
        ([later("in_progress", at="03:00"), later("completed", at="05:00")], 0),
    ],
    ids=[
        *("told again", "moved", "moved to where it was", "moved twice", "canceled"),
        *("moved and canceled", "planned again", "done"),
    ],
)
def test_the_sequence_grows_with_every_move_and_cancellation(updates, sequence):
    assert event_of(*updates)["SEQUENCE"] == sequence


def test_a_moved_window_keeps_its_id_and_has_the_new_time():
    event = event_of(later("update", starts="2026-11-22T03:00", ends="2026-11-22T05:00"))

    assert event["UID"] == f"{NAME}@status.example.com/acme"
    assert (event.start, event.end) == (instant("2026-11-22T03:00"), instant("2026-11-22T05:00"))


def test_a_canceled_window_stays_in_its_place_and_says_so():
    event = event_of(later("canceled", body="Not needed."))

    assert event["STATUS"] == "CANCELLED"
    assert event["SUMMARY"] == "Canceled: Database upgrade"
    assert event["DESCRIPTION"].startswith("Not needed.")
    assert event.start == instant("03:00")


def test_an_overrun_shows_the_window_until_an_update_moves_its_end():
    begun = later("in_progress", at="03:00")

    late = event_of(begun, later("update", at="05:10", body="It takes longer."))
    moved = event_of(begun, later("update", at="05:10", ends="06:30"))

    assert (late.end, late["SEQUENCE"]) == (instant("05:00"), 0)
    assert late["DESCRIPTION"].startswith("It takes longer.")
    assert (moved.end, moved["SEQUENCE"]) == (instant("06:30"), 1)


def test_a_calendar_says_what_it_is_and_how_often_to_look():
    calendar = read(written())

    assert calendar["VERSION"] == "2.0"
    assert calendar["NAME"] == calendar["X-WR-CALNAME"] == "Acme Status: maintenance"
    assert calendar["SOURCE"] == "https://status.example.com/acme/calendar.ics"
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(hours=1)
    assert calendar["X-PUBLISHED-TTL"].to_ical() == b"PT1H"
    assert calendar["REFRESH-INTERVAL"].params["VALUE"] == "DURATION"


def test_a_component_has_a_calendar_of_the_windows_that_touch_it():
    maker = CalendarMaker(SETTINGS, BodyRenderer(SETTINGS.page.url))
    maintenances = (
        make_incident(make_scheduled()),
        make_incident(make_scheduled(incident_id="other", components=["search"])),
    )

    bodies = {}
    for component in COMPONENTS:
        bodies |= maker.component(component, maintenances)

    assert {key: [one["UID"] for one in read(body).events] for key, body in bodies.items()} == {
        "components/checkout.ics": [f"{NAME}@status.example.com/acme"],
        "components/search.ics": ["other@status.example.com/acme"],
        "components/api.ics": [],
    }
    assert read(bodies["components/api.ics"])["NAME"] == "Acme Status: maintenance of API"


def test_names_are_in_the_page_s_language():
    maker = CalendarMaker(SETTINGS, BodyRenderer(SETTINGS.page.url), LOUD)
    canceled = make_incident(make_scheduled(), later("canceled"))

    calendar = read(maker.page([canceled])["calendar.ics"])

    assert calendar["NAME"] == "Acme Status: MAINTENANCE"
    assert calendar["DESCRIPTION"] == "PLANNED MAINTENANCE OF Acme"
    assert calendar.events[0]["SUMMARY"] == "CANCELED: Database upgrade"


def test_incidents_are_left_out():
    assert not read(written(make_incident(make_first()))).events


def test_rebuilds_give_the_same_bytes_in_one_order():
    one = make_incident(make_scheduled())
    other = make_incident(make_scheduled(incident_id="another"))

    assert written(one, other) == written(other, one)


any_line = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\ufffe\uffff"),
    min_size=1,
    max_size=200,
).filter(str.strip)


@given(title=any_line, body=any_line, name=any_line)
@example(title=r"C:\NEWS", body=r"\\N \N;,", name=r"\N")
def test_any_text_is_read_back_as_it_was(title, body, name):
    settings = make_settings(components=(Component("checkout", name),))

    text = written(make_incident(make_scheduled(title=title, body=body)), settings=settings)

    (event,) = read(text).events
    assert event["SUMMARY"] == title
    assert event.categories == [name]
    described = BodyRenderer(settings.page.url).text(body)
    assert event["DESCRIPTION"].startswith(described)
    lines = text.split(b"\r\n")
    assert text.endswith(b"END:VCALENDAR\r\n")
    assert not any(b"\n" in line or b"\r" in line or len(line) > 75 for line in lines)


@pytest.mark.parametrize(
    "hostile",
    ["END:VEVENT", "a\\nEND:VCALENDAR", "x;y,z:\\", "\u202eevil", "\u05d0\u05d1 \U0001f525"],
)
def test_hostile_text_stays_text(hostile):
    event = event_of(title=hostile, body=hostile)

    assert event["SUMMARY"] == hostile


def test_a_page_without_a_path_has_its_host_alone_in_its_ids():
    settings = make_settings(page={"url": "https://status.example.com"})
    (event,) = read(written(make_incident(make_scheduled()), settings=settings)).events

    assert event["UID"] == f"{NAME}@status.example.com"


def test_a_calendar_without_events_holds_a_time_zone_so_that_it_is_one():
    empty, full = written(), written(make_incident(make_scheduled()))

    (only,) = read(empty).subcomponents
    assert (only.name, only["TZID"]) == ("VTIMEZONE", "UTC")
    assert only.subcomponents[0].name == "STANDARD"
    assert b"BEGIN:VTIMEZONE" not in full
