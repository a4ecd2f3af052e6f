"""The closed words of a status page: component states, phases, impacts.

Their spelling is the spelling of the public API and of the entries.
"""

from enum import StrEnum


class ComponentState(StrEnum):
    """How a component is, from best to worst; maintenance ranks between working and degraded."""

    OPERATIONAL = "operational"
    UNDER_MAINTENANCE = "under_maintenance"
    DEGRADED_PERFORMANCE = "degraded_performance"
    PARTIAL_OUTAGE = "partial_outage"
    MAJOR_OUTAGE = "major_outage"

    @property
    def rank(self) -> int:
        """0 for operational, growing with how bad it is."""
        return _STATE_RANK[self]


_STATE_RANK = {state: rank for rank, state in enumerate(ComponentState)}


class Phase(StrEnum):
    """Where an incident, a maintenance or a notice stands."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"

    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    VERIFYING = "verifying"
    COMPLETED = "completed"
    CANCELED = "canceled"

    NOTICE = "notice"

    @property
    def is_under_way(self) -> bool:
        """True for the phases in which a maintenance does something to its components."""
        return self in (Phase.IN_PROGRESS, Phase.VERIFYING)

    @property
    def is_closing(self) -> bool:
        """True for the phases that end an incident or a maintenance."""
        return self in CLOSING_PHASES


INCIDENT_PHASES = (Phase.INVESTIGATING, Phase.IDENTIFIED, Phase.MONITORING, Phase.RESOLVED)
MAINTENANCE_PHASES = (
    Phase.SCHEDULED,
    Phase.IN_PROGRESS,
    Phase.VERIFYING,
    Phase.COMPLETED,
    Phase.CANCELED,
)
NOTICE_PHASES = (Phase.NOTICE,)
CLOSING_PHASES = frozenset({Phase.RESOLVED, Phase.COMPLETED, Phase.CANCELED})

SAME_PHASE = "update"
"""The `status` of an update that says something new without changing the phase."""


class Impact(StrEnum):
    """What the public API calls the weight of an incident."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"
    MAINTENANCE = "maintenance"


class PostmortemRule(StrEnum):
    """Whether a severity owes its readers a postmortem."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NONE = "none"


class InDoubt(StrEnum):
    """What becomes of letters whose fate is unknown: `mail.in_doubt`."""

    RESEND = "resend"
    HOLD = "hold"
