"""`due`: when each open incident owes its next update, and how late it is."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from statusgen.content.archive import Archive
from statusgen.content.incident import Incident
from statusgen.values.value import Value


class Due(Value, frozen=True):
    """An open incident and its promise."""

    incident: Incident
    at: datetime | None
    """When the next update is due; None when none is promised."""
    late_by: timedelta
    """Zero when it is not late."""

    @property
    def is_late(self) -> bool:
        """Whether the promise is broken."""
        return self.late_by > timedelta(0)


def open_incidents(archive: Archive, now: datetime) -> tuple[Incident, ...]:
    """Every incident and maintenance that is not over at `now`, sorted by id."""
    return tuple(archive.incident(one.id) for one in archive.outlines if not one.is_settled(now))


def due(incidents: Iterable[Incident], now: datetime) -> tuple[Due, ...]:
    """What is owed, the most urgent first; notices and upcoming maintenances owe nothing."""
    rows = [
        Due(one, one.last.next_due, one.lateness(now))
        for one in incidents
        if one.is_open(now) and (one.severity is not None or one.last.next_due is not None)
    ]
    far = datetime.max.replace(tzinfo=now.tzinfo)
    return tuple(sorted(rows, key=lambda row: (row.at or far, row.incident.id)))
