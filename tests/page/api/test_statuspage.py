import json
from datetime import timedelta

import pytest

from statusgen.config.component import Component
from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.page.api.content import most_recent
from statusgen.page.api.encoding import LIMIT
from statusgen.page.api.statuspage import FOLDER, statuspage_files
from statusgen.page.artifacts import headers_for
from statusgen.values.value import replace
from tests.builders import instant, make_settings
from tests.page.api.stories import (
    NOW,
    SETTINGS,
    api_of,
    bodies_of,
    everything,
    make_content,
    make_maintenance,
    make_story,
)

EMPTY = {
    "incidents": "incidents",
    "incidents/unresolved": "incidents",
    "scheduled-maintenances": "scheduled_maintenances",
    "scheduled-maintenances/upcoming": "scheduled_maintenances",
    "scheduled-maintenances/active": "scheduled_maintenances",
}


def names(entries):
    return [one["shortlink"].rpartition("/")[2].removesuffix(".html") for one in entries]


def test_the_eight_files_are_where_clients_look_for_them():
    assert set(bodies_of()) == {*EMPTY, "summary", "status", "components"}


def test_every_file_is_served_as_json():
    content = make_content()
    keys = statuspage_files(content, SETTINGS, BodyRenderer(SETTINGS.page.url))

    assert all(key.startswith(FOLDER) for key in keys)
    assert {headers_for(key).content_type for key in keys} == {"application/json; charset=utf-8"}


def test_a_strict_client_reads_a_page_with_something_of_everything():
    api = api_of(*everything())

    assert names(api["incidents"]["incidents"]) == ["open", "watched", "over", "reviewed"]
    assert names(api["incidents/unresolved"]["incidents"]) == ["open", "watched"]
    assert names(api["scheduled-maintenances"]["scheduled_maintenances"]) == [
        "now",
        "dropped",
        "done",
        "ahead",
    ]
    assert names(api["scheduled-maintenances/upcoming"]["scheduled_maintenances"]) == ["ahead"]
    assert names(api["scheduled-maintenances/active"]["scheduled_maintenances"]) == ["now"]
    assert names(api["summary"]["incidents"]) == ["open", "watched"]
    assert names(api["summary"]["scheduled_maintenances"]) == ["now", "ahead"]


@pytest.mark.parametrize(("name", "key"), EMPTY.items())
def test_what_is_empty_is_an_empty_list(name, key):
    assert api_of()[name][key] == []


def test_the_page_says_who_it_is_and_when_anything_last_changed():
    page = api_of(*everything())["status"]["page"]

    assert page == {
        "id": page["id"],
        "name": "Acme Status",
        "url": "https://status.example.com",
        "time_zone": "Europe/Berlin",
        "updated_at": "2026-11-21T12:30:00.000+01:00",
    }


def test_all_files_agree_about_page_and_status():
    api = api_of(*everything())

    assert len({json.dumps(one["page"]) for one in api.values()}) == 1
    assert api["summary"]["status"] == api["status"]["status"]
    assert api["summary"]["components"] == api["components"]["components"]


def test_the_page_of_an_empty_repository_has_dates_too():
    page = api_of(settings=make_settings())["status"]["page"]

    assert page["updated_at"] == "2026-11-21T00:00:00.000Z"


def test_nothing_changes_between_boundaries():
    early, late = (bodies_of(*everything(), now=instant(at)) for at in ("11:30", "12:59"))

    assert early == late


def test_the_order_in_which_incidents_are_handed_in_does_not_matter():
    assert bodies_of(*everything()) == bodies_of(*everything()[::-1])


def test_of_three_thousand_incidents_the_fifty_most_recent_are_listed():
    first = instant("2020-01-01T00:00")
    stories = [
        make_story(
            f"i{n:04d}",
            ("resolved", (first + timedelta(hours=12 * n + 1)).isoformat()[:16], {}),
            at=(first + timedelta(hours=12 * n)).isoformat()[:16],
        )
        for n in range(3000)
    ]
    left_open = make_story("open", at="2019-01-01T00:00")
    content = make_content(left_open, *stories)
    content = replace(content, incidents=tuple(most_recent(content.incidents)))

    files = statuspage_files(content, SETTINGS, BodyRenderer(SETTINGS.page.url))

    listed = json.loads(files["api/v2/incidents.json"])["incidents"]
    unresolved = json.loads(files["api/v2/incidents/unresolved.json"])["incidents"]
    assert names(listed) == [f"i{n:04d}" for n in range(2999, 2949, -1)]
    assert names(unresolved) == ["open"]


def test_a_page_with_160_components_stays_within_what_clients_take():
    many = tuple(Component(f"c{n}", f"Component {n}", f"Group {n % 12}") for n in range(160))
    every = dict.fromkeys([one.id for one in many], "degraded_performance")
    stories = [
        make_story(f"i{n}", *[("update", f"03:{m:02d}", {}) for m in range(10)], components=every)
        for n in range(60)
    ]

    api = api_of(*stories, settings=make_settings(components=many))

    assert len(api["components"]["components"]) == 172
    assert len(api["summary"]["components"]) == 172
    for name in ("incidents", "incidents/unresolved", "summary"):
        kept = api[name]["incidents"]
        assert len(kept) >= 8
        assert all(one["incident_updates"] for one in kept)


def test_the_longest_bodies_stay_within_what_clients_take():
    bodies = bodies_of(*(make_story(f"i{n}", body="word " * 50_000) for n in range(12)))

    assert max(len(body) for body in bodies.values()) <= LIMIT
    assert len(json.loads(bodies["incidents"])["incidents"]) == 12


@pytest.mark.parametrize(
    "text",
    ["</script><script>alert(1)</script>", '"}],"x":[{"', "\\u003c \\", "\u202d\U0001f525\u202c"],
)
def test_hostile_text_stays_text(text):
    settings = make_settings(
        components=(Component("api", text, text, text),), page={"name": text, "timezone": "UTC"}
    )
    story = make_story("a", title=text, body=text.replace("<", "&lt;"), components=["api"])

    bodies = bodies_of(story, settings=settings)
    summary = api_of(story, settings=settings)["summary"]

    assert not any(b"<" in body for body in bodies.values())
    assert summary["page"]["name"] == text
    assert summary["incidents"][0]["name"] == text
    assert {row["name"] for row in summary["components"]} == {text}
    (update,) = summary["incidents"][0]["incident_updates"]
    assert update["affected_components"][0]["name"] == f"{text} - {text}"


def test_a_maintenance_of_years_ago_is_neither_ahead_nor_under_way():
    api = api_of(make_maintenance("a"), now=NOW + timedelta(days=900))

    assert api["scheduled-maintenances/upcoming"]["scheduled_maintenances"] == []
    assert api["scheduled-maintenances/active"]["scheduled_maintenances"] == []
    assert names(api["scheduled-maintenances"]["scheduled_maintenances"]) == ["a"]
