from datetime import date

from statusgen.model.component import Component


def test_a_component_is_retired_from_its_day_on():
    component = Component("checkout", "Checkout", retired=date(2026, 5, 1))

    assert not component.is_retired(date(2026, 4, 30))
    assert component.is_retired(date(2026, 5, 1))
    assert not Component("search", "Search").is_retired(date(2026, 5, 1))
