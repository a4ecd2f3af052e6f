"""What a body may cost, whatever is in it: time to render, and how much is written of it.

`body_limits` knows what makes the libraries slow and says what to do; this is for what it doesn't
know. Only bodies that are long or full of markup are tried.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from statusgen.content.entries.body_limits import MOST_MARKS, marks
from statusgen.values.notation import BadValue
from statusgen.words.process_limits import TimeIsUp, at_most

BUDGET_S = 2.0
"""Of processor time, so that a busy machine takes no body for a slow one."""
FREE_LENGTH = 64 * 1024
MOST_TIMES = 10
"""HTML and text may be this many times as long as the body, and `FREE_LENGTH` more."""
LONG = 16 * 1024
_REMEDY = "shorten it, or put what was pasted into a fenced code block"


class OverBudget(BadValue):
    """A body that costs more than any that was written for people."""


def may_cost(body: str) -> bool:
    """Whether a body is such that only rendering it tells what that costs."""
    return len(body) > LONG or marks(body) > MOST_MARKS


@contextmanager
def budget(seconds: float = BUDGET_S) -> Iterator[None]:
    """Raises `OverBudget` if what is done within takes more processor time than that."""
    try:
        with at_most(seconds):
            yield
    except TimeIsUp:
        what = f"the body takes more than {seconds:g} seconds to render"
        raise OverBudget(what, _REMEDY) from None


def refuse_too_much(body: str, *written: str) -> None:
    """Raises `OverBudget` if what was `written` of the body is much longer than it."""
    longest = max(map(len, written))
    if longest > FREE_LENGTH + MOST_TIMES * len(body):
        raise OverBudget(f"the body becomes {longest // len(body)} times as long", _REMEDY)
