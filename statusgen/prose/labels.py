"""What the closed words are called in front of readers."""

from statusgen.model.vocabulary import ComponentState, Impact, Phase

STATES = {
    ComponentState.OPERATIONAL: "Operational",
    ComponentState.UNDER_MAINTENANCE: "Under maintenance",
    ComponentState.DEGRADED_PERFORMANCE: "Degraded performance",
    ComponentState.PARTIAL_OUTAGE: "Partial outage",
    ComponentState.MAJOR_OUTAGE: "Major outage",
}

PHASES = {
    Phase.INVESTIGATING: "Investigating",
    Phase.IDENTIFIED: "Identified",
    Phase.MONITORING: "Monitoring",
    Phase.RESOLVED: "Resolved",
    Phase.SCHEDULED: "Scheduled",
    Phase.IN_PROGRESS: "In progress",
    Phase.VERIFYING: "Verifying",
    Phase.COMPLETED: "Completed",
    Phase.CANCELED: "Canceled",
}

UPDATE = "Update"
"""The label of an update that keeps the phase."""

IMPACTS = {
    Impact.CRITICAL: "High",
    Impact.MAJOR: "High",
    Impact.MINOR: "Medium",
    Impact.NONE: "Low",
    Impact.MAINTENANCE: "Planned",
}
"""How much customers feel it, in the words of the letters: High, Medium or Low."""
