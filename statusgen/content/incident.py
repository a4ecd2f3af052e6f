"""The fold of updates into an incident: the only place that derives what is true of one.

A maintenance is an incident with a window; a notice is one that only tells something, until it
ends. The fold is the same.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from statusgen.config.severity import Severity
from statusgen.content.step import (
    States,
    Step,
    Window,
    is_held,
    moves_after,
    next_step,
    phase_by,
)
from statusgen.content.update import Postmortem, Update
from statusgen.values.value import Value
from statusgen.values.vocabulary import (
    INCIDENT_PHASES,
    MAINTENANCE_PHASES,
    NOTICE_PHASES,
    ComponentState,
    Impact,
    Phase,
    PostmortemRule,
)

NOTICE_LASTS = timedelta(days=7)
"""From a notice's first update to its end, unless `ends` says otherwise."""


class Incident(Value, frozen=True):
    """What one folder tells: an incident, a maintenance or a notice.

    Nothing here depends on the clock.
    """

    id: str
    steps: tuple[Step, ...]
    """Oldest first; at least one."""
    started: datetime
    """When it began for customers; for a maintenance, its window's start."""
    ended: datetime | None
    """The `at` of the last update when its phase is a closing one."""
    window: Window | None
    """Of a maintenance."""
    until: datetime | None = None
    """When a notice ends; None for everything else."""
    postmortem: Postmortem | None = None

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
        """The severity as of the last update; None in a maintenance and a notice."""
        return self.last.severity

    @property
    def is_maintenance(self) -> bool:
        """Whether it has a window."""
        return self.window is not None

    @property
    def is_notice(self) -> bool:
        """Whether it only tells something: it has no severity and does nothing to components."""
        return self.until is not None

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The phases that it can have."""
        if self.is_notice:
            return NOTICE_PHASES
        return MAINTENANCE_PHASES if self.is_maintenance else INCIDENT_PHASES

    @property
    def impact(self) -> Impact:
        """What the public API calls its weight."""
        if self.severity is not None:
            return self.severity.impact
        return Impact.NONE if self.is_notice else Impact.MAINTENANCE

    @property
    def affected(self) -> tuple[str, ...]:
        """Ids of all components it touched."""
        return self.last.affected

    @property
    def weight(self) -> ComponentState:
        """What it adds to the page's overall state while it is open, beside its components.

        That of its severity where it names no component or one that is not operational; else
        operational, which adds nothing.
        """
        states = self.last.states
        if self.severity is None or (states and not is_held(states)):
            return ComponentState.OPERATIONAL
        return self.severity.component_status

    @property
    def duration(self) -> timedelta | None:
        """From start to end; None while it is open, and for what was canceled.

        None too where nobody has said how long it took: it was over when it was first told of.
        """
        if self.ended is None or self.last.phase is Phase.CANCELED:
            return None
        took = self.ended - self.started
        if took < timedelta(0) or (not took and len(self.steps) == 1):
            return None
        return took

    @property
    def owes_postmortem(self) -> bool:
        """Whether its severity requires a review."""
        return self.severity is not None and self.severity.postmortem is PostmortemRule.REQUIRED

    @property
    def changed_at(self) -> datetime:
        """When it was last told of, corrected or reviewed."""
        told = [step.update.changed_at for step in self.steps]
        if self.postmortem is not None and self.postmortem.at is not None:
            told.append(self.postmortem.at)
        return max(told)

    def phase_at(self, now: datetime) -> Phase:
        """The phase at `now`; a window moves a maintenance on by itself only from `scheduled`.

        Who has written `in_progress` steers by hand, and an overrun stays visible until they
        end it.
        """
        return phase_by(self.last.phase, self.window, now)

    def moves_after(self, now: datetime) -> tuple[datetime, ...]:
        """When its window will move it on by itself, from `now` on."""
        return moves_after(self.last.phase, self.window, now)

    def is_open(self, now: datetime) -> bool:
        """Whether it has not ended at `now`."""
        if self.until is not None:
            return now < self.until
        return not self.phase_at(now).is_closing

    def ended_by(self, now: datetime) -> datetime | None:
        """When it ended, as far as `now` knows: by an update, or by the end planned for it."""
        if self.ended is not None or self.is_open(now):
            return self.ended
        return self.until or (self.window.ends if self.window else None)

    def states_at(self, now: datetime) -> States:
        """What it does to components at `now`; a maintenance counts only while in progress."""
        return self.last.states_at(now)

    def lateness(self, now: datetime) -> timedelta:
        """How long the promised update is overdue at `now`; zero when it is not."""
        due = self.last.next_due
        if due is None or due >= now or not self.is_open(now):
            return timedelta(0)
        return now - due


def fold(
    updates: Iterable[Update],
    severities: Mapping[str, Severity],
    postmortem: Postmortem | None = None,
) -> Incident:
    """The incident that `updates` (at least one, none a draft, all of one folder) tell.

    The updates are valid: their severities are keys of `severities`, the first has a title and
    a severity, a window, or the phase `notice`.
    """
    steps: list[Step] = []
    started: datetime | None = None
    for update in sorted(updates, key=lambda one: one.order):
        steps.append(next_step(update, steps[-1] if steps else None, len(steps) + 1, severities))
        started = update.started or started
    first, last = steps[0], steps[-1]
    return Incident(
        id=first.update.incident_id,
        steps=tuple(steps),
        started=started or (last.window.starts if last.window else first.update.at),
        ended=last.update.at if last.phase.is_closing else None,
        window=last.window,
        until=_until(steps) if first.phase is Phase.NOTICE else None,
        postmortem=postmortem,
    )


def _until(steps: Iterable[Step]) -> datetime:
    until = None
    for step in steps:
        until = step.update.ends or until or step.update.at + NOTICE_LASTS
    assert until is not None  # noqa: S101  there is a first step
    return until
