"""A component as the configuration knows it."""

from collections.abc import Iterable
from datetime import date

from statusgen.values.value import Value


class Component(Value, frozen=True):
    """A part of the service that customers know by name."""

    id: str
    name: str
    group: str | None = None
    description: str | None = None
    since: date | None = None
    retired: date | None = None

    def is_retired(self, today: date) -> bool:
        """Whether it is off the index on `today`, a day in the page's zone."""
        return self.retired is not None and self.retired <= today


def beginning(components: Iterable[Component], today: date) -> date:
    """The day of which a page is that has nothing to tell: the earliest `since`, else `today`."""
    return min((one.since for one in components if one.since), default=today)
