"""The fold of updates into an incident: the only place that derives what is true of one.

A maintenance is an incident with a window; the fold is the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from statusgen.model.severity import Severity
from statusgen.model.update import Postmortem, Update
from statusgen.model.vocabulary import ComponentState, Impact, Phase, PostmortemRule

States = tuple[tuple[str, ComponentState], ...]
"""Component ids with a state, in the order they were first named."""


@dataclass(frozen=True, slots=True)
class StateChange:
    """One component before and after an update."""

    component: str
    old: ComponentState
    new: ComponentState


@dataclass(frozen=True, slots=True)
class Window:
    """When a maintenance is planned: from `starts` up to, not including, `ends`."""

    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """One update, with everything that is true of the incident as of it."""

    update: Update
    number: int
    """1 for the first update."""
    phase: Phase
    title: str
    severity: Severity | None
    """None in a maintenance."""
    states: States
    changes: tuple[StateChange, ...]
    """Every component this update names, old and new, also where they are equal."""
    next_due: datetime | None
    """When the next update is promised; None when nothing is."""
    window: Window | None
    is_new_phase: bool
    moved_from: Window | None
    """The window before this update, when this update moved it."""
    impact: str | None
    cause: str | None

    @property
    def affected(self) -> tuple[str, ...]:
        """Ids of all components named so far."""
        return tuple(component for component, _ in self.states)


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident or a maintenance as its updates tell it; nothing here depends on the clock."""

    id: str
    steps: tuple[Step, ...]
    """Oldest first; at least one."""
    started: datetime
    """When it began for customers; for a maintenance, its window's start."""
    ended: datetime | None
    """The `at` of the last update when its phase is a closing one."""
    window: Window | None
    postmortem: Postmortem | None = field(default=None)

    @property
    def last(self) -> Step:
        """The newest step."""
        return self.steps[-1]

    @property
    def first(self) -> Step:
        """The oldest step."""
        return self.steps[0]

    @property
    def title(self) -> str:
        """The title as of the last update."""
        return self.last.title

    @property
    def severity(self) -> Severity | None:
        """The severity as of the last update; None in a maintenance."""
        return self.last.severity

    @property
    def is_maintenance(self) -> bool:
        """Whether it has a window."""
        return self.window is not None

    @property
    def impact(self) -> Impact:
        """What the public API calls its weight."""
        return self.severity.impact if self.severity else Impact.MAINTENANCE

    @property
    def affected(self) -> tuple[str, ...]:
        """Ids of all components it touched."""
        return self.last.affected

    @property
    def duration(self) -> timedelta | None:
        """From start to end; None while it is open, and for what was canceled."""
        if self.ended is None or self.last.phase is Phase.CANCELED:
            return None
        return max(self.ended - self.started, timedelta(0))

    @property
    def owes_postmortem(self) -> bool:
        """Whether its severity requires a review."""
        return self.severity is not None and self.severity.postmortem is PostmortemRule.REQUIRED

    def phase_at(self, now: datetime) -> Phase:
        """The phase at `now`; a window moves a maintenance on by itself only from `scheduled`.

        Who has written `in_progress` steers by hand, and an overrun stays visible until they
        end it.
        """
        return phase_by(self.last.phase, self.window, now)

    def is_open(self, now: datetime) -> bool:
        """Whether it has not ended at `now`."""
        return not self.phase_at(now).is_closing

    def ended_by(self, now: datetime) -> datetime | None:
        """When it ended, as far as `now` knows: by an update, or by its window's end."""
        if self.ended is not None or self.window is None or self.is_open(now):
            return self.ended
        return self.window.ends

    def states_at(self, now: datetime) -> States:
        """What it does to components at `now`; a maintenance counts only while in progress."""
        if not self.is_maintenance:
            return self.last.states
        if self.phase_at(now) in (Phase.IN_PROGRESS, Phase.VERIFYING):
            return self.last.states
        return ()

    def lateness(self, now: datetime) -> timedelta:
        """How long the promised update is overdue at `now`; zero when it is not."""
        due = self.last.next_due
        if due is None or due >= now or not self.is_open(now):
            return timedelta(0)
        return now - due


def phase_by(phase: Phase, window: Window | None, now: datetime) -> Phase:
    """What `phase`, the last one written, has become at `now`; see `Incident.phase_at`."""
    if phase is not Phase.SCHEDULED or window is None:
        return phase
    if now < window.starts:
        return Phase.SCHEDULED
    return Phase.IN_PROGRESS if now < window.ends else Phase.COMPLETED


def fold(
    updates: Iterable[Update],
    severities: Mapping[str, Severity],
    postmortem: Postmortem | None = None,
) -> Incident:
    """The incident that `updates` (at least one, none a draft, all of one folder) tell.

    The updates are valid: their severities are keys of `severities`, the first has a title and
    either a severity or a window.
    """
    steps: list[Step] = []
    started: datetime | None = None
    for update in sorted(updates, key=lambda one: one.order):
        steps.append(_step(update, steps[-1] if steps else None, len(steps) + 1, severities))
        started = update.started or started
    first, last = steps[0], steps[-1]
    return Incident(
        id=first.update.incident_id,
        steps=tuple(steps),
        started=started or (last.window.starts if last.window else first.update.at),
        ended=last.update.at if last.phase.is_closing else None,
        window=last.window,
        postmortem=postmortem,
    )


def _step(
    update: Update, before: Step | None, number: int, severities: Mapping[str, Severity]
) -> Step:
    phase = update.phase or (before.phase if before else Phase.INVESTIGATING)
    severity = before.severity if before else None
    if update.severity:
        severity = severities[update.severity]
    window = _window(update, before.window if before else None)
    changes = _changes(update, phase, severity, before.states if before else ())
    return Step(
        update=update,
        number=number,
        phase=phase,
        title=update.title or (before.title if before else update.incident_id),
        severity=severity,
        states=_merge(before.states if before else (), changes),
        changes=changes,
        next_due=_next_due(update, phase, severity),
        window=window,
        is_new_phase=before is None or phase is not before.phase,
        moved_from=before.window if before and before.window != window else None,
        impact=update.impact or (before.impact if before else None),
        cause=update.cause or (before.cause if before else None),
    )


def _window(update: Update, before: Window | None) -> Window | None:
    starts = update.starts or (before.starts if before else None)
    ends = update.ends or (before.ends if before else None)
    return Window(starts, ends) if starts and ends else None


def _changes(
    update: Update, phase: Phase, severity: Severity | None, before: States
) -> tuple[StateChange, ...]:
    old = dict(before)
    affected = severity.component_status if severity else ComponentState.UNDER_MAINTENANCE
    if phase.is_closing:
        affected = ComponentState.OPERATIONAL
    ends_here = update.phase is not None and phase.is_closing
    new = dict.fromkeys(old, ComponentState.OPERATIONAL) if ends_here else {}
    new |= {one.component: one.state or affected for one in update.components}
    return tuple(
        StateChange(component, old.get(component, ComponentState.OPERATIONAL), state)
        for component, state in new.items()
    )


def _merge(states: States, changes: Iterable[StateChange]) -> States:
    return tuple((dict(states) | {change.component: change.new for change in changes}).items())


def _next_due(update: Update, phase: Phase, severity: Severity | None) -> datetime | None:
    if update.next_at is not None:
        return update.next_at
    if update.next_in is not None:
        return update.at + update.next_in
    if update.promises_none or phase.is_closing or severity is None or severity.cadence is None:
        return None
    return update.at + severity.cadence
