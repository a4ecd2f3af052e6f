from datetime import timedelta
from xml.etree import ElementTree as ET

from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.page.feeds.statuspage_history import history_items
from tests.builders import (
    instant,
    make_first,
    make_incident,
    make_scheduled,
    make_settings,
    make_update,
)


def items_of(*incidents, **page):
    settings = make_settings(page=page)
    return history_items(incidents, settings, BodyRenderer(settings.page.url))


def test_an_incident_is_one_item_with_its_updates_newest_first():
    (item,) = items_of(
        make_incident(
            make_first(body="We look."),
            make_update("update", at="02:30", body="We know more."),
            make_update("resolved", at="04:00", body="It is over."),
        )
    )

    assert item.title == "Increased error rates on checkout"
    assert item.html.split("\n") == [
        paragraph("04:00", "Resolved", "It is over."),
        paragraph("02:30", "Update", "We know more."),
        paragraph("02:04", "Investigating", "We look."),
    ]


def paragraph(time, label, words):
    return (
        "<p><small>Nov <var data-var='date'>21</var>, "
        f"<var data-var='time'>{time}</var> UTC</small><br>"
        f"<strong>{label}</strong> - {words}</p>"
    )


def test_a_body_that_is_no_paragraph_follows_its_label():
    (item,) = items_of(make_incident(make_first(body="* one\n* two")))

    assert "<strong>Investigating</strong> - </p>\n<ul>" in item.html
    assert balanced(item.html)


def test_a_text_from_right_to_left_stands_below_its_label_on_its_own_side():
    hebrew = "\u05ea\u05e9\u05dc\u05d5\u05de\u05d9\u05dd"

    (item,) = items_of(make_incident(make_first(body=f"{hebrew}\n\nOver.")))

    told = f'- </p>\n<p dir="rtl">{hebrew}</p>\n<p>Over.</p>'
    assert told in item.html
    assert balanced(item.html)


def balanced(html):
    return ET.fromstring(f"<div>{html.replace('<br>', '<br/>')}</div>") is not None


def test_a_maintenance_begins_with_its_window():
    (item,) = items_of(make_incident(make_scheduled()))

    assert item.html.startswith(
        "<p><strong>THIS IS A SCHEDULED EVENT Nov <var data-var='date'>21</var>, "
        "<var data-var='time'>03:00</var> - <var data-var='time'>05:00</var> UTC</strong></p>\n"
    )


def test_a_window_over_midnight_names_both_days_in_the_page_s_zone():
    maintenance = make_incident(make_scheduled(starts="2026-12-05T20:00", ends="2026-12-06T02:00"))

    (item,) = items_of(maintenance, timezone="Europe/Berlin")

    assert item.html.startswith(
        "<p><strong>THIS IS A SCHEDULED EVENT Dec <var data-var='date'> 5</var>, "
        "<var data-var='time'>21:00</var> - Dec <var data-var='date'> 6</var>, "
        "<var data-var='time'>03:00</var> CET</strong></p>"
    )


def test_an_item_is_dated_by_its_newest_update_and_a_plan_not_by_its_future():
    incident = make_incident(make_first(edited="05:00"), make_update("resolved", at="04:00"))

    planned, told = items_of(make_incident(make_scheduled(at="2026-11-22T10:00")), incident)

    assert (told.published, told.updated) == (instant("04:00"), instant("05:00"))
    assert planned.published == instant("2026-11-22T10:00")


def test_ids_come_from_the_incident_and_survive_every_edit():
    (before,) = items_of(make_incident(make_first()))
    (after,) = items_of(
        make_incident(make_first(title="Other", body="Other"), make_update("resolved", at="04:00"))
    )

    assert (
        before.id == after.id == ("tag:status.example.com,2005:Incident/2026-11-21-checkout-errors")
    )
    assert before.url == "https://status.example.com/incidents/2026-11-21-checkout-errors.html"


def test_the_twenty_five_told_of_last_are_told_newest_first():
    incidents = [
        make_incident(make_first(incident_id=f"i-{number:02}", at=f"03:{number:02}"))
        for number in range(30)
    ]

    items = items_of(*incidents)

    assert [item.published for item in items] == [
        instant("03:29") - timedelta(minutes=back) for back in range(25)
    ]
