"""Severities: how bad it is, and what follows from that. The page's own table over our defaults."""

import re
from collections.abc import Mapping
from datetime import timedelta

from statusgen.values.value import Value
from statusgen.values.vocabulary import ComponentState, Impact, PostmortemRule


class Severity(Value, frozen=True):
    """One level of the table."""

    key: str
    label: str
    impact: Impact
    component_status: ComponentState
    """The state of components that an update lists without one."""
    first_update: timedelta | None
    """From `started` to the first published update; None: no target."""
    cadence: timedelta | None
    """Between updates while it is open; None: none is promised."""
    audiences: tuple[str, ...]
    postmortem: PostmortemRule
    rank: int
    """1 is the worst level."""


SUBSCRIBERS = "subscribers"
"""The audience of everyone who asked to hear from the page."""

DEFAULT_SEVERITIES = (
    Severity(
        key="SEV1",
        label="Critical",
        impact=Impact.CRITICAL,
        component_status=ComponentState.MAJOR_OUTAGE,
        first_update=timedelta(minutes=10),
        cadence=timedelta(minutes=15),
        audiences=(SUBSCRIBERS, "stakeholders"),
        postmortem=PostmortemRule.REQUIRED,
        rank=1,
    ),
    Severity(
        key="SEV2",
        label="Major",
        impact=Impact.MAJOR,
        component_status=ComponentState.PARTIAL_OUTAGE,
        first_update=timedelta(minutes=10),
        cadence=timedelta(minutes=30),
        audiences=(SUBSCRIBERS,),
        postmortem=PostmortemRule.REQUIRED,
        rank=2,
    ),
    Severity(
        key="SEV3",
        label="Minor",
        impact=Impact.MINOR,
        component_status=ComponentState.DEGRADED_PERFORMANCE,
        first_update=timedelta(hours=4),
        cadence=timedelta(hours=4),
        audiences=(SUBSCRIBERS,),
        postmortem=PostmortemRule.OPTIONAL,
        rank=3,
    ),
    Severity(
        key="SEV4",
        label="Low",
        impact=Impact.NONE,
        component_status=ComponentState.OPERATIONAL,
        first_update=None,
        cadence=None,
        audiences=(),
        postmortem=PostmortemRule.NONE,
        rank=4,
    ),
)


def severity_key(text: str) -> str:
    """The key that `text` means: `sev 1`, `SEV-1` and `SEV1` are the same."""
    return re.sub(r"[\s_-]+", "", text).upper()


def find_severity(table: Mapping[str, Severity], text: str) -> Severity | None:
    """The level that `text` names, however it is spelt; None when the table has no such level."""
    wanted = severity_key(text)
    return next((level for key, level in table.items() if severity_key(key) == wanted), None)
