"""Which of the readers that a run could not reach are believed to be gone.

A relay that has lost its list of users says of everybody that there is no such mailbox. So what
it says of a reader counts at once only where it is rare; else it is a strike, one of three on
different days, and where it is said of many no strike is the last.
"""

from collections.abc import Collection
from typing import Final

from statusgen.mail.delivery.replies import Meaning
from statusgen.values.value import Value

_PERCENT: Final = 5
"""So many of the letters of a run, or of the readers within a day, may be said to be gone."""
_FEW: Final = 2
"""Up to so many among `_NEAR` letters in a row are rare. A small run must have taken as many."""
_NEAR: Final = 100
_ALWAYS_IN_A_DAY: Final = 3

OF_READERS: Final = frozenset({Meaning.NO_SUCH_MAILBOX, Meaning.MAILBOX_TROUBLE})
"""What says something of the reader, and nothing of the letter or of whoever sends."""


class ReaderRefusal(Value, frozen=True):
    """What a relay said of one reader."""

    subscriber_id: int
    meaning: Meaning
    place: int = 0
    """How many letters of the run were settled before."""


class Refusals(Value, frozen=True):
    """What a run was told of its readers, each of them once, in the order of telling."""

    each: tuple[ReaderRefusal, ...] = ()
    settled: int = 0
    """How many letters of the run were taken or refused."""
    is_wave: bool = False
    """Whether the run was stopped, because the relay is not to be believed."""


class RunVerdict(Value, frozen=True):
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
) -> RunVerdict:
    """Return what follows from refusals.

    `struck_before` are the ids of those who have a strike of another day: of them it is no news.
    They wait for their third one. Where most letters of a run are refused, news or not, no more
    readers are believed to be gone than may be within a day: a relay may be broken for days.
    """
    news = [one for one in refusals.each if one.subscriber_id not in struck_before]
    few = min(_FEW, max(refusals.settled // 2, 1))
    most = max(few, refusals.settled * _PERCENT // 100)
    in_a_day = most_in_a_day(readers) - gone_today
    is_for_most = len(refusals.each) > refusals.settled // 2 and len(refusals.each) > in_a_day
    is_wave = refusals.is_wave or is_for_most or len(news) > min(most, in_a_day)
    rare = set() if is_wave else _rare_places(refusals)
    gone = frozenset(
        one.subscriber_id
        for one in news
        if one.meaning is Meaning.NO_SUCH_MAILBOX and one.place in rare
    )
    struck = frozenset(one.subscriber_id for one in refusals.each) - gone
    return RunVerdict(gone, struck, may_end=not is_wave)


def _rare_places(refusals: Refusals) -> set[int]:
    places = sorted(one.place for one in refusals.each)
    crowds = zip(places, places[_FEW:], strict=False)
    crowded = {
        place
        for start, (first, last) in enumerate(crowds)
        if last - first < _NEAR
        for place in places[start : start + _FEW + 1]
    }
    return set(places) - crowded
