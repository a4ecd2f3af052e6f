"""Incidents, maintenances and notices as templates see them: the whole story, or a card."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from statusgen.config.settings import Settings
from statusgen.content.incident import Incident
from statusgen.content.markdown.elements import BODY_HEADING
from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.content.step import Step, Window, state_changes
from statusgen.page.site.tones import CLOSED, INCIDENT
from statusgen.page.site.turns import view_turns
from statusgen.page.site.views import (
    ChangeView,
    IncidentView,
    Moment,
    PostmortemView,
    PromiseView,
    StateView,
    TurnView,
    UpdateView,
    WindowView,
)
from statusgen.values.days import day_begins
from statusgen.values.vocabulary import ComponentState, Phase
from statusgen.words.labels import IMPACTS, PHASES, STATES, update_label
from statusgen.words.language import Language, marked
from statusgen.words.times import PageClock, machine_time, spoken_duration

MAINTENANCE = marked("Maintenance")
BELOW_H2 = "h3"
"""The headings of what does not stand below an h3, as most bodies do."""

_BARE_LINK = re.compile('<a href="([^"]*)">\\1</a>')
"""A link whose words are its address, which needs none beside it on paper."""
_BOX = '<div class="scroll" role="group" aria-label="Table" tabindex="0"><table>'
"""Around a table, so that a wide one scrolls by itself; a keyboard can reach it."""


class IncidentTeller:
    """Makes views of incidents for one page; make it once."""

    def __init__(self, settings: Settings, prose: BodyRenderer, language: Language) -> None:
        self._language = language
        self._names = {one.id: one.name for one in settings.components}
        self._clock = PageClock(settings.page.zone, language)
        self._prose = prose

    def whole(self, incident: Incident, now: datetime) -> IncidentView:
        """The incident with all its updates and its postmortem."""
        return self._view(incident, now, incident.steps)

    def card(self, incident: Incident, now: datetime, heading: str = BODY_HEADING) -> IncidentView:
        """The incident with its latest update only, whose headings become `heading`."""
        return self._view(incident, now, incident.steps[-1:], heading)

    def brief(self, incident: Incident, now: datetime) -> IncidentView:
        """The incident without any update."""
        return self._view(incident, now, ())

    def moment(self, instant: datetime) -> Moment:
        """An instant with its date."""
        return Moment(machine_time(instant), self._clock.both(instant))

    def _view(
        self,
        incident: Incident,
        now: datetime,
        steps: tuple[Step, ...],
        heading: str = BODY_HEADING,
    ) -> IncidentView:
        phase = incident.phase_at(now)
        is_open = incident.is_open(now)
        ended = incident.ended_by(now)
        duration = incident.duration
        language = self._language
        first_shown = len(incident.steps) - len(steps)
        return IncidentView(
            id=incident.id,
            title=incident.title,
            phase=phase,
            phase_label=language.text(PHASES[phase]),
            tone=INCIDENT[incident.impact] if is_open else CLOSED,
            kind_label=self._kind(incident),
            severity=self._severity(incident.last),
            is_incident=incident.severity is not None,
            is_open=is_open,
            started=self.moment(incident.started),
            until=self.moment(incident.until) if incident.until else None,
            ended=self.moment(ended) if ended and not incident.is_notice else None,
            duration=spoken_duration(duration, language) if duration is not None else None,
            window=self._window(incident.window) if incident.window else None,
            is_overrun=_is_overrun(incident, phase, now),
            level=language.text(IMPACTS[incident.impact]) if incident.severity else None,
            impact=incident.last.impact,
            cause=incident.last.cause,
            components=self._components(incident, now),
            promise=self._promise(incident, now) if is_open else None,
            turns=self._turns(incident, now),
            overruns_at=_overruns_at(incident, now),
            updates=tuple(
                self._update(incident, number, heading)
                for number in reversed(range(first_shown, first_shown + len(steps)))
            ),
            postmortem=self._postmortem(incident) if len(steps) == len(incident.steps) else None,
        )

    def _kind(self, incident: Incident) -> str | None:
        if incident.is_maintenance:
            return self._language.text(MAINTENANCE)
        return self._severity(incident.last)

    def _severity(self, step: Step) -> str | None:
        return self._language.text(step.severity.label) if step.severity else None

    def _update(self, incident: Incident, number: int, heading: str) -> UpdateView:
        step = incident.steps[number]
        before = incident.steps[number - 1] if number else None
        update = step.update
        moved = step.moved_from
        return UpdateView(
            anchor=update.anchor,
            label=self._language.text(update_label(step.phase, is_new=step.is_new_phase)),
            is_closing=step.phase.is_closing,
            at=self.moment(update.at),
            edited=self.moment(update.edited) if update.edited else None,
            body=self._body(update.body, heading),
            changes=self._changes(step, before),
            severity_change=self._severity_change(before, step),
            moved_from=self._window(moved) if moved else None,
            moved_to=self._window(step.window) if moved and step.window else None,
        )

    def _changes(self, step: Step, before: Step | None) -> tuple[ChangeView, ...]:
        """The components whose state is another one from this update on."""
        return tuple(
            ChangeView(
                self._names.get(change.component, change.component),
                self._state("", change.old),
                self._state("", change.new),
            )
            for change in state_changes(step, before)
        )

    def _components(self, incident: Incident, now: datetime) -> tuple[StateView, ...]:
        """All that it touched, with a state while it does something to them."""
        held = dict(incident.states_at(now)) if not incident.is_notice else {}
        ahead = [(at, dict(incident.states_at(at))) for at in incident.moves_after(now)]
        return tuple(
            self._component(one, state, held, ahead) for one, state in incident.last.states
        )

    def _component(
        self,
        component: str,
        state: ComponentState,
        held: Mapping[str, ComponentState],
        ahead: Iterable[tuple[datetime, Mapping[str, ComponentState]]],
    ) -> StateView:
        def tell(now: ComponentState | None) -> tuple[str, str]:
            return (self._language.text(STATES[now]), now) if now else ("", state)

        label, tone = tell(held.get(component))
        turns = view_turns(
            held.get(component), ((at, states.get(component)) for at, states in ahead), tell
        )
        return StateView(self._names.get(component, component), tone, label, turns)

    def _promise(self, incident: Incident, now: datetime) -> PromiseView | None:
        due = incident.last.next_due
        if due is None:
            return None
        clock = self._clock
        is_late = incident.lateness(now) > timedelta(0)
        told_on = clock.day_of(now if is_late else incident.last.update.at)
        return PromiseView(
            due=Moment(machine_time(due), clock.told_on(told_on, due)),
            is_late=is_late,
            late=tuple(self._late(due, now)) if incident.is_open(due) else (),
        )

    def _late(self, due: datetime, now: datetime) -> Iterator[Moment]:
        """From when on it is late, and from when on that takes a date: what lies ahead of them."""
        midnight = day_begins(self._clock.day_of(due) + timedelta(days=1), self._clock.zone)
        for at in (due, midnight):
            if at > now:
                words = self._clock.told_on(self._clock.day_of(at), due)
                yield Moment(machine_time(at), words)

    def _turns(self, incident: Incident, now: datetime) -> tuple[TurnView, ...]:
        """The phases that its window will bring by itself."""

        def tell(phase: Phase) -> tuple[str, str]:
            tone = CLOSED if phase.is_closing else INCIDENT[incident.impact]
            return self._language.text(PHASES[phase]), tone

        ahead = ((at, incident.phase_at(at)) for at in incident.moves_after(now))
        return view_turns(incident.phase_at(now), ahead, tell)

    def _window(self, window: Window) -> WindowView:
        return WindowView(self.moment(window.starts), self._later_on(window.starts, window.ends))

    def _later_on(self, first: datetime, then: datetime) -> Moment:
        """`then` beside `first`: with its date only where that is another day."""
        clock = self._clock
        return Moment(machine_time(then), clock.told_on(clock.day_of(first), then))

    def _postmortem(self, incident: Incident) -> PostmortemView | None:
        postmortem = incident.postmortem
        if postmortem is None or postmortem.draft:
            return None
        at = self.moment(postmortem.at) if postmortem.at else None
        return PostmortemView(at, self._body(postmortem.body, BELOW_H2))

    def _body(self, markdown: str, heading: str) -> str:
        html = self._prose.html(markdown)
        html = html.replace(f"<{BODY_HEADING}>", f"<{heading}>")
        html = html.replace(f"</{BODY_HEADING}>", f"</{heading}>")
        html = _BARE_LINK.sub(r'<a class="bare" href="\1">\1</a>', html)
        return html.replace("<table>", _BOX).replace("</table>", "</table></div>")

    def _state(self, name: str, state: ComponentState) -> StateView:
        return StateView(name, state, self._language.text(STATES[state]))

    def _severity_change(self, before: Step | None, step: Step) -> tuple[str, str] | None:
        old, new = self._severity(before) if before else None, self._severity(step)
        return (old, new) if old and new and old != new else None


def _is_overrun(incident: Incident, phase: Phase, now: datetime) -> bool:
    window = incident.window
    return window is not None and not phase.is_closing and window.ends <= now


def _overruns_at(incident: Incident, now: datetime) -> str | None:
    window = incident.window
    if window is None or window.ends <= now or not incident.is_open(window.ends):
        return None
    return machine_time(window.ends)
