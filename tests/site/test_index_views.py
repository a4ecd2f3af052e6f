import dataclasses

from statusgen.site import index_views


def test_views_of_the_index_are_frozen_so_that_a_template_can_change_nothing():
    found = [one for one in vars(index_views).values() if dataclasses.is_dataclass(one)]

    assert found
    assert all(one.__dataclass_params__.frozen for one in found)
