"""The one sentence about the whole page: the roll-up of its components' states."""

from collections.abc import Sequence

from statusgen.model.value import Value
from statusgen.model.vocabulary import ComponentState, Impact


class Overall(Value, frozen=True):
    """The page's overall state, in the words of the public API."""

    indicator: Impact
    description: str


def overall(states: Sequence[ComponentState]) -> Overall:  # noqa: PLR0911  a row a return
    """The roll-up of leaf components' states; rows of the table are tried from the top.

    The rule is the public status API's: one component alone is described as a whole of its own.
    """
    down, partial = ComponentState.MAJOR_OUTAGE, ComponentState.PARTIAL_OUTAGE
    degraded, maintenance = (
        ComponentState.DEGRADED_PERFORMANCE,
        ComponentState.UNDER_MAINTENANCE,
    )
    every = states[0] if states and len(set(states)) == 1 else None
    if not states or every is ComponentState.OPERATIONAL:
        return Overall(Impact.NONE, "All Systems Operational")
    if every is down:
        return Overall(Impact.CRITICAL, "Major System Outage")
    if down in states:
        return Overall(Impact.MAJOR, "Partial System Outage")
    if every is partial:
        return Overall(Impact.MAJOR, "Partial System Outage")
    if partial in states:
        return Overall(Impact.MINOR, "Minor Service Outage")
    if every is degraded and len(states) > 1:
        return Overall(Impact.MINOR, "Degraded System Service")
    if degraded in states:
        return Overall(Impact.MINOR, "Partially Degraded Service")
    assert maintenance in states  # noqa: S101  the only state left
    return Overall(Impact.MAINTENANCE, "Service Under Maintenance")
