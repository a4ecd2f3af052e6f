"""A small page made by builders, and the reading of rendered pages."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

from statusgen.config.component import Component
from statusgen.config.settings import Brakes, PageSettings, Settings
from statusgen.config.severity import DEFAULT_SEVERITIES
from statusgen.content.incident import Incident, fold
from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.content.outline import outline
from statusgen.content.update import ComponentChange, Postmortem, Update
from statusgen.page.page import make_page, months
from statusgen.page.site.pages import Site
from statusgen.values.value import replace
from statusgen.values.vocabulary import ComponentState, Phase
from statusgen.words.templates import Templates

NOW = datetime(2026, 11, 21, 2, 12, tzinfo=UTC)
SEVERITIES = {level.key: level for level in DEFAULT_SEVERITIES}
COMPONENTS = (
    Component("checkout", "Checkout", "Shop", "Cart and payment"),
    Component("search", "Search", "Shop"),
    Component("api", "API"),
    Component("fax", "Fax", retired=NOW.date()),
)


def make_settings(components=COMPONENTS, **page) -> Settings:
    values = {"name": "Acme Status", "url": "https://status.example.com/acme", "service": "Acme"}
    return Settings(
        root=Path("/nowhere"),
        page=PageSettings(**(values | {"timezone": "Europe/Berlin"} | page)),
        components=components,
        severities=SEVERITIES,
        targets=(),
        mail=None,
        database="sqlite://",
        brakes=Brakes(),
        fingerprint="settings",
    )


def make_site(settings=None) -> Site:
    settings = settings or make_settings()
    return Site(settings, Templates(), BodyRenderer(settings.page.url))


def make_update(stem="01", incident_id="checkout-errors", components=None, **values) -> Update:
    defaults = {"phase": None, "at": NOW, "body": "We are looking into it."}
    changes = tuple(ComponentChange(*one) for one in (components or {}).items())
    return Update(incident_id, stem, components=changes, **(defaults | values))


def make_incident(**values) -> Incident:
    first = {
        "phase": Phase.INVESTIGATING,
        "title": "Errors on checkout",
        "severity": "SEV1",
        "components": {"checkout": ComponentState.MAJOR_OUTAGE},
        "at": NOW - timedelta(minutes=8),
    }
    return fold([make_update(**(first | values))], SEVERITIES)


def make_maintenance(starts, ends, **values) -> Incident:
    first = {
        "phase": Phase.SCHEDULED,
        "title": "Database upgrade",
        "incident_id": "database",
        "components": {"api": None},
        "at": NOW - timedelta(days=3),
    }
    return fold([make_update(starts=starts, ends=ends, **(first | values))], SEVERITIES)


def make_notice(**values) -> Incident:
    first = {
        "phase": Phase.NOTICE,
        "title": "New address for webhooks",
        "incident_id": "new-address",
        "body": "From December on, webhooks come from another address.",
        "at": NOW - timedelta(days=1),
    }
    return fold([make_update(**(first | values))], SEVERITIES)


def sample_incidents() -> tuple[Incident, ...]:
    """One open incident, one with a review, one maintenance ahead."""
    start = datetime(2026, 10, 30, 14, 2, tzinfo=UTC)
    past = fold(
        [
            replace(
                make_incident(
                    at=start, incident_id="payments", title="Payments failed"
                ).first.update
            ),
            make_update(
                "02",
                "payments",
                at=start + timedelta(minutes=20),
                severity="SEV2",
                phase=Phase.IDENTIFIED,
                edited=start + timedelta(hours=1),
                body="| a | b |\n|---|---|\n| 1 | 2 |",
            ),
            make_update(
                "03",
                "payments",
                at=start + timedelta(minutes=63),
                phase=Phase.RESOLVED,
                cause="A certificate expired.",
                impact="One in four payments failed.",
            ),
        ],
        SEVERITIES,
        Postmortem("## What we learned\n\nTo watch certificates.", start + timedelta(days=3)),
    )
    ahead = make_maintenance(NOW + timedelta(days=7), NOW + timedelta(days=7, hours=2))
    return (make_incident(), past, ahead)


def render_site(incidents=None, now=NOW, settings=None) -> dict[str, bytes]:
    """Every file that the site makes, by key."""
    settings = settings or make_settings()
    incidents = sample_incidents() if incidents is None else incidents
    site, zone = make_site(settings), settings.page.zone
    outlines = [outline(one) for one in incidents]
    all_months = months(outlines, now, zone)
    files = site.assets() | {f"incidents/{o.id}.html": site.incident(o, now) for o in incidents}
    page = make_page(settings.components, incidents, now, zone, settings.page.history_days)
    around = [None, *all_months, None]
    for later, month, earlier in zip(around, all_months, around[2:], strict=False):
        files[f"history/{month.key}.html"] = site.month(month, earlier, later, now)
    return files | {
        "history/index.html": site.history(all_months),
        "index.html": site.index(page),
        "404.html": site.not_found(),
        "sitemap.xml": site.sitemap(outlines, all_months),
        "robots.txt": site.robots(),
    }


def write_site(folder: Path, files: dict[str, bytes]) -> None:
    for key, body in files.items():
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)


@dataclass
class Reading(HTMLParser):
    """A page as a browser reads it: elements, attributes, links and text."""

    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.pieces.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.pieces).split())

    @property
    def links(self) -> list[str]:
        return [values["href"] for _, values in self.elements if values.get("href")]

    def headings(self) -> list[int]:
        return [int(tag[1]) for tag, _ in self.elements if tag in {"h1", "h2", "h3", "h4"}]


def read_page(html: bytes) -> Reading:
    reading = Reading()
    reading.feed(html.decode())
    reading.close()
    return reading
