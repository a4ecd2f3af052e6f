from datetime import timedelta

from statusgen.config.component import Component
from statusgen.content.incident import fold
from statusgen.page.site.overview import IN_FULL
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
)
from tests.page.site.samples import render_site as render


def text_of(incidents, **values):
    return read_page(render(incidents, **values)["index.html"]).text


def test_a_calm_day_says_so_and_folds_quiet_days_into_one_line():
    text = text_of(())

    assert "All Systems Operational" in text
    assert "No open incidents." in text
    assert "7 November 2026 to 21 November 2026: no incidents" in text


def lasting(starts, ends, **values):
    """From so many days ago to so many days ago."""
    first = make_incident(at=NOW - timedelta(days=starts), severity="SEV2", **values)
    end = make_update("02", at=NOW - timedelta(days=ends), phase=Phase.RESOLVED)
    return fold([first.first.update, end], SEVERITIES)


def test_no_day_that_had_an_incident_is_called_quiet():
    text = text_of((lasting(11, 8),))

    assert "14 November 2026 to 21 November 2026: no incidents" in text
    assert "7 November 2026 to 9 November 2026: no incidents" in text
    days = [f"{day} November 2026 Errors on checkout" for day in (13, 12, 11, 10)]
    assert [text.count(one) for one in days] == [1, 1, 1, 1]


def test_a_day_says_since_when_what_began_earlier_goes_on():
    text = text_of((lasting(11, 10),))

    since = "since 10 November 2026, 03:12 CET (02:12 UTC)"
    assert f"11 November 2026 Errors on checkout Major Resolved {since} 1 day" in text
    assert "10 November 2026 Errors on checkout Major Resolved 03:12 CET (02:12 UTC) 1 day" in text


def test_the_same_holds_in_german():
    text = text_of((lasting(11, 8),), settings=make_settings(language="de"))

    assert "14. November 2026 bis 21. November 2026: keine Störungen" in text
    assert "seit 10. November 2026, 03:12" in text


def test_an_open_incident_is_listed_up_to_today():
    text = text_of((make_incident(at=NOW - timedelta(days=2)),))

    assert "21 November 2026 Errors on checkout" in text
    assert "20 November 2026 Errors on checkout" in text


def test_an_open_incident_stands_with_its_latest_words_and_its_promise():
    text = text_of((make_incident(),))

    assert "Partial System Outage" in text
    assert "1 open incident." in text
    assert "We are looking into it." in text
    assert "Next update by 03:19 CET (02:19 UTC)" in text


def test_a_hundred_percent_with_slow_days_says_that_nothing_was_down():
    slow = make_incident(
        at=NOW - timedelta(days=3), severity="SEV3", components={"api": None}
    ).first.update
    over = make_update("02", at=NOW - timedelta(days=3, hours=-1), phase=Phase.RESOLVED)
    story = fold([slow, over], SEVERITIES)

    english = text_of((story,))
    german = text_of((story,), settings=make_settings(language="de"))

    assert "100% uptime Today no downtime, degraded on 1 day" in english
    assert "keine Ausfälle, an 1 Tag beeinträchtigt" in german


def test_a_group_shows_its_worst_state_and_retired_components_are_gone():
    text = text_of((make_incident(),))

    assert "Shop Major outage Checkout Major outage Cart and payment" in text
    assert "Search Operational" in text
    assert "Fax" not in text


def test_maintenance_under_way_and_ahead_have_their_own_sections():
    begun = make_maintenance(
        NOW - timedelta(hours=1), NOW + timedelta(hours=1), phase=Phase.IN_PROGRESS
    )
    ahead = make_maintenance(
        NOW + timedelta(days=1), NOW + timedelta(days=1, hours=2), incident_id="later"
    )

    text = text_of((begun, ahead))

    assert text.index("Maintenance under way") < text.index("Scheduled maintenance")
    assert "No open incidents, 1 maintenance under way." in text


def test_the_headline_is_followed_by_what_since_when_and_when_more_comes():
    text = text_of((make_incident(),))

    told = ("Errors on checkout", "Since 21 November 2026, 03:04 CET", "Next update by", "We are")
    places = [text.index(one, text.index("1 open incident.")) for one in told]

    assert places == sorted(places)


def test_of_many_open_incidents_the_worst_are_told_in_full_and_the_others_in_brief():
    many = [
        make_incident(incident_id=f"i{n}", title=f"Trouble {n}", body=f"Words {n}.")
        for n in range(IN_FULL + 2)
    ]

    text = text_of(many)

    assert sum(f"Words {n}." in text for n in range(len(many))) == IN_FULL
    assert all(f"Trouble {n}" in text for n in range(len(many)))


def test_a_long_list_shows_what_is_wrong_and_folds_the_rest_away():
    many = tuple(Component(f"c{n}", f"Part {n}") for n in range(30))

    text = text_of((make_incident(components={"c7": None}),), settings=make_settings(many))

    fold = text.index("29 components operational")
    assert text.index("Part 7 Major outage") < fold < text.index("Part 0 Operational")


def test_a_notice_stands_below_what_is_wrong_with_its_end_and_without_a_severity():
    text = text_of((make_incident(), make_notice()))

    assert text.index("Errors on checkout") < text.index("Notices New address for webhooks Notice")
    assert "Notice Until 27 November 2026, 03:12 CET (02:12 UTC)" in text
    assert "1 open incident." in text


def test_a_notice_is_gone_from_the_top_once_it_has_ended():
    text = text_of((make_notice(),), now=NOW + timedelta(days=7))

    assert "Until" not in text
    assert "New address for webhooks" in text


def test_a_notice_is_about_components_and_says_no_state_of_them():
    files = render((make_notice(components={"api": None}),))

    assert "About API" in read_page(files["index.html"]).text
    story = read_page(files["incidents/new-address.html"]).text
    assert "Components API" in story
    assert "Operational" not in story


def test_a_window_ahead_leaves_its_marks_only_where_something_will_change():
    ahead = make_maintenance(NOW + timedelta(hours=1), NOW + timedelta(hours=2))
    elements = read_page(render((ahead,))["index.html"]).elements

    marked = [(tag, one.get("class")) for tag, one in elements if one.get("data-then")]

    assert marked == [
        ("h1", None),
        ("p", None),
        ("span", "state"),
        ("span", "state"),
        ("span", "phase"),
    ]
    calm = render((make_incident(severity="SEV4"),))["index.html"]
    assert b"data-tone" not in calm
    assert b"data-then" not in calm
