import re
from datetime import timedelta

import pytest

from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.page.feeds.items import ItemMaker, last_change, tag
from tests.builders import (
    instant,
    make_first,
    make_incident,
    make_scheduled,
    make_settings,
    make_update,
)
from tests.fakes.language import LOUD

PROSE = BodyRenderer("https://status.example.com")


def items_of(*incidents, limit=100, **page):
    return ItemMaker(make_settings(page=page), PROSE).newest(incidents, limit)


def test_there_is_one_item_an_update_newest_first_across_incidents():
    checkout = make_incident(make_first(at="02:04"), make_update("resolved", at="04:00"))
    login = make_incident(make_first(at="03:00", incident_id="2026-11-21-login", title="Login"))

    items = items_of(login, checkout)

    assert [item.title for item in items] == [
        "Resolved: Increased error rates on checkout",
        "Investigating: Login",
        "Investigating: Increased error rates on checkout",
    ]


def test_updates_at_one_instant_have_one_order_whatever_the_order_of_incidents():
    one = make_incident(make_first(incident_id="a"))
    other = make_incident(make_first(incident_id="b"))

    assert items_of(one, other) == items_of(other, one)


def test_only_the_newest_updates_are_told():
    updates = [make_update("update", at=f"03:{n:02}") for n in range(20)]

    items = items_of(make_incident(make_first(), *updates), limit=5)

    assert [item.published for item in items] == [
        instant(f"03:{minute}") for minute in (19, 18, 17, 16, 15)
    ]


def test_an_update_that_keeps_the_phase_is_called_update():
    incident = make_incident(
        make_first(), make_update("update", at="02:10"), make_update("investigating", at="02:20")
    )

    titles = [item.title.partition(":")[0] for item in items_of(incident)]

    assert titles == ["Update", "Update", "Investigating"]


@pytest.mark.parametrize(
    "edit",
    [{"title": "Other"}, {"body": "Other"}, {"at": "01:00"}, {"edited": "05:00"}],
    ids=str,
)
def test_an_edit_does_not_change_the_id(edit):
    before = items_of(make_incident(make_first(stem="01-investigating")))
    after = items_of(make_incident(make_first(**{"stem": "01-investigating"} | edit)))

    assert before[0].id == after[0].id
    assert before[0].id == (
        "tag:status.example.com,2005:2026-11-21-checkout-errors/01-investigating"
    )


def test_a_correction_moves_only_the_date_of_the_change():
    (item,) = items_of(make_incident(make_first(at="02:04", edited="02:30")))

    assert (item.published, item.updated) == (instant("02:04"), instant("02:30"))


def test_nothing_is_changed_before_it_is_published():
    (item,) = items_of(make_incident(make_first(at="02:04", edited="01:00")))

    assert item.updated == item.published


def test_the_link_leads_to_the_update_on_the_page_of_its_incident():
    (item,) = items_of(make_incident(make_first(stem="01")), url="https://example.com/status")

    assert item.url == (
        "https://example.com/status/incidents/2026-11-21-checkout-errors.html#update-01"
    )


def test_the_text_ends_with_components_and_their_states():
    incident = make_incident(
        make_first(body="**Fails**", components={"checkout": None, "api": "partial_outage"})
    )

    (item,) = items_of(incident)

    assert item.html.startswith("<p><strong>Fails</strong></p>\n")
    assert item.html.endswith("\n<p>Components: Checkout (Major outage), API (Partial outage)</p>")


def lines_of(*updates, **page):
    """The lines below the text of each update, newest first."""
    items = items_of(make_incident(*updates), **page)
    return [re.findall(r"<p>(.*?)</p>", item.html)[1:] for item in items]


def test_an_item_says_when_more_comes_how_bad_it_is_and_why():
    first = make_first(severity="SEV2", impact="One in three <fails>.", cause="A & B.")

    assert lines_of(first) == [
        [
            "Next update by 21 November 2026, 02:34 UTC.",
            "Severity: Major",
            "Impact: High. One in three &lt;fails&gt;.",
            "What happened: A &amp; B.",
        ]
    ]


