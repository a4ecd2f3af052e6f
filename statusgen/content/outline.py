"""An incident in a few facts: enough for lists, totals and decisions about ten thousand of them."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from statusgen.content.incident import Incident
from statusgen.content.shown import REVIEW, Shown, format_shown, parse_shown
from statusgen.content.step import States, Step, Window, moves_after, phase_by
from statusgen.content.update import Postmortem, Update
from statusgen.values.value import Value
from statusgen.values.vocabulary import ComponentState, Impact, Phase


class Told(Value, frozen=True):
    """One update in a few facts."""

    stem: str
    at: datetime
    is_mailed: bool
    """False for `notify: false`."""
    is_for_all: bool
    """Whether it goes to everyone whom an earlier update of the incident went to."""


class Outline(Value, frozen=True):
    """What an `Incident` says that does not depend on the clock, without its texts."""

    id: str
    title: str
    severity: str | None
    """A key of the severity table; None for a maintenance and a notice."""
    severity_label: str | None
    impact: Impact
    phase: Phase
    """As of the last update; see `phase_at` for maintenances."""
    started: datetime
    ended: datetime | None
    duration: timedelta | None
    changed_at: datetime
    """See `Incident.changed_at`."""
    window: Window | None
    until: datetime | None
    """When a notice ends; None for everything else."""
    affected: tuple[str, ...]
    states: States
    owes_postmortem: bool
    has_postmortem: bool
    told: tuple[Told, ...]
    """Oldest first."""
    shown: str
    """What readers can see of it, as a target's manifest keeps it; see `content.shown`."""

    @property
    def is_maintenance(self) -> bool:
        """Whether it has a window."""
        return self.window is not None

    @property
    def is_notice(self) -> bool:
        """See `Incident.is_notice`."""
        return self.until is not None

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
        if self.ended is not None or self.until is not None:
            return self.ended or self.until
        if self.window is not None and self.phase is Phase.SCHEDULED:
            return self.window.ends
        return None

    @property
    def wordings(self) -> dict[str, str]:
        """See `Update.wording`; by file stem."""
        return {one.stem: one.wording for one in parse_shown(self.shown)}

    def is_settled(self, now: datetime) -> bool:
        """Whether it is over at `now` and the clock can't change it any more."""
        return self.settled_at is not None and self.settled_at <= now

    def phase_at(self, now: datetime) -> Phase:
        """The phase at `now`; see `Incident.phase_at`."""
        return phase_by(self.phase, self.window, now)

    def moves_after(self, now: datetime) -> tuple[datetime, ...]:
        """When its window will move it on by itself; see `Incident.moves_after`."""
        return moves_after(self.phase, self.window, now)

    @property
    def listed_at(self) -> datetime:
        """Where it belongs in the history: its start; for a maintenance, its window's start."""
        return self.started


def shown_by(updates: Iterable[Update], postmortem: Postmortem | None) -> str:
    """What readers can see of an incident of these updates and this review, none a draft."""
    entries = [Shown(one.stem, one.at, one.wording) for one in updates]
    if postmortem is not None:
        entries.append(Shown(REVIEW, postmortem.at, ""))
    return format_shown(entries)


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
        changed_at=incident.changed_at,
        window=incident.window,
        until=incident.until,
        affected=incident.affected,
        states=incident.last.states,
        owes_postmortem=incident.owes_postmortem,
        has_postmortem=incident.postmortem is not None,
        told=tuple(
            Told(
                step.update.stem,
                step.update.at,
                is_mailed=step.update.notify is not False and not incident.is_notice,
                is_for_all=is_for_all,
            )
            for step, is_for_all in zip(incident.steps, _are_for_all(incident.steps), strict=True)
        ),
        shown=shown_by((one.update for one in incident.steps), incident.postmortem),
    )


def _are_for_all(steps: Iterable[Step]) -> Iterator[bool]:
    """Of each update, whether a lower severity, fewer audiences or components leave out nobody.

    Nobody of those to whom an earlier update went. In one pass: an incident may have thousands.
    """
    audiences: set[str] = set()
    widest_rank: int | None = None
    was_for_everything = False
    for step in steps:
        rank = step.severity.rank if step.severity else None
        yield (
            step.update.notify is True
            and audiences.issubset(step.audiences)
            and not (was_for_everything and step.affected)
            and (rank is None or widest_rank is None or rank <= widest_rank)
        )
        audiences.update(step.audiences)
        was_for_everything = was_for_everything or not step.affected
        if rank is not None:
            widest_rank = rank if widest_rank is None else min(rank, widest_rank)
