"""What the closed words are called in front of readers."""

from statusgen.values.vocabulary import ComponentState, Impact, Phase
from statusgen.words.language import marked

STATES = {
    ComponentState.OPERATIONAL: marked("Operational"),
    ComponentState.UNDER_MAINTENANCE: marked("Under maintenance"),
    ComponentState.DEGRADED_PERFORMANCE: marked("Degraded performance"),
    ComponentState.PARTIAL_OUTAGE: marked("Partial outage"),
    ComponentState.MAJOR_OUTAGE: marked("Major outage"),
}

PHASES = {
    Phase.INVESTIGATING: marked("Investigating"),
    # Translators: The cause of an incident is known.
    Phase.IDENTIFIED: marked("Identified"),
    # Translators: A fix is in place and is being watched.
    Phase.MONITORING: marked("Monitoring"),
    Phase.RESOLVED: marked("Resolved"),
    Phase.SCHEDULED: marked("Scheduled"),
    Phase.IN_PROGRESS: marked("In progress"),
    # Translators: The work of a maintenance is done and is being checked.
    Phase.VERIFYING: marked("Verifying"),
    Phase.COMPLETED: marked("Completed"),
    # Translators: Said of a maintenance that will not take place.
    Phase.CANCELED: marked("Canceled"),
    # Translators: An announcement that is no incident.
    Phase.NOTICE: marked("Notice"),
}

# Translators: A noun: one message about an incident.
UPDATE = marked("Update")
"""The label of an update that keeps the phase."""


def update_label(phase: Phase, *, is_new: bool) -> str:
    """What an update is called: its phase, or `Update` where the phase stays."""
    return PHASES[phase] if is_new else UPDATE


IMPACTS = {
    # Translators: An impact: how much customers feel an incident.
    Impact.CRITICAL: marked("High"),
    Impact.MAJOR: marked("High"),
    # Translators: An impact: how much customers feel an incident.
    Impact.MINOR: marked("Medium"),
    # Translators: An impact, and a severity: the least of them.
    Impact.NONE: marked("Low"),
    Impact.MAINTENANCE: marked("Planned"),
}
"""How much customers feel it, in the words of the letters: High, Medium or Low."""

OVERALL = (
    marked("All Systems Operational"),
    marked("Partially Degraded Service"),
    marked("Degraded System Service"),
    marked("Minor Service Outage"),
    marked("Partial System Outage"),
    marked("Major System Outage"),
    marked("Service Under Maintenance"),
)
"""What `page.overall` calls the page's state, named here for translators."""

SEVERITIES = (
    # Translators: A severity; the worst of four.
    marked("Critical"),
    # Translators: A severity; the second of four.
    marked("Major"),
    # Translators: A severity; the third of four.
    marked("Minor"),
    marked("Low"),
)
"""The labels of the default severities, named here for translators."""