def test_an_item_says_what_its_update_said_whatever_came_later():
    updates = [
        make_first(impact="One in three fails."),
        make_update("identified", at="02:10", severity="SEV3", cause="A bug."),
        make_update("update", at="02:20", promises_none=True),
        make_update("resolved", at="03:00", impact="One in three failed."),
        make_update("investigating", at="04:00"),
    ]

    assert lines_of(*updates)[::-1] == [
        [
            "Next update by 21 November 2026, 02:19 UTC.",
            "Severity: Critical",
            "Impact: High. One in three fails.",
        ],
        [
            "Next update by 21 November 2026, 06:10 UTC.",
            "Severity: Minor",
            "Impact: Medium. One in three fails.",
            "What happened: A bug.",
        ],
        ["Severity: Minor", "Impact: Medium. One in three fails.", "What happened: A bug."],
        ["Severity: Minor", "Impact: Medium. One in three failed.", "What happened: A bug."],
        [
            "Next update by 21 November 2026, 08:00 UTC.",
            "Severity: Minor",
            "Impact: Medium. One in three failed.",
        ],
    ]


def test_an_end_promises_nothing_whatever_it_says():
    end = make_update("resolved", at="03:00", next_in=timedelta(hours=1))

    assert not any("Next update" in line for line in lines_of(make_first(), end)[0])


def test_work_has_an_impact_in_its_author_s_words_and_no_severity():
    planned = make_scheduled(impact="Orders wait.", next_at="2026-11-21T02:00")

    assert lines_of(planned, make_update("canceled", at="2026-11-20T13:00"))[::-1] == [
        [
            "Next update by 21 November 2026, 02:00 UTC.",
            "Impact: Orders wait.",
            "Planned: 21 November 2026, 03:00 UTC to 21 November 2026, 05:00 UTC",
            "Components: Checkout",
        ],
        [
            "Impact: Orders wait.",
            "Was planned: 21 November 2026, 03:00 UTC to 21 November 2026, 05:00 UTC",
            "Components: Checkout",
        ],
    ]


HEBREW = "\u05ea\u05e9\u05dc\u05d5\u05de\u05d9\u05dd"


def test_text_from_right_to_left_says_so():
    body = f"Payments fail.\n\n{HEBREW}\n\n- {HEBREW}"

    (item,) = items_of(make_incident(make_first(body=body, impact=f"{HEBREW}.")))

    assert f'<p dir="rtl">{HEBREW}</p>' in item.html
    assert '<ul dir="rtl">' in item.html
    assert f'<li dir="rtl">{HEBREW}</li>' in item.html
    assert "<p>Payments fail.</p>" in item.html
    assert f"<p>Impact: High. <bdi>{HEBREW}.</bdi></p>" in item.html


def test_a_maintenance_tells_its_window_in_both_zones_and_no_states():
    (item,) = items_of(make_incident(make_scheduled(body="Work.")), timezone="Europe/Berlin")

    assert item.html == (
        "<p>Work.</p>\n<p>Planned: 21 November 2026, 04:00 CET (03:00 UTC) to "
        "21 November 2026, 06:00 CET (05:00 UTC)</p>\n<p>Components: Checkout</p>"
    )


def test_the_last_change_is_the_newest_correction():
    items = items_of(make_incident(make_first(edited="09:00"), make_update("resolved", at="04:00")))

    assert last_change(items) == instant("09:00")
    assert last_change(()) is None


def test_words_of_the_interface_are_in_the_page_s_language_and_texts_as_they_were_written():
    maker = ItemMaker(make_settings(), PROSE, LOUD)

    planned, told = maker.newest(
        [make_incident(make_scheduled(at="12:00")), make_incident(make_first(components=["api"]))]
    )

    assert told.title == "INVESTIGATING: Increased error rates on checkout"
    assert told.html.endswith("<p>COMPONENTS: API (MAJOR OUTAGE)</p>")
    assert "<p>PLANNED: 21 November 2026, 03:00 UTC TO 21 November" in planned.html


def test_each_item_is_made_once():
    maker = ItemMaker(make_settings(), PROSE)
    incident = make_incident()

    assert maker.newest([incident])[0] is maker.newest([incident], limit=1)[0]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://status.example.com", "tag:status.example.com,2005:incident/01"),
        ("https://example.com/status", "tag:example.com,2005:/status:incident/01"),
        ("https://example.com/eu/status", "tag:example.com,2005:/eu/status:incident/01"),
    ],
)
def test_pages_of_one_host_share_no_ids(url, name):
    settings = make_settings(page={"url": url})

    assert tag(settings, "incident/01") == name
