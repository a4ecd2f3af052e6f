import pickle

import pytest

from statusgen.values.value import Value, asdict, replace


class Point(Value, frozen=True):
    """Two numbers."""

    x: int
    y: int = 0


def test_values_are_compared_by_what_they_hold_and_can_be_keys():
    assert Point(1, 2) == Point(1, 2) != Point(2, 1)
    assert {Point(1), Point(1)} == {Point(1, 0)}


def test_a_value_does_not_change():
    with pytest.raises(AttributeError):
        Point(1).x = 2


def test_a_value_is_replaced_by_another():
    assert replace(Point(1, 2), y=3) == Point(1, 3)
    assert asdict(Point(1, 2)) == {"x": 1, "y": 2}


def test_a_value_can_be_sent_to_another_process():
    assert pickle.loads(pickle.dumps(Point(1, 2))) == Point(1, 2)
