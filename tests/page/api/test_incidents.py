import pytest

from statusgen.content.step import effects
from statusgen.content.update import Postmortem
from statusgen.page.api.incidents import review
from statusgen.values.value import replace
from tests.builders import instant, make_settings
from tests.page.api.stories import NOW, api_of, make_maintenance, make_story

REVIEW = Postmortem("## What we learned\n\nMuch.", instant("2026-11-22T09:00"))


def incident_of(story, **facts):
    (entry,) = api_of(story, **facts)["incidents"]["incidents"]
    return entry


def maintenance_of(story, **facts):
    (entry,) = api_of(story, **facts)["scheduled-maintenances"]["scheduled_maintenances"]
    return entry


def affected(update):
    return {
        one["name"]: (one["old_status"], one["new_status"])
        for one in update["affected_components"] or []
    }


def test_an_incident_tells_when_it_moved_from_phase_to_phase():
    story = make_story(
        "a",
        ("identified", "02:20", {}),
        ("monitoring", "02:40", {}),
        ("identified", "02:50", {}),
        ("monitoring", "03:00", {}),
        ("resolved", "04:00", {}),
        started="01:50",
    )

    entry = incident_of(story)

    assert entry["status"] == "resolved"
    assert entry["started_at"] == "2026-11-21T02:50:00.000+01:00"
    assert entry["created_at"] == "2026-11-21T03:04:00.000+01:00"
    assert entry["monitoring_at"] == "2026-11-21T03:40:00.000+01:00"
    assert entry["resolved_at"] == entry["incident_updates"][0]["created_at"]
    assert entry["updated_at"] == entry["resolved_at"]


def test_what_has_not_happened_is_null():
    entry = incident_of(make_story("a"))

    assert (entry["monitoring_at"], entry["resolved_at"]) == (None, None)
    assert entry["reminder_intervals"] is None


def test_a_correction_moves_updated_at_and_nothing_else():
    before = api_of(make_story("a", ("resolved", "03:00", {})))
    after = api_of(make_story("a", ("resolved", "03:00", {"edited": "05:00"})))

    corrected = "2026-11-21T06:00:00.000+01:00"
    before["incidents"]["page"]["updated_at"] = corrected
    (entry,) = before["incidents"]["incidents"]
    entry["updated_at"] = entry["incident_updates"][0]["updated_at"] = corrected
    assert after["incidents"] == before["incidents"]


def test_ids_and_links_stay_when_the_text_is_edited():
    before, after = (
        incident_of(make_story("a", title=text, body=text, stem="01")) for text in ("One", "Two")
    )

    assert before["id"] == after["id"]
    assert before["shortlink"] == after["shortlink"]
    assert before["shortlink"] == "https://status.example.com/incidents/a.html"
    assert before["incident_updates"][0]["id"] == after["incident_updates"][0]["id"]


def test_updates_are_newest_first_and_those_that_say_more_keep_the_phase():
    story = make_story("a", ("identified", "02:20", {}), ("update", "02:30", {}))

    told = [
        (one["status"], one["display_at"][11:16]) for one in incident_of(story)["incident_updates"]
    ]

    assert told == [("identified", "03:30"), ("identified", "03:20"), ("investigating", "03:04")]


def test_a_body_is_plain_text_with_its_line_breaks():
    links = "- [Status](https://example.com/s)\n- 1 < 2 & `<b>`"
    body = f"**Carts** fail.\n\n{links}\n\n<script>x</script>"

    (update,) = incident_of(make_story("a", body=body))["incident_updates"]

    assert update["body"] == "Carts fail.\n\n- Status (https://example.com/s)\n- 1 < 2 & <b>"


def test_an_update_names_every_component_so_far_changed_or_not():
    story = make_story(
        "a",
        ("identified", "02:20", {"components": {"api": "degraded_performance"}}),
        ("resolved", "03:00", {}),
        components={"search": "major_outage", "fax": "operational"},
    )

    told = [affected(one) for one in reversed(incident_of(story)["incident_updates"])]

    assert told == [
        {"Shop - Search": ("operational", "major_outage"), "Fax": ("operational", "operational")},
        {
            "Shop - Search": ("major_outage", "major_outage"),
            "Fax": ("operational", "operational"),
            "API": ("operational", "degraded_performance"),
        },
        {
            "Shop - Search": ("major_outage", "operational"),
            "Fax": ("operational", "operational"),
            "API": ("degraded_performance", "operational"),
        },
    ]


def test_an_update_without_components_names_none():
    entry = incident_of(make_story("a"))

    assert entry["incident_updates"][0]["affected_components"] is None
    assert entry["components"] == []


def test_components_of_an_incident_are_as_they_are_now():
    over = make_story("a", ("resolved", "03:00", {}), components={"search": "major_outage"})
    api = api_of(over, make_story("b", at="04:00", components={"search": "partial_outage"}))

    entry = next(one for one in api["incidents"]["incidents"] if one["status"] == "resolved")

    assert entry["components"] == [
        row for row in api["components"]["components"] if row["name"] == "Search"
    ]
    assert entry["components"][0]["status"] == "partial_outage"


