"""What the template of the index sees, beyond what it shares with other pages."""

from statusgen.page.site.views import DayView, IncidentView, Moment, StateView, TurnView
from statusgen.values.value import Value


class BarView(Value, frozen=True):
    """All days in one tone, as the `d` of a path."""

    tone: str
    path: str


class LegendView(Value, frozen=True):
    """What one kind of bar means."""

    tone: str
    path: str
    label: str


class DayRecordView(Value, frozen=True):
    """A day on which something happened to a component."""

    day: Moment
    states: tuple[StateView, ...]
    """Worst first, with how long each; today the worst alone."""
    since: Moment | None
    is_trouble: bool
    """Whether more than planned work held the component."""
    """Today, while something is open."""
    incidents: tuple[tuple[str, str], ...]
    """Ids and titles."""


class UptimeView(Value, frozen=True):
    """The days of one component."""

    days: int
    width: str
    """Of the bars, where a day is 1: the last one has no gap behind it."""
    first: str
    since: str | None
    """The first day that counts, where that is not the first shown."""
    label: str
    """All bars in one sentence."""
    percent: str
    bars: tuple[BarView, ...]
    summary: str
    """What the records are about; empty when there are none."""
    records: tuple[DayRecordView, ...]
    """Newest first."""


class ComponentView(Value, frozen=True):
    """A component on the index."""

    id: str
    name: str
    description: str | None
    tone: str
    label: str
    turns: tuple[TurnView, ...]
    """Of its state, in order."""
    uptime: UptimeView


class GroupView(Value, frozen=True):
    """Components under one heading; on a long page those that work, and will, are folded away."""

    name: str | None
    state: StateView | None
    """None where all is well: the components say so. With a turn ahead it has no label then."""
    lines: tuple[ComponentView, ...]
    folded: tuple[ComponentView, ...]
    folded_words: str


class IndexView(Value, frozen=True):
    """The index."""

    headline: str
    tone: str
    turns: tuple[TurnView, ...]
    """Of the headline and its tone, in order."""
    summary: str
    """One sentence about what is open; says so when nothing is."""
    summary_turns: tuple[TurnView, ...]
    open_incidents: tuple[IncidentView, ...]
    """The worst of them with their latest update, the others in brief."""
    notices: tuple[IncidentView, ...]
    under_way: tuple[IncidentView, ...]
    upcoming: tuple[IncidentView, ...]
    groups: tuple[GroupView, ...]
    has_group_names: bool
    history_days: int
    legend: tuple[LegendView, ...]
    days: tuple[DayView, ...]
    recent_days: int
