from datetime import timedelta

from statusgen.model.component import Component
from statusgen.model.vocabulary import Phase
from tests.site.samples import NOW, make_incident, make_maintenance, make_settings, read_page
from tests.site.samples import render_site as render


def text_of(incidents, **values):
    return read_page(render(incidents, **values)["index.html"]).text


def test_a_calm_day_says_so_and_folds_quiet_days_into_one_line():
    text = text_of(())

    assert "All Systems Operational" in text
    assert "No open incidents." in text
    assert "7 November 2026 to 21 November 2026: no incidents" in text


def test_an_open_incident_stands_with_its_latest_words_and_its_promise():
    text = text_of((make_incident(),))

    assert "Partial System Outage" in text
    assert "1 open incident." in text
    assert "We are looking into it." in text
    assert "Next update by 03:19 CET (02:19 UTC)" in text


def test_a_group_shows_its_worst_state_and_retired_components_are_gone():
    text = text_of((make_incident(),))

    assert "Shop Major outage Checkout Cart and payment Major outage Search Operational" in text
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


def test_a_long_list_shows_what_is_wrong_and_folds_the_rest_away():
    many = tuple(Component(f"c{n}", f"Part {n}") for n in range(30))

    text = text_of((make_incident(components={"c7": None}),), settings=make_settings(many))

    assert "Part 7 Major outage 29 components operational Part 0" in text
