import pytest

from statusgen.config.component import Component
from statusgen.page.api.components import full_name
from statusgen.values.value import replace
from tests.builders import instant
from tests.page.api.stories import COMPONENTS, SETTINGS, api_of, make_maintenance, make_story


def rows_of(*incidents, components=COMPONENTS, **facts):
    settings = replace(SETTINGS, components=components)
    return api_of(*incidents, settings=settings, **facts)["components"]["components"]


def states(rows):
    return {row["name"]: row["status"] for row in rows}


def test_rows_are_flat_in_the_order_of_their_positions_within_their_parents():
    rows = rows_of()

    assert [(row["name"], row["position"]) for row in rows] == [
        ("Shop", 1),
        ("Checkout", 1),
        ("Docs", 1),
        ("Search", 2),
        ("API", 2),
        ("Help", 3),
    ]


def test_a_tree_can_be_rebuilt_from_the_rows():
    rows = rows_of()
    by_id = {row["id"]: row["name"] for row in rows}

    groups = {
        row["name"]: [by_id[one] for one in row["components"]] for row in rows if row["group"]
    }
    parents = {row["name"]: by_id.get(row["group_id"]) for row in rows if not row["group"]}

    assert groups == {"Shop": ["Checkout", "Search"], "Help": ["Docs"]}
    assert parents == {"Checkout": "Shop", "Search": "Shop", "API": None, "Docs": "Help"}


def test_a_row_says_what_the_configuration_says():
    checkout = next(row for row in rows_of() if row["name"] == "Checkout")

    assert checkout["description"] == "Cart and payment"
    assert checkout["start_date"] == "2024-01-01"
    assert checkout["created_at"] == "2024-01-01T00:00:00.000+01:00"
    assert checkout["showcase"] is True


def test_a_group_is_as_bad_as_its_worst_component_and_its_dates_stay():
    calm = rows_of(make_story("a", ("resolved", "03:00", {}), components=["search"]))
    bad = rows_of(make_story("a", components={"search": "partial_outage"}))

    assert states(bad)["Shop"] == "partial_outage"
    assert calm[0]["updated_at"] == bad[0]["updated_at"] == bad[0]["created_at"]


def test_a_retired_component_is_no_row():
    assert "Fax" not in states(rows_of())


@pytest.mark.parametrize(
    ("now", "state"),
    [("02:59", "operational"), ("03:00", "under_maintenance"), ("05:00", "operational")],
)
def test_a_window_moves_the_state_by_itself(now, state):
    rows = rows_of(make_maintenance("a", components=["api"]), now=instant(now))

    assert states(rows)["API"] == state


def test_a_page_without_components_has_an_empty_list():
    assert rows_of(components=()) == []


def test_very_many_components_lose_their_descriptions_before_the_file_gets_too_long():
    many = tuple(Component(f"c{n}", f"C{n}", description="<" * 900) for n in range(300))

    rows = rows_of(components=many)

    assert len(rows) == 300
    assert {row["description"] for row in rows} == {None}


def test_a_component_is_named_with_its_group():
    assert full_name("checkout", SETTINGS.components_by_id) == "Shop - Checkout"
    assert full_name("api", SETTINGS.components_by_id) == "API"
    assert full_name("gone", SETTINGS.components_by_id) == "gone"
