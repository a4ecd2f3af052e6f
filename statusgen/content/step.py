"""One update with everything that is true of its incident as of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from statusgen.config.severity import SUBSCRIBERS, Severity
from statusgen.content.update import Update
from statusgen.values.value import Value
from statusgen.values.vocabulary import ComponentState, Phase

_A_MOMENT = timedelta(microseconds=1)

States = tuple[tuple[str, ComponentState], ...]
"""Component ids with a state, in the order they were first named."""


class StateChange(Value, frozen=True):
    """One component before and after an update."""

    component: str
    old: ComponentState
    new: ComponentState


class Window(Value, frozen=True):
    """When a maintenance is planned: from `starts` up to, not including, `ends`."""

    starts: datetime
    ends: datetime


class Step(Value, frozen=True):
    """One update, with everything that is true of the incident as of it."""

    update: Update
    number: int
    """1 for the first update."""
    phase: Phase
    title: str
    severity: Severity | None
    """None in a maintenance and a notice."""
    states: States
    changes: tuple[StateChange, ...]
    """Every component this update names, old and new, also where they are equal.

    What a maintenance names is so only while it is in progress: see `effects`.
    """
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

    @property
    def audiences(self) -> tuple[str, ...]:
        """Names of the audiences it goes to: what `notify` says, else the severity's."""
        if isinstance(self.update.notify, tuple):
            return self.update.notify
        if not self.update.notify or self.phase is Phase.NOTICE:
            return ()
        return self.severity.audiences if self.severity else (SUBSCRIBERS,)

    def states_at(self, instant: datetime) -> States:
        """What the incident does to components at `instant`, while this is its last update."""
        if self.window is None:
            return self.states
        return self.states if phase_by(self.phase, self.window, instant).is_under_way else ()


def is_held(states: States) -> bool:
    """Whether any component in `states` is not operational."""
    return any(state is not ComponentState.OPERATIONAL for _, state in states)


def phase_by(phase: Phase, window: Window | None, now: datetime) -> Phase:
    """What `phase`, the last one written, has become at `now`; see `Incident.phase_at`."""
    if phase is not Phase.SCHEDULED or window is None:
        return phase
    if now < window.starts:
        return Phase.SCHEDULED
    return Phase.IN_PROGRESS if now < window.ends else Phase.COMPLETED


def moves_after(phase: Phase, window: Window | None, now: datetime) -> tuple[datetime, ...]:
    """When the window will move `phase`, the last one written, on by itself, from `now` on."""
    edges = (window.starts, window.ends) if window else ()
    current = phase_by(phase, window, now)
    return tuple(one for one in edges if one > now and phase_by(phase, window, one) is not current)


def next_step(
    update: Update, before: Step | None, number: int, severities: Mapping[str, Severity]
) -> Step:
    """`update` after the step `before`; None for the first of an incident."""
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
        impact=_said(update.impact, before.impact if before else None),
        cause=_said(update.cause, _cause_so_far(before, phase)),
    )


def effects(step: Step, earlier: Step | None) -> tuple[StateChange, ...]:
    """Every component named so far just before and just after an update, changed or not.

    `earlier` is the step before, None for the first. What a maintenance names is touched only
    while it is in progress, also by its window alone.
    """
    old = dict(earlier.states_at(step.update.at - _A_MOMENT)) if earlier else {}
    new = dict(step.states_at(step.update.at))
    working = ComponentState.OPERATIONAL
    return tuple(
        StateChange(one, old.get(one, working), new.get(one, working)) for one in step.affected
    )


def state_changes(step: Step, earlier: Step | None) -> tuple[StateChange, ...]:
    """Those of the `effects` of an update that changed something."""
    told = step.changes if step.window is None else effects(step, earlier)
    return tuple(one for one in told if one.old is not one.new)


def _said(now: str | None, before: str | None) -> str | None:
    return before if now is None else now or None


def _cause_so_far(before: Step | None, phase: Phase) -> str | None:
    """What is known when an update in `phase` is written: what comes back has another cause."""
    if before is None or (before.phase.is_closing and not phase.is_closing):
        return None
    return before.cause


def _window(update: Update, before: Window | None) -> Window | None:
    starts = update.starts or (before.starts if before else None)
    ends = update.ends or (before.ends if before else None)
    return Window(starts, ends) if starts and ends else None


def _changes(
    update: Update, phase: Phase, severity: Severity | None, before: States
) -> tuple[StateChange, ...]:
    old = dict(before)
    affected = severity.component_status if severity else ComponentState.UNDER_MAINTENANCE
    if phase.is_closing or phase is Phase.NOTICE:
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
