"""An incident in a few facts: enough for lists, totals and decisions about ten thousand of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from statusgen.model.incident import Incident, States, Window, phase_by
from statusgen.model.vocabulary import ComponentState, Impact, Phase


@dataclass(frozen=True, slots=True)
class Told:
    """One update in a few facts."""

    stem: str
    at: datetime
    is_mailed: bool
    """False for `notify: false`."""
    is_for_all: bool
    """Whether policy alone says who hears: no `notify` narrows it."""


@dataclass(frozen=True, slots=True)
class Outline:
    """What an `Incident` says that does not depend on the clock, without its texts."""

    id: str
    title: str
    severity: str | None
    """A key of the severity table; None for a maintenance."""
    severity_label: str | None
    impact: Impact
    phase: Phase
    """As of the last update; see `phase_at` for maintenances."""
    started: datetime
    ended: datetime | None
    duration: timedelta | None
    window: Window | None
    affected: tuple[str, ...]
    states: States
    owes_postmortem: bool
    has_postmortem: bool
    told: tuple[Told, ...]
    """Oldest first."""

    @property
    def is_maintenance(self) -> bool:
        """Whether it has a window."""
        return self.window is not None

    @property
    def left_down(self) -> tuple[str, ...]:
        """Components that were not operational when it ended, as its author wanted it."""
        if self.ended is None or self.is_maintenance:
            return ()
        return tuple(name for name, state in self.states if state is not ComponentState.OPERATIONAL)

    @property
    def last_at(self) -> datetime:
        """When the newest update was."""
        return self.told[-1].at

    @property
    def settled_at(self) -> datetime | None:
        """The instant from which on it can only be closed; None while only an update can end it."""
        if self.ended is not None:
            return self.ended
        if self.window is not None and self.phase is Phase.SCHEDULED:
            return self.window.ends
        return None

    def is_settled(self, now: datetime) -> bool:
        """Whether it is over at `now` and the clock can't change it any more."""
        return self.settled_at is not None and self.settled_at <= now

    def phase_at(self, now: datetime) -> Phase:
        """The phase at `now`; see `Incident.phase_at`."""
        return phase_by(self.phase, self.window, now)

    @property
    def listed_at(self) -> datetime:
        """Where it belongs in the history: its start; for a maintenance, its window's start."""
        return self.started


def outline(incident: Incident) -> Outline:
    """The facts of `incident` that lists need."""
    severity = incident.severity
    return Outline(
        id=incident.id,
        title=incident.title,
        severity=severity.key if severity else None,
        severity_label=severity.label if severity else None,
        impact=incident.impact,
        phase=incident.last.phase,
        started=incident.started,
        ended=incident.ended,
        duration=incident.duration,
        window=incident.window,
        affected=incident.affected,
        states=incident.last.states,
        owes_postmortem=incident.owes_postmortem,
        has_postmortem=incident.postmortem is not None,
        told=tuple(
            Told(
                step.update.stem,
                step.update.at,
                is_mailed=step.update.notify is not False,
                is_for_all=step.update.notify is True,
            )
            for step in incident.steps
        ),
    )
