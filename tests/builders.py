"""Values with defaults: a test names only what it is about."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from statusgen.config.component import Component
from statusgen.config.settings import Brakes, PageSettings, Settings
from statusgen.config.severity import DEFAULT_SEVERITIES
from statusgen.content.entries.update_file import Vocabulary
from statusgen.content.incident import Incident, fold
from statusgen.content.update import ComponentChange, Update
from statusgen.values.vocabulary import SAME_PHASE, ComponentState, Phase

SEVERITIES = {level.key: level for level in DEFAULT_SEVERITIES}
COMPONENTS = (
    Component("checkout", "Checkout", "Shop"),
    Component("search", "Search", "Shop"),
    Component("api", "API"),
)
BERLIN = ZoneInfo("Europe/Berlin")


def instant(text="02:04"):
    """`02:04` on 21 November 2026, or any ISO date and time; always UTC."""
    return datetime.fromisoformat(text if "-" in text else f"2026-11-21T{text}").replace(tzinfo=UTC)


def make_update(status="investigating", at="02:04", **facts):
    """Return an update; `components` is a list of ids or a mapping of ids to states."""
    components = facts.pop("components", {})
    states = components if isinstance(components, dict) else dict.fromkeys(components)
    for key in ("started", "edited", "next_at", "starts", "ends"):
        if key in facts:
            facts[key] = instant(facts[key])
    return Update(
        incident_id=facts.pop("incident_id", "2026-11-21-checkout-errors"),
        stem=facts.pop("stem", f"{at.replace(':', '')}-{status}"),
        phase=None if status == SAME_PHASE else Phase(status),
        at=instant(at),
        body=facts.pop("body", "We are looking into it."),
        components=tuple(
            ComponentChange(name, ComponentState(state) if state else None)
            for name, state in states.items()
        ),
        **facts,
    )


def make_first(status="investigating", at="02:04", **facts):
    """Return an update that may begin an incident: it has a title and a severity."""
    facts = {"title": "Increased error rates on checkout", "severity": "SEV1"} | facts
    return make_update(status, at, **facts)


def make_scheduled(status="scheduled", at="2026-11-20T12:00", **facts):
    """Return an update that may begin a maintenance, planned from 03:00 to 05:00."""
    facts = {
        "title": "Database upgrade",
        "incident_id": "2026-11-21-database-upgrade",
        "starts": "03:00",
        "ends": "05:00",
        "components": ["checkout"],
    } | facts
    return make_update(status, at, **facts)


def make_incident(*updates, severities=None) -> Incident:
    """Return the fold of `updates`; of one first update when there are none."""
    return fold(updates or (make_first(),), severities or SEVERITIES)


def make_page_settings(**facts):
    facts = {
        "name": "Acme Status",
        "service": "Acme",
        "url": "https://status.example.com",
    } | facts
    return PageSettings(**facts)


def make_settings(**facts) -> Settings:
    """Return settings without targets or mail; `page` takes what `make_page_settings` does."""
    page = facts.pop("page", {})
    defaults = {
        "root": Path("/nowhere"),
        "page": make_page_settings(**page),
        "components": COMPONENTS,
        "severities": SEVERITIES,
        "targets": (),
        "mail": None,
        "database": "sqlite://",
        "brakes": Brakes(),
        "fingerprint": "fingerprint",
    }
    return Settings(**defaults | facts)


def make_vocabulary(zone=BERLIN):
    return Vocabulary(
        components=tuple(one.id for one in COMPONENTS),
        severities=SEVERITIES,
        audiences=frozenset({"subscribers", "stakeholders"}),
        zone=zone,
    )


def write_tree(root: Path, files: dict[str, str]) -> Path:
    """Write `files`, path to text, below `root`."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def make_notice(at="02:04", **facts):
    """Return an update that begins a notice."""
    facts = {
        "title": "Support moves to a new address",
        "incident_id": "2026-11-21-support-moves",
        "body": "Write to the new one.",
    } | facts
    return make_update("notice", at, **facts)