@pytest.mark.parametrize(
    ("facts", "is_mailed"),
    [({}, True), ({"notify": False}, False), ({"severity": "SEV4"}, False)],
)
def test_an_update_says_whether_letters_go_out(facts, is_mailed):
    (update,) = incident_of(make_story("a", **facts))["incident_updates"]

    assert update["deliver_notifications"] is is_mailed


@pytest.mark.parametrize(
    ("severity", "impact"),
    [("SEV1", "critical"), ("SEV2", "major"), ("SEV3", "minor"), ("SEV4", "none")],
)
def test_the_severity_decides_the_impact(severity, impact):
    assert incident_of(make_story("a", severity=severity))["impact"] == impact


def test_a_published_review_is_an_update_of_its_own():
    story = make_story("a", ("resolved", "03:00", {}), postmortem=REVIEW)

    entry = incident_of(story)

    newest = entry["incident_updates"][0]
    assert entry["status"] == newest["status"] == "postmortem"
    assert entry["updated_at"] == newest["created_at"] == "2026-11-22T10:00:00.000+01:00"
    assert newest["body"] == "What we learned\n\nMuch."
    assert entry["resolved_at"] == entry["incident_updates"][1]["created_at"]


def test_a_review_without_a_date_is_of_the_last_update():
    story = make_story("a", ("resolved", "03:00", {}), postmortem=Postmortem("Much."))

    first, second, _ = incident_of(story)["incident_updates"]

    assert (first["status"], second["status"]) == ("postmortem", "resolved")
    assert first["created_at"] == second["created_at"]


def test_a_draft_and_the_review_of_what_is_open_again_are_not_told():
    over = ("resolved", "03:00", {})
    draft = make_story("a", over, postmortem=Postmortem("Much.", draft=True))
    again = make_story("a", over, ("investigating", "04:00", {}), postmortem=REVIEW)

    assert review(draft, NOW) is None
    assert incident_of(draft)["status"] == "resolved"
    assert incident_of(again)["status"] == "investigating"


@pytest.mark.parametrize(
    ("now", "status", "resolved"),
    [
        ("02:59", "scheduled", None),
        ("03:00", "in_progress", None),
        ("05:00", "completed", "2026-11-21T06:00:00.000+01:00"),
    ],
)
def test_a_maintenance_follows_its_window(now, status, resolved):
    entry = maintenance_of(make_maintenance("a"), now=instant(now))

    assert (entry["status"], entry["resolved_at"]) == (status, resolved)
    assert entry["impact"] == "maintenance"
    assert entry["scheduled_for"] == "2026-11-21T04:00:00.000+01:00"
    assert entry["scheduled_until"] == "2026-11-21T06:00:00.000+01:00"
    assert entry["started_at"] == entry["created_at"] == "2026-11-20T13:00:00.000+01:00"
    assert [one["status"] for one in entry["incident_updates"]] == ["scheduled"]


def test_what_is_canceled_is_completed_in_words_the_clients_know():
    entry = maintenance_of(make_maintenance("a", ("canceled", "02:00", {})))

    assert entry["status"] == entry["incident_updates"][0]["status"] == "completed"
    assert entry["resolved_at"] == "2026-11-21T03:00:00.000+01:00"


def test_a_maintenance_that_is_verified_says_since_when():
    story = make_maintenance("a", ("in_progress", "03:00", {}), ("verifying", "04:00", {}))

    assert maintenance_of(story)["monitoring_at"] == "2026-11-21T05:00:00.000+01:00"


def test_a_maintenance_touches_its_components_while_it_is_in_progress_only():
    by_hand = make_maintenance("a", ("in_progress", "03:00", {}), ("completed", "04:00", {}))
    by_window = make_maintenance("b", ("completed", "04:30", {}))
    dropped = make_maintenance("c", ("canceled", "02:00", {}))

    told = [
        [(one.old, one.new) for one in effects(step, earlier)]
        for story in (by_hand, by_window, dropped)
        for step, earlier in zip(story.steps, (None, *story.steps), strict=False)
    ]

    planned, under_way = ("operational", "operational"), ("operational", "under_maintenance")
    done = ("under_maintenance", "operational")
    assert told == [[one] for one in (planned, under_way, done, planned, done, planned, planned)]


def test_a_review_of_a_maintenance_has_no_word_in_the_api():
    entry = maintenance_of(replace(make_maintenance("a"), postmortem=REVIEW))

    assert entry["status"] == "completed"


def test_offsets_follow_the_clocks_of_the_page():
    story = make_story("a", ("resolved", "2026-11-21T02:00", {}), at="2026-07-01T02:00")
    settings = make_settings(page={"timezone": "America/New_York"})

    entry = incident_of(story, settings=settings)

    assert entry["created_at"] == "2026-06-30T22:00:00.000-04:00"
    assert entry["resolved_at"] == "2026-11-20T21:00:00.000-05:00"
