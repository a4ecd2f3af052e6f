"""The eight files of the Statuspage API v2, key by key as its clients know them.

The shape is what real pages serve; docs/api.md tells where ours differs, and why.
"""

from statusgen.config.settings import Settings
from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.page.api.changes import component_dates, page_changed
from statusgen.page.api.components import ComponentRows
from statusgen.page.api.content import Content, most_recent
from statusgen.page.api.encoding import Json, encoded, fitted, shorter
from statusgen.page.api.ids import Ids
from statusgen.page.api.incidents import IncidentEntries
from statusgen.page.api.timestamps import Timestamps

FOLDER = "api/v2/"


def statuspage_files(content: Content, settings: Settings, prose: BodyRenderer) -> dict[str, bytes]:
    """The bodies of `api/v2/…` by key, each under 1 MiB; see `fitted` for how."""
    page = content.page
    ids, timestamps = Ids(settings.page.url), Timestamps(settings.page.zone)
    rows = ComponentRows(page, component_dates(content, settings), ids, timestamps)
    entries = IncidentEntries(settings, rows, prose, page.now)
    head = {"page": _page(settings, ids, timestamps.written(page_changed(content, settings)))}
    status: Json = {
        "status": {
            "indicator": page.overall.indicator,
            "description": page.overall.description,
        }
    }
    components: Json = {"components": rows.all}
    unresolved = {"incidents": entries.of(page.open_incidents)}
    planned = {"scheduled_maintenances": entries.of(content.planned)}
    documents: dict[str, Json] = {
        "summary": {**head, **components, **unresolved, **planned, **status},
        "status": {**head, **status},
        "components": {**head, **components},
        "incidents": {**head, "incidents": entries.of(most_recent(content.incidents))},
        "incidents/unresolved": {**head, **unresolved},
        "scheduled-maintenances": {
            **head,
            "scheduled_maintenances": entries.of(most_recent(content.maintenances)),
        },
        "scheduled-maintenances/upcoming": {
            **head,
            "scheduled_maintenances": entries.of(page.upcoming),
        },
        "scheduled-maintenances/active": {
            **head,
            "scheduled_maintenances": entries.of(page.under_way),
        },
    }
    return {f"{FOLDER}{name}.json": _body(one) for name, one in documents.items()}


def _page(settings: Settings, ids: Ids, changed: str) -> Json:
    return {
        "id": ids.page,
        "name": settings.page.name,
        "url": settings.page.url,
        "time_zone": settings.page.timezone,
        "updated_at": changed,
    }


def _body(document: Json) -> bytes:
    lists = [name for name in ("incidents", "scheduled_maintenances") if name in document]
    if not lists:
        return encoded(document)
    return fitted(document, *lists, updates="incident_updates", cut=_cut)


def _cut(update: Json) -> Json:
    return update | {"body": shorter(str(update["body"]))}
