"""Incidents and maintenances as entries of the Statuspage API."""

from collections.abc import Iterable
from datetime import datetime
from operator import itemgetter

from statusgen.config.settings import Settings
from statusgen.content.incident import Incident
from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.content.step import Step, effects
from statusgen.content.update import Postmortem
from statusgen.page.api.changes import incident_changed
from statusgen.page.api.components import ComponentRows, full_name
from statusgen.page.api.content import created_at, newest_first
from statusgen.page.api.encoding import Json
from statusgen.page.api.ids import Ids
from statusgen.page.api.timestamps import Timestamps
from statusgen.values.vocabulary import Phase

POSTMORTEM = "postmortem"
"""The status of an incident whose review is published, and of the update that carries it."""

_STATUSES = {Phase.CANCELED: Phase.COMPLETED}
"""Phases that the API has no word for, and what it says instead."""

_WATCHED = (Phase.MONITORING, Phase.VERIFYING)


def review(incident: Incident, now: datetime) -> Postmortem | None:
    """Its published postmortem, once it is over."""
    postmortem = incident.postmortem
    if postmortem is None or postmortem.draft or incident.is_open(now):
        return None
    return postmortem


class IncidentEntries:
    """Makes the entries of one page at `now`; each is made once."""

    def __init__(
        self,
        settings: Settings,
        rows: ComponentRows,
        prose: BodyRenderer,
        now: datetime,
    ) -> None:
        self._settings, self._rows, self._prose, self._now = settings, rows, prose, now
        self._ids = Ids(settings.page.url)
        self._timestamps = Timestamps(settings.page.zone)
        self._known = settings.components_by_id
        self._made: dict[str, Json] = {}

    def of(self, incidents: Iterable[Incident]) -> list[Json]:
        """The entries of these, newest first."""
        return [self._entry(one) for one in newest_first(incidents)]

    def _entry(self, incident: Incident) -> Json:
        if incident.id not in self._made:
            self._made[incident.id] = self._common(incident) | self._ending(incident)
        return self._made[incident.id]

    def _common(self, incident: Incident) -> Json:
        written, optional = self._timestamps.written, self._timestamps.optional
        created = created_at(incident)
        return {
            "id": self._ids.incident(incident.id),
            "name": incident.title,
            "status": self._status(incident),
            "created_at": written(created),
            "updated_at": written(incident_changed(incident, self._now)),
            "monitoring_at": optional(_watched_at(incident)),
            "resolved_at": optional(incident.ended_by(self._now)),
            "impact": incident.impact,
            "shortlink": self._settings.page.link(f"incidents/{incident.id}.html"),
            "started_at": written(min(created, incident.started)),
            "page_id": self._ids.page,
            "incident_updates": self._updates(incident),
            "components": self._rows.of(incident.affected),
        }

    def _ending(self, incident: Incident) -> Json:
        """The keys that only an incident has, or only a maintenance."""
        if incident.window is None:
            return {"reminder_intervals": None}
        written = self._timestamps.written
        return {
            "scheduled_for": written(incident.window.starts),
            "scheduled_until": written(incident.window.ends),
        }

    def _status(self, incident: Incident) -> str:
        if not incident.is_maintenance and review(incident, self._now):
            return POSTMORTEM
        phase = incident.phase_at(self._now)
        return _STATUSES.get(phase, phase)

    def _updates(self, incident: Incident) -> list[Json]:
        """Newest first; the API's maintenances have no postmortem."""
        told = [
            (step.update.at, self._update(incident, step, earlier))
            for step, earlier in zip(incident.steps, (None, *incident.steps), strict=False)
        ]
        postmortem = review(incident, self._now)
        if postmortem is not None and not incident.is_maintenance:
            at = postmortem.at or incident.last.update.at
            told.append((at, self._postmortem(incident, postmortem, at)))
        return [update for _, update in sorted(told, key=itemgetter(0))[::-1]]

    def _update(self, incident: Incident, step: Step, earlier: Step | None) -> Json:
        update = step.update
        status = _STATUSES.get(step.phase, step.phase)
        return self._said(incident, update.id, status, update.body, update.at) | {
            "updated_at": self._timestamps.written(step.update.changed_at),
            "affected_components": self._affected(step, earlier) or None,
            "deliver_notifications": bool(step.audiences),
        }

    def _postmortem(self, incident: Incident, postmortem: Postmortem, at: datetime) -> Json:
        update_id = f"{incident.id}/{POSTMORTEM}"
        return self._said(incident, update_id, POSTMORTEM, postmortem.body, at)

    def _said(
        self, incident: Incident, update_id: str, status: str, body: str, at: datetime
    ) -> Json:
        when = self._timestamps.written(at)
        return {
            "id": self._ids.update(update_id),
            "status": status,
            "body": self._prose.text(body),
            "incident_id": self._ids.incident(incident.id),
            "created_at": when,
            "updated_at": when,
            "display_at": when,
            "affected_components": None,
            "deliver_notifications": False,
            "custom_tweet": None,
            "tweet_id": None,
        }

    def _affected(self, step: Step, earlier: Step | None) -> list[Json]:
        return [
            {
                "code": self._ids.component(one.component),
                "name": full_name(one.component, self._known),
                "old_status": one.old,
                "new_status": one.new,
            }
            for one in effects(step, earlier)
        ]


def _watched_at(incident: Incident) -> datetime | None:
    """When it was first monitored or verified; a later setback does not undo it."""
    return next((step.update.at for step in incident.steps if step.phase in _WATCHED), None)
