"""The one sentence about the whole page: its components' states, raised by open incidents."""

from collections.abc import Iterable, Sequence

from statusgen.values.value import Value
from statusgen.values.vocabulary import ComponentState, Impact


class Overall(Value, frozen=True):
    """The page's overall state, in the words of the public API."""

    indicator: Impact
    description: str


_FROM_BEST = (
    "All Systems Operational",
    "Service Under Maintenance",
    "Partially Degraded Service",
    "Degraded System Service",
    "Minor Service Outage",
    "Partial System Outage",
    "Major System Outage",
)

_RAISED = {
    ComponentState.DEGRADED_PERFORMANCE: Overall(Impact.MINOR, "Partially Degraded Service"),
    ComponentState.PARTIAL_OUTAGE: Overall(Impact.MINOR, "Minor Service Outage"),
    ComponentState.MAJOR_OUTAGE: Overall(Impact.MAJOR, "Partial System Outage"),
}
"""What an open incident of such a weight makes of the page, whatever its components say."""


def overall(states: Sequence[ComponentState], weights: Iterable[ComponentState] = ()) -> Overall:
    """The worst of what leaf components in `states` say and of what open incidents add.

    `weights` are theirs, see `Incident.weight`.
    """
    raised = [_RAISED[one] for one in weights if one in _RAISED]
    return max([rolled_up(states), *raised], key=lambda one: _FROM_BEST.index(one.description))


def rolled_up(states: Sequence[ComponentState]) -> Overall:  # noqa: PLR0911  a row a return
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
