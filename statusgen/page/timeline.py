"""Component states over time: when which incident held which component in which state."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import zip_longest

from statusgen.content.incident import Incident
from statusgen.content.step import States, Step, Window
from statusgen.values.value import Value
from statusgen.values.vocabulary import ComponentState, Phase


class Span(Value, frozen=True):
    """One component in one state other than operational, because of one incident."""

    component: str
    state: ComponentState
    starts: datetime
    ends: datetime | None
    """None: still so at the instant that was asked about."""
    incident_id: str
    is_planned: bool
    """Whether a maintenance holds it, which never counts against uptime."""


def spans(incidents: Iterable[Incident], now: datetime) -> tuple[Span, ...]:
    """All that `incidents` did to components until `now`, by component and start.

    What an incident left down when it ended stays so until a later one, over too, has touched
    the component.
    """
    known = tuple(incidents)
    found = [
        span for one in known for span in _spans_of(one, known, now) if span.ends != span.starts
    ]
    return tuple(sorted(found, key=lambda one: (one.component, one.starts, one.incident_id)))


def _released_at(
    incident: Incident, component: str, known: tuple[Incident, ...]
) -> datetime | None:
    """When the next incident to end touched a component that `incident` left down; or None."""
    return min(
        (
            other.ended
            for other in known
            if other.ended is not None
            and incident.ended is not None
            and other.ended > incident.ended
            and component in other.affected
        ),
        default=None,
    )


def _spans_of(incident: Incident, known: tuple[Incident, ...], now: datetime) -> Iterator[Span]:
    def span(component: str, ends: datetime | None) -> Span:
        state, starts = begun.pop(component)
        is_planned = incident.is_maintenance
        return Span(component, state, starts, ends, incident.id, is_planned)

    begun: dict[str, tuple[ComponentState, datetime]] = {}
    for starts, states in _turns(incident, now):
        new = dict(states)
        for component, (state, _) in tuple(begun.items()):
            if new.get(component) is not state:
                yield span(component, starts)
        for component, state in new.items():
            if state is not ComponentState.OPERATIONAL:
                begun.setdefault(component, (state, starts))
    for component in tuple(begun):
        yield span(component, _released_at(incident, component, known))


def _turns(incident: Incident, now: datetime) -> Iterator[tuple[datetime, States]]:
    """From when on which states hold, oldest first; an update counts from when it is written."""
    nexts = [step.update.at for step in incident.steps[1:]]
    for step, until in zip_longest(incident.steps, nexts):
        at = step.update.at
        if not incident.is_maintenance:
            yield (min(at, incident.started) if step.number == 1 else at), step.states
        elif step.phase.is_under_way:
            yield at, step.states
        else:
            yield at, ()
            if step.phase is Phase.SCHEDULED and step.window is not None:
                planned = _planned(step, step.window, until)
                yield from (turn for turn in planned if turn[0] <= now)


def _planned(
    step: Step, window: Window, until: datetime | None
) -> Iterator[tuple[datetime, States]]:
    """What the window does by itself while the step is the last word."""
    starts = max(window.starts, step.update.at)
    if window.ends > starts and (until is None or starts < until):
        yield starts, step.states
        yield (window.ends if until is None else min(window.ends, until)), ()
