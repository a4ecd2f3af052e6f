"""When things last changed, by content and boundaries that have passed: never by the clock."""

from collections.abc import Mapping
from datetime import datetime

from statusgen.config.component import beginning
from statusgen.config.settings import Settings
from statusgen.content.incident import Incident
from statusgen.content.outline import Outline
from statusgen.page.api.content import Content, created_at
from statusgen.page.api.timestamps import Timestamps
from statusgen.page.timeline import spans
from statusgen.values.days import day_begins
from statusgen.values.vocabulary import Phase

Dates = Mapping[str, tuple[datetime, datetime]]
"""Component id to when it came to be and when its state last changed."""


def incident_changed(incident: Incident, now: datetime) -> datetime:
    """When it was last told of, corrected, reviewed, or moved on by itself."""
    return max((incident.changed_at, *_moved_on(incident.last.phase, incident, now)))


def page_changed(content: Content, settings: Settings) -> datetime:
    """When anything on the page last changed, however old it is.

    A page that tells nothing is as old as its components: clients need a date.
    """
    changed = [one.changed_at for one in content.outlines]
    timed = [one for one in content.outlines if one.window or one.until]
    moved = [at for one in timed for at in _moved_on(one.phase, one, content.now)]
    return max((*changed, *moved), default=_beginning(content, settings))


def component_dates(content: Content, settings: Settings) -> Dates:
    """The dates of every component of the configuration.

    It came to be at its `since`, else with the first incident that names it, else with the first
    of the page, else with the page. Its state last changed when the last such incident ended; or
    changed it, while that is open.
    """
    midnight = Timestamps(settings.page.zone).midnight
    first = min(
        (created_at(one) for one in content.outlines), default=_beginning(content, settings)
    )
    mentioned = _first_mentions(content)
    moved = _last_moves(content)
    dates = {}
    for one in settings.components:
        created = midnight(one.since) if one.since else mentioned.get(one.id, first)
        dates[one.id] = (created, max(created, moved.get(one.id, created)))
    return dates


def _beginning(content: Content, settings: Settings) -> datetime:
    zone = settings.page.zone
    return day_begins(beginning(settings.components, content.now.astimezone(zone).date()), zone)


def _first_mentions(content: Content) -> dict[str, datetime]:
    first: dict[str, datetime] = {}
    for outline in content.outlines:
        at = created_at(outline)
        for component in outline.affected:
            first[component] = min(first.get(component, at), at)
    return first


def _last_moves(content: Content) -> dict[str, datetime]:
    last: dict[str, datetime] = {}
    for outline in content.outlines:
        ended = outline.settled_at
        if ended is None or not outline.phase_at(content.now).is_closing:
            continue
        for component in outline.affected:
            last[component] = max(last.get(component, ended), ended)
    for span in spans(content.live, content.now):
        edge = span.ends or span.starts
        last[span.component] = max(last.get(span.component, edge), edge)
    return last


def _moved_on(phase: Phase, one: Incident | Outline, now: datetime) -> tuple[datetime, ...]:
    """Instants at which it moved on by itself: the edges of its window, the end of a notice."""
    edges: tuple[datetime, ...] = ()
    if one.until is not None:
        edges = (one.until,)
    elif phase is Phase.SCHEDULED and one.window is not None:
        edges = (one.window.starts, one.window.ends)
    return tuple(edge for edge in edges if edge <= now)
