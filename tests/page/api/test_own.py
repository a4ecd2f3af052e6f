import json

from statusgen.config.component import Component
from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.content.update import Postmortem
from statusgen.page.api.encoding import LIMIT
from statusgen.page.api.own import own_file
from statusgen.page.api.statuspage import statuspage_files
from tests.builders import instant, make_settings
from tests.page.api.stories import (
    NOW,
    SETTINGS,
    everything,
    make_content,
    make_maintenance,
    make_notice,
    make_story,
)

PROSE = BodyRenderer(SETTINGS.page.url)


def read(*incidents, now=NOW):
    return json.loads(own_file(make_content(*incidents, now=now), SETTINGS, PROSE))


def test_it_says_which_format_it_has_and_where_everything_is():
    document = read()

    assert document["format"] == 1
    assert document["page"]["url"] == "https://status.example.com"
    assert document["links"]["rss"] == "https://status.example.com/feed.xml"
    assert (document["incidents"], document["maintenances"], document["notices"]) == ([], [], [])
    assert document["next_update_due"] is None


def test_an_incident_tells_what_the_api_has_no_keys_for():
    story = make_story(
        "a",
        ("identified", "02:20", {"severity": "SEV2", "impact": "Carts fail.", "edited": "02:25"}),
        components={"search": "major_outage"},
        started="01:50",
        body="Hello",
        stem="01",
    )

    (told,) = read(story, now=instant("02:30"))["incidents"]

    assert told["severity"] == "SEV2"
    assert told["severity_label"] == "Major"
    assert (told["impact"], told["impact_text"], told["cause"]) == ("major", "Carts fail.", None)
    assert told["started_at"] == "2026-11-21T01:50:00Z"
    assert (told["ended_at"], told["duration_seconds"]) == (None, None)
    assert (told["next_update_due"], told["is_late"]) == ("2026-11-21T02:50:00Z", False)
    assert told["components"] == {"search": "major_outage"}
    newest, oldest = told["updates"]
    assert (newest["phase"], newest["is_new_phase"], newest["changes"]) == ("identified", True, [])
    assert newest["edited_at"] == "2026-11-21T02:25:00Z"
    assert oldest["severity"] == "SEV1"
    assert oldest["url"] == "https://status.example.com/incidents/a.html#update-01"
    assert oldest["html"] == "<p>Hello</p>"
    assert oldest["changes"] == [
        {"component": "search", "old": "operational", "new": "major_outage"}
    ]


def test_a_promise_is_late_once_its_instant_has_passed_and_nothing_else_moves():
    story = make_story("a")

    bodies = [
        own_file(make_content(story, now=instant(at)), SETTINGS, PROSE)
        for at in ("02:10", "02:19", "02:20", "11:00")
    ]

    assert bodies[0] == bodies[1]
    assert bodies[2] == bodies[3] == bodies[0].replace(b'"is_late":false', b'"is_late":true')


def test_what_is_over_promises_nothing():
    story = make_story(
        "a",
        ("resolved", "03:04", {"cause": "A certificate expired."}),
        components=["search"],
        postmortem=Postmortem("Much."),
    )

    (told,) = read(story)["incidents"]

    assert (told["is_open"], told["next_update_due"], told["is_late"]) == (False, None, False)
    assert (told["ended_at"], told["duration_seconds"]) == ("2026-11-21T03:04:00Z", 3600)
    assert (told["components"], told["affected"]) == ({}, ["search"])
    assert told["cause"] == "A certificate expired."
    assert told["postmortem"]["html"] == "<p>Much.</p>"


def test_a_maintenance_tells_its_window_and_that_it_was_moved_or_canceled():
    moved = ("scheduled", "2026-11-20T13:00", {"starts": "06:00", "ends": "07:00"})
    story = make_maintenance("a", moved, ("canceled", "05:30", {}))

    (told,) = read(story)["maintenances"]

    assert told["phase"] == "canceled"
    assert told["window"] == {
        "starts_at": "2026-11-21T06:00:00Z",
        "ends_at": "2026-11-21T07:00:00Z",
    }
    assert told["updates"][1]["moved_from"]["starts_at"] == "2026-11-21T03:00:00Z"
    assert told["duration_seconds"] is None


def test_a_notice_is_told_beside_the_others():
    document = read(make_notice("news", body="Hello"))

    (notice,) = document["notices"]
    assert (document["incidents"], document["maintenances"]) == ([], [])
    assert (notice["phase"], notice["is_open"], notice["impact"]) == ("notice", True, "none")
    assert (notice["severity"], notice["until"]) == (None, "2026-11-28T02:04:00Z")
    assert notice["updates"][0]["html"] == "<p>Hello</p>"


def test_both_apis_say_the_same_and_know_each_other_by_id():
    content = make_content(*everything())
    own = json.loads(own_file(content, SETTINGS, PROSE))
    files = statuspage_files(content, SETTINGS, PROSE)
    summary = json.loads(files["api/v2/summary.json"])
    listed = json.loads(files["api/v2/incidents.json"])["incidents"]

    assert own["status"] == summary["status"]
    assert {one["statuspage_id"]: one["status"] for one in own["components"]} == {
        one["id"]: one["status"] for one in summary["components"] if not one["group"]
    }
    assert [one["statuspage_id"] for one in own["incidents"]] == [one["id"] for one in listed]
    assert [[u["statuspage_id"] for u in one["updates"]] for one in own["incidents"]] == [
        [u["id"] for u in one["incident_updates"] if u["status"] != "postmortem"] for one in listed
    ]


def own_body(*incidents, settings=SETTINGS):
    body = own_file(make_content(*incidents, settings=settings), settings, PROSE)
    assert len(body) <= LIMIT
    return json.loads(body)


def test_a_long_story_keeps_its_newest_updates():
    later = [
        ("update", f"2026-11-21T{3 + n // 60:02}:{n % 60:02}", {"body": "word " * 400})
        for n in range(299)
    ]
    stories = [make_story(f"a{n:02}", *later) for n in range(12)]

    told = own_body(*stories)["incidents"]

    assert len(told) == 12
    for one in told:
        assert one["updates"][0]["at"] == "2026-11-21T07:58:00Z"
        assert 20 < len(one["updates"]) < 300


def test_a_text_that_is_too_long_is_told_as_the_beginning_of_its_words():
    huge = "Much & more <again>. " * 12_000
    stories = [make_story(f"a{n}", body=huge) for n in range(5)]
    review = Postmortem(huge, instant("04:00"))
    reviewed = make_story("b", ("resolved", "03:00", {"body": "Over."}), postmortem=review)

    told = own_body(*stories, reviewed)["incidents"]

    assert len(told) == 6
    by_id = {one["id"]: one for one in told}
    assert by_id["a0"]["updates"][0]["html"].startswith("<p>Much &amp; more")
    assert by_id["b"]["postmortem"]["html"].endswith("…</p>")
    assert by_id["b"]["updates"][0]["html"] == "<p>Over.</p>"


def test_descriptions_are_left_out_where_they_leave_no_room():
    many = tuple(Component(f"c{n}", f"C{n}", description="x" * 1000) for n in range(1000))
    settings = make_settings(components=many)

    told = own_body(make_story("a", components=["c0"]), settings=settings)

    assert {one["description"] for one in told["components"]} == {None}
    assert len(told["components"]) == 1000
    assert len(told["incidents"]) == 1
