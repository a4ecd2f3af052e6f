from datetime import timedelta

from statusgen.page.site.turns import view_turns
from statusgen.page.site.views import TurnView
from tests.page.site.samples import NOW

AHEAD = [NOW + timedelta(hours=n) for n in (1, 2, 3, 4)]


def tell(number):
    return f"{number} open", "closed" if number == 0 else "notice"


def test_only_what_differs_from_what_was_before_is_a_turn():
    turns = view_turns(1, zip(AHEAD, (1, 2, 2, 0), strict=True), tell)

    assert turns == (
        TurnView("2026-11-21T04:12:00Z", "2 open", "notice"),
        TurnView("2026-11-21T06:12:00Z", "0 open", "closed"),
    )


def test_what_stays_has_no_turns():
    assert view_turns(1, zip(AHEAD, (1, 1, 1, 1), strict=True), tell) == ()
    assert view_turns(1, (), tell) == ()
