"""`api/statusgen.json`: what the Statuspage API has no keys for. Its shape: docs/api.md."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from html import escape

from statusgen.config.settings import Settings
from statusgen.content.incident import Incident
from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.content.markdown.plain_text import as_text
from statusgen.content.step import Step, Window, state_changes
from statusgen.page.api.changes import incident_changed, page_changed
from statusgen.page.api.components import described
from statusgen.page.api.content import Content, created_at, most_recent, newest_first
from statusgen.page.api.encoding import BODY_LIMIT, Json, fitted, shorter
from statusgen.page.api.ids import Ids
from statusgen.page.api.incidents import POSTMORTEM, review
from statusgen.page.page import Page
from statusgen.values.notation import format_instant

KEY = "api/statusgen.json"
FORMAT = 1
"""Grows when a key goes or changes its meaning; new keys leave it alone."""

_LINKS = {
    "page": "",
    "history": "history/index.html",
    "rss": "feed.xml",
    "atom": "atom.xml",
    "json_feed": "feed.json",
    "calendar": "calendar.ics",
    "summary": "api/v2/summary.json",
    "uptime": "api/uptime.json",
}


def own_file(content: Content, settings: Settings, prose: BodyRenderer) -> bytes:
    """The body of `api/statusgen.json`, under 1 MiB as those of `api/v2/`."""
    page, ids = content.page, Ids(settings.page.url)
    stories = _Stories(settings, ids, prose, page.now)
    incidents = (*most_recent(content.incidents), *page.open_incidents)
    maintenances = (*most_recent(content.maintenances), *content.planned)
    document: Json = {
        "format": FORMAT,
        "page": _page(content, settings, ids),
        "links": {name: settings.page.link(key) for name, key in _LINKS.items()},
        "status": {
            "indicator": page.overall.indicator,
            "description": page.overall.description,
        },
        "next_update_due": _optional(page.next_due),
        "components": described(_components(page, ids)),
        "incidents": stories.of(incidents),
        "maintenances": stories.of(maintenances),
        "notices": stories.of(content.notices),
    }
    kinds = ("incidents", "maintenances", "notices")
    return fitted(document, *kinds, updates="updates", cut=_cut)


def _cut(piece: Json) -> Json:
    """An update or a review; a long one as the beginning of its text, in one paragraph."""
    html = str(piece["html"])
    if len(html) <= BODY_LIMIT:
        return piece
    text = escape(shorter(as_text(html))).replace("\n", "<br>")
    return piece | {"html": f"<p>{text}</p>"}


def _page(content: Content, settings: Settings, ids: Ids) -> Json:
    page = settings.page
    return {
        "statuspage_id": ids.page,
        "name": page.name,
        "service": page.service,
        "url": page.url,
        "time_zone": page.timezone,
        "language": page.language,
        "support": page.support,
        "updated_at": format_instant(page_changed(content, settings)),
    }


def _components(page: Page, ids: Ids) -> list[Json]:
    return [
        {
            "id": line.component.id,
            "statuspage_id": ids.component(line.component.id),
            "name": line.component.name,
            "group": group.name,
            "description": line.component.description,
            "since": line.component.since.isoformat() if line.component.since else None,
            "status": line.state,
            "incidents": list(line.incidents),
        }
        for group in page.groups
        for line in group.lines
    ]


class _Stories:
    """Tells incidents, maintenances and notices whole."""

    def __init__(self, settings: Settings, ids: Ids, prose: BodyRenderer, now: datetime) -> None:
        self._link, self._ids, self._prose, self._now = settings.page.link, ids, prose, now

    def of(self, incidents: Iterable[Incident]) -> list[Json]:
        """Newest first, each once."""
        return [self._story(one) for one in newest_first(incidents)]

    def _story(self, incident: Incident) -> Json:
        now = self._now
        is_open = incident.is_open(now)
        duration = incident.duration
        severity = incident.severity
        return {
            "id": incident.id,
            "statuspage_id": self._ids.incident(incident.id),
            "url": self._link(f"incidents/{incident.id}.html"),
            "title": incident.title,
            "phase": incident.phase_at(now),
            "is_open": is_open,
            "severity": severity.key if severity else None,
            "severity_label": severity.label if severity else None,
            "impact": incident.impact,
            "impact_text": incident.last.impact,
            "cause": incident.last.cause,
            "created_at": format_instant(created_at(incident)),
            "updated_at": format_instant(incident_changed(incident, now)),
            "started_at": format_instant(incident.started),
            "ended_at": _optional(incident.ended_by(now)),
            "duration_seconds": int(duration.total_seconds()) if duration is not None else None,
            "next_update_due": _optional(incident.last.next_due if is_open else None),
            "is_late": incident.lateness(now) > timedelta(0),
            "window": _window(incident.window),
            "until": _optional(incident.until),
            "affected": list(incident.affected),
            "components": dict(incident.states_at(now)) if is_open else {},
            "postmortem": self._postmortem(incident),
            "updates": [
                self._update(incident, step, earlier)
                for step, earlier in zip(
                    incident.steps[::-1], (*incident.steps[-2::-1], None), strict=True
                )
            ],
        }

    def _update(self, incident: Incident, step: Step, earlier: Step | None) -> Json:
        update = step.update
        return {
            "id": update.id,
            "statuspage_id": self._ids.update(update.id),
            "url": self._link(f"incidents/{incident.id}.html#{update.anchor}"),
            "phase": step.phase,
            "is_new_phase": step.is_new_phase,
            "title": step.title,
            "severity": step.severity.key if step.severity else None,
            "at": format_instant(update.at),
            "edited_at": _optional(update.edited),
            "html": self._prose.portable_html(update.body),
            "changes": [
                {"component": one.component, "old": one.old, "new": one.new}
                for one in state_changes(step, earlier)
            ],
            "next_update_due": _optional(step.next_due),
            "moved_from": _window(step.moved_from),
        }

    def _postmortem(self, incident: Incident) -> Json | None:
        postmortem = review(incident, self._now)
        if postmortem is None:
            return None
        return {
            "statuspage_id": self._ids.update(f"{incident.id}/{POSTMORTEM}"),
            "at": _optional(postmortem.at),
            "html": self._prose.portable_html(postmortem.body),
        }


def _window(window: Window | None) -> Json | None:
    if window is None:
        return None
    return {"starts_at": format_instant(window.starts), "ends_at": format_instant(window.ends)}


def _optional(instant: datetime | None) -> str | None:
    return format_instant(instant) if instant is not None else None
