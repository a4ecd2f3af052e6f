"""What the public JSON is made of, and which incidents it tells."""

from collections.abc import Iterable
from datetime import datetime
from heapq import nlargest
from typing import TypeVar

from statusgen.content.incident import Incident
from statusgen.content.outline import Outline
from statusgen.page.page import Page
from statusgen.values.value import Value

RECENT = 50
"""How many incidents, and how many maintenances, are told."""

_Told = TypeVar("_Told", Incident, Outline)


class Content(Value, frozen=True):
    """The page, and of each kind at least those that `most_recent` picks of all."""

    page: Page
    incidents: tuple[Incident, ...]
    maintenances: tuple[Incident, ...]
    outlines: tuple[Outline, ...]
    """Of everything that the page tells."""
    notices: tuple[Incident, ...] = ()

    @property
    def now(self) -> datetime:
        """The instant that the page is of."""
        return self.page.now

    @property
    def planned(self) -> tuple[Incident, ...]:
        """Maintenances that are not over."""
        return (*self.page.under_way, *self.page.upcoming)

    @property
    def live(self) -> tuple[Incident, ...]:
        """All that is not over."""
        return (*self.page.open_incidents, *self.planned)


def most_recent(told: Iterable[_Told], count: int = RECENT) -> list[_Told]:
    """The newest `count` by their first update, newest first; outlines or incidents."""
    return nlargest(count, told, key=lambda one: (created_at(one), one.id))


def newest_first(told: Iterable[Incident]) -> list[Incident]:
    """Each of them once, by their first update."""
    return sorted(
        {one.id: one for one in told}.values(),
        key=lambda one: (created_at(one), one.id),
        reverse=True,
    )


def created_at(one: Incident | Outline) -> datetime:
    """When it was first told of."""
    return one.first.update.at if isinstance(one, Incident) else one.told[0].at
