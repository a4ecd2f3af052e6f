"""What a letter tells: an update and its incident as of that update, in words and instants."""

from datetime import datetime, timedelta

from statusgen.config.settings import Settings
from statusgen.content.incident import Incident, fold
from statusgen.content.step import Step, Window
from statusgen.mail.letters.kinds import LetterKind, kind_of, letter_before
from statusgen.mail.letters.length import MAX_COMPONENTS, clipped
from statusgen.mail.letters.lines import one_line
from statusgen.values.value import Value
from statusgen.values.vocabulary import ComponentState, Phase
from statusgen.words.labels import IMPACTS, PHASES, STATES
from statusgen.words.language import ENGLISH, Language
from statusgen.words.times import spoken_duration


class ComponentFact(Value, frozen=True):
    """A component that the incident touches."""

    name: str
    state: str
    """What its state is called now."""
    was: str | None
    """What it was called in the letter before; None when it is the same."""
    planned: str
    """What its state is called while a maintenance is in progress."""
    works: bool
    """Whether it is operational now."""


class Facts(Value, frozen=True):
    """Everything that the templates of a letter may tell; texts are one line each."""

    kind: LetterKind
    tone: str
    """`critical`, `major`, `minor`, `none`, `good` or `planned`, for colours."""
    title: str
    first_title: str
    """The title that the incident began with."""
    old_title: str | None
    """The title in the letter before, where it was another."""
    phase: Phase
    status: str
    old_status: str | None
    severity: str | None
    """The label of its level, as the page has it; None for a maintenance."""
    old_severity: str | None
    """The severity in the letter before, where it was another."""
    impact: str
    """High, Medium or Low."""
    old_impact: str | None
    effect: str | None
    """What customers feel, or felt, in the author's words."""
    cause: str | None
    components: tuple[ComponentFact, ...]
    """As many as a letter has room for, those that changed before the others."""
    unlisted: int
    """How many more there are."""
    at: datetime
    started: datetime
    has_begun: bool
    """False for a maintenance that is told of, or was over, before its window began."""
    duration: str | None
    """`2 hours 5 minutes`; None while it is open."""
    next_due: datetime | None
    window: Window | None
    moved_from: Window | None
    was_begun: bool
    """Whether the work of a maintenance was under way, or its window open, before the update."""
    owes_review: bool
    """Whether a review is promised and not there yet."""
    body: str
    """Markdown."""

    @property
    def changed(self) -> tuple[ComponentFact, ...]:
        """The components that are not what they were in the letter before."""
        return tuple(one for one in self.components if one.was is not None)

    @property
    def are_all_affected(self) -> bool:
        """Whether no component works."""
        return not any(one.works for one in self.components)

    @property
    def others(self) -> tuple[ComponentFact, ...]:
        """The components that are still what they were."""
        return tuple(one for one in self.components if one.was is None)


def gather(
    settings: Settings, incident: Incident, step: Step, language: Language = ENGLISH
) -> Facts:
    """The facts of the letter about `step`; later updates of the incident don't count.

    What we call things is in `language`; names and texts are the author's.
    """
    here = _as_of(settings, incident, step)
    before = letter_before(incident, step)
    there = _as_of(settings, incident, before) if before else None
    text = language.text
    status, impact = text(PHASES[step.phase]), text(IMPACTS[here.impact])
    severity = _severity(here, language)
    components = _components(settings, here, there, language)
    return Facts(
        kind=kind_of(incident, step),
        tone=_tone(here),
        title=one_line(step.title),
        first_title=one_line(incident.first.title),
        old_title=_old(one_line(there.title), one_line(step.title)) if there else None,
        phase=step.phase,
        status=status,
        old_status=_old(text(PHASES[there.last.phase]), status) if there else None,
        severity=severity,
        old_severity=_old(_severity(there, language), severity) if there else None,
        impact=impact,
        old_impact=_old(text(IMPACTS[there.impact]), impact) if there else None,
        effect=one_line(step.impact or "") or None,
        cause=one_line(step.cause or "") or None,
        components=_listed(components),
        unlisted=max(len(components) - MAX_COMPONENTS, 0),
        at=step.update.at,
        started=here.started,
        has_begun=here.started <= step.update.at,
        duration=_spoken(here.duration, language),
        next_due=step.next_due,
        window=step.window,
        moved_from=_moved(here, there),
        was_begun=_was_begun(here),
        owes_review=here.owes_postmortem and here.ended is not None and not here.postmortem,
        body=step.update.body,
    )


def _as_of(settings: Settings, incident: Incident, step: Step) -> Incident:
    updates = [one.update for one in incident.steps[: step.number]]
    return fold(updates, settings.severities, incident.postmortem)


def _severity(incident: Incident, language: Language) -> str | None:
    return language.text(incident.severity.label) if incident.severity else None


def _old(then: str | None, now: str | None) -> str | None:
    return then if then != now else None


def _moved(here: Incident, there: Incident | None) -> Window | None:
    return there.window if there and there.window != here.window else None


def _was_begun(here: Incident) -> bool:
    if here.window is None:
        return False
    is_open = here.window.starts <= here.last.update.at
    return is_open or any(step.phase.is_under_way for step in here.steps[:-1])


def _spoken(duration: timedelta | None, language: Language) -> str | None:
    return spoken_duration(duration, language) if duration is not None else None


def _tone(here: Incident) -> str:
    if here.last.phase in (Phase.RESOLVED, Phase.COMPLETED):
        return "good"
    return "planned" if here.is_maintenance else here.impact.value


def _listed(components: list[ComponentFact]) -> tuple[ComponentFact, ...]:
    if len(components) <= MAX_COMPONENTS:
        return tuple(components)
    return tuple(sorted(components, key=lambda one: one.was is None)[:MAX_COMPONENTS])


def _components(
    settings: Settings, here: Incident, there: Incident | None, language: Language
) -> list[ComponentFact]:
    known = settings.components_by_id
    now = dict(here.states_at(here.last.update.at))
    then = dict(there.states_at(there.last.update.at)) if there else {}
    facts = []
    for key, planned in here.last.states:
        state = now.get(key, ComponentState.OPERATIONAL)
        was = then.get(key, ComponentState.OPERATIONAL) if there else state
        facts.append(
            ComponentFact(
                name=clipped(one_line(known[key].name)) if key in known else key,
                state=language.text(STATES[state]),
                was=language.text(STATES[was]) if was is not state else None,
                planned=language.text(STATES[planned]),
                works=state is ComponentState.OPERATIONAL,
            )
        )
    return facts
