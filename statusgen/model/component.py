"""A component as the configuration knows it."""

from datetime import date

from statusgen.model.value import Value


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
