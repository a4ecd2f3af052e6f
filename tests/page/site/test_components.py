import pytest

from statusgen.config.component import Component
from statusgen.page.site.components import LONG_LIST
from tests.page.site.samples import NOW, make_incident, make_settings, read_page, render_site


def index_of(components, incidents=()):
    files = render_site(incidents, settings=make_settings(tuple(components)))
    return read_page(files["index.html"])


def parts(number, group=None):
    return [Component(f"c{n}", f"Part {n}", group) for n in range(number)]


def test_every_component_has_its_bars_and_its_number():
    page = index_of(parts(3))

    labels = [v.get("aria-label") for tag, v in page.elements if v.get("class") == "bars"]

    assert labels == [f"Part {n}: no trouble in the last 90 days" for n in range(3)]
    assert page.text.count("100% uptime") == 3


def test_a_group_that_works_is_one_closed_line_on_a_long_page():
    text = index_of([*parts(LONG_LIST, "Shop"), Component("api", "API", "Developers")]).text

    assert f"Shop {LONG_LIST} components operational Part 0" in text
    assert "Developers 1 component operational API" in text


def test_a_page_that_is_not_long_folds_nothing():
    assert "components operational" not in index_of(parts(LONG_LIST)).text


def test_the_rule_of_the_number_is_written_once():
    assert index_of(parts(5)).text.count("a partial outage with 30 percent of its time") == 1


def test_a_retired_component_is_neither_shown_nor_counted():
    retired = Component("old", "Fax", "Shop", retired=NOW.date())

    assert "Fax" not in index_of([*parts(1), retired]).text


@pytest.mark.parametrize("number", [1, 160])
def test_what_is_down_is_never_folded(number):
    page = index_of(parts(number), (make_incident(components={"c0": None}),))

    before_fold = page.text.split("components operational")[0]

    assert "Part 0 Major outage" in before_fold


def test_components_without_a_group_stand_below_the_groups():
    text = index_of([Component("api", "API"), *parts(2, "Shop")]).text

    assert text.index("Shop Part 0") < text.index("Other components API")


def test_each_component_has_its_own_feed_and_calendar_to_follow():
    page = index_of(parts(2))

    own = [link for link in page.links if link.startswith("components/")]
    assert own == [
        "components/c0.xml",
        "components/c0.ics",
        "components/c1.xml",
        "components/c1.ics",
    ]
    assert "Feeds and calendars of single components" in page.text
    names = [values.get("aria-label") for _, values in page.elements if values.get("href") in own]
    assert names == ["RSS: Part 0", "Calendar: Part 0", "RSS: Part 1", "Calendar: Part 1"]
