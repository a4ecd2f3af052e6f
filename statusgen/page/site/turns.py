"""What the clock alone will change, in words: the browser says it when a build comes late."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from statusgen.page.site.views import TurnView
from statusgen.words.times import machine_time

_Fact = TypeVar("_Fact")


def view_turns(
    now: _Fact, ahead: Iterable[tuple[datetime, _Fact]], tell: Callable[[_Fact], tuple[str, str]]
) -> tuple[TurnView, ...]:
    """The turns of a fact that is `now` so and from those instants on as said with them, in order.

    `tell` gives its label and tone. Instants at which it stays the same are left out.
    """
    found = []
    before = now
    for at, fact in ahead:
        if fact != before:
            found.append(TurnView(machine_time(at), *tell(fact)))
        before = fact
    return tuple(found)
