"""Tones: the few words that stand for one shape and one colour each, in templates and style.

A tone is a component state, or `notice` for what is only told, or `closed` for what is over.
In rows, where the shape says how bad it was, a phase is `open` or `closed`.
"""

from statusgen.values.vocabulary import ComponentState, Impact

CLOSED = "closed"
NOTICE = "notice"
OPEN = "open"

OVERALL = {
    Impact.NONE: ComponentState.OPERATIONAL,
    Impact.MAINTENANCE: ComponentState.UNDER_MAINTENANCE,
    Impact.MINOR: ComponentState.DEGRADED_PERFORMANCE,
    Impact.MAJOR: ComponentState.PARTIAL_OUTAGE,
    Impact.CRITICAL: ComponentState.MAJOR_OUTAGE,
}
"""The tone of the page as a whole."""

INCIDENT = {**OVERALL, Impact.NONE: NOTICE}
"""The tone of an incident: one without impact is told, and is not a sign that all is well."""
