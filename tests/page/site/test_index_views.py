from statusgen.page.site import index_views
from statusgen.values.value import Value


def test_views_of_the_index_are_frozen_so_that_a_template_can_change_nothing():
    found = [
        one
        for one in vars(index_views).values()
        if isinstance(one, type) and issubclass(one, Value)
    ]

    assert found
    assert all(one.__struct_config__.frozen for one in found)
