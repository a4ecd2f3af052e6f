"""Which of the readers that a run could not reach are believed to be gone.

A relay that has lost its list of users says of everybody that there is no such mailbox. So what
it says of a reader counts at once only where it stands alone; else it is a strike, one of three
on different days, and where it is said of many no strike is the last.
"""

from collections.abc import Collection
from itertools import pairwise
from typing import Final

from statusgen.model.replies import Meaning
from statusgen.model.value import Value

_PERCENT: Final = 5
"""So many of the letters of a run, or of the readers within a day, may be said to be gone."""
_ALWAYS_IN_A_RUN: Final = 1
_ALWAYS_IN_A_DAY: Final = 3
_ALONE: Final = 100
"""No other is refused among so many letters before and after one that stands alone."""

OF_READERS: Final = frozenset({Meaning.NO_SUCH_MAILBOX, Meaning.MAILBOX_TROUBLE})
"""What says something of the reader, and nothing of the letter or of whoever sends."""


class Refusal(Value, frozen=True):
    """What a relay said of one reader."""

    subscriber_id: int
    meaning: Meaning
    place: int = 0
    """How many letters of the run were settled before."""


class Refusals(Value, frozen=True):
    """What a run was told of its readers, each of them once, in the order of telling."""

    each: tuple[Refusal, ...] = ()
    settled: int = 0
    """How many letters of the run were taken or refused."""
    is_wave: bool = False
    """Whether the run was stopped, because the relay is not to be believed."""


class Verdict(Value, frozen=True):
    """What follows for the readers of a run."""

    gone: frozenset[int]
    """Not written to again, by id."""
    struck: frozenset[int]
    """Each has a strike."""
    may_end: bool
    """Whether a strike that is the third ends the letters."""


def most_in_a_day(readers: int) -> int:
    """Return of how many readers it is believed within a day that they are gone."""
    return max(_ALWAYS_IN_A_DAY, readers * _PERCENT // 100)


def weigh(
    refusals: Refusals, struck_before: Collection[int], gone_today: int, readers: int
) -> Verdict:
    """Return what follows from refusals.

    `struck_before` are the ids of those who have a strike of another day: of them it is no news.
    They wait for their third one.
    """
    news = [one for one in refusals.each if one.subscriber_id not in struck_before]
    most = max(_ALWAYS_IN_A_RUN, refusals.settled * _PERCENT // 100)
    too_many = len(news) > most or gone_today + len(news) > most_in_a_day(readers)
    is_wave = refusals.is_wave or too_many
    alone = set() if is_wave else _places_alone(refusals)
    gone = frozenset(
        one.subscriber_id
        for one in news
        if one.meaning is Meaning.NO_SUCH_MAILBOX and one.place in alone
    )
    struck = frozenset(one.subscriber_id for one in refusals.each) - gone
    return Verdict(gone, struck, may_end=not is_wave)


def _places_alone(refusals: Refusals) -> set[int]:
    places = sorted(one.place for one in refusals.each)
    crowded = {place for pair in pairwise(places) if pair[1] - pair[0] <= _ALONE for place in pair}
    return set(places) - crowded
