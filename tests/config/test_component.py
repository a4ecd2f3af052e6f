from datetime import date

from statusgen.config.component import Component, beginning


def test_a_component_is_retired_from_its_day_on():
    component = Component("checkout", "Checkout", retired=date(2026, 5, 1))

    assert not component.is_retired(date(2026, 4, 30))
    assert component.is_retired(date(2026, 5, 1))
    assert not Component("search", "Search").is_retired(date(2026, 5, 1))


def test_a_page_is_as_old_as_the_earliest_since_or_of_today():
    today, early, late = date(2026, 11, 21), date(2023, 1, 1), date(2024, 1, 1)
    components = [Component("a", "A"), Component("b", "B", since=late)]

    assert beginning(components, today) == late
    assert beginning([*components, Component("c", "C", since=early)], today) == early
    assert beginning(components[:1], today) == beginning([], today) == today
