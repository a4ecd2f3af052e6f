"""A page with something of everything, and the content that the public JSON is made of."""

from datetime import date

from statusgen.config.component import Component
from statusgen.content.incident import fold
from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.content.outline import outline
from statusgen.content.update import Postmortem
from statusgen.page.api.content import Content
from statusgen.page.api.statuspage import statuspage_files
from statusgen.page.page import make_page
from tests.builders import (
    SEVERITIES,
    instant,
    make_first,
    make_incident,
    make_scheduled,
    make_settings,
    make_update,
)
from tests.page.api.strict_client import read

NOW = instant("12:00")
COMPONENTS = (
    Component("checkout", "Checkout", "Shop", "Cart and payment", since=date(2024, 1, 1)),
    Component("search", "Search", "Shop"),
    Component("api", "API"),
    Component("docs", "Docs", "Help"),
    Component("fax", "Fax", retired=date(2026, 5, 1)),
)
SETTINGS = make_settings(components=COMPONENTS, page={"timezone": "Europe/Berlin"})


def make_content(*incidents, now=NOW, settings=SETTINGS):
    page = make_page(
        settings.components, incidents, now, settings.page.zone, settings.page.history_days
    )
    return Content(
        page,
        tuple(one for one in incidents if not one.is_maintenance and not one.is_notice),
        tuple(one for one in incidents if one.is_maintenance),
        tuple(outline(one) for one in incidents),
        tuple(one for one in incidents if one.is_notice),
    )


def bodies_of(*incidents, now=NOW, settings=SETTINGS):
    """Return the eight bodies by name, such as `incidents/unresolved`."""
    content = make_content(*incidents, now=now, settings=settings)
    files = statuspage_files(content, settings, BodyRenderer(settings.page.url))
    return {key.removeprefix("api/v2/").removesuffix(".json"): body for key, body in files.items()}


def api_of(*incidents, now=NOW, settings=SETTINGS):
    """Return the eight files as a strict client reads them."""
    bodies = bodies_of(*incidents, now=now, settings=settings)
    return {name: read(name, body) for name, body in bodies.items()}


def make_maintenance(name, *later, **facts):
    """Return a maintenance from 03:00 to 05:00 with the updates told as (status, at, facts)."""
    updates = [make_update(status, at, incident_id=name, **more) for status, at, more in later]
    return make_incident(make_scheduled(incident_id=name, **facts), *updates)


def make_notice(name, **facts):
    """Return a notice that ends after seven days."""
    return make_incident(make_update("notice", incident_id=name, title="News", **facts))


def make_story(name, *later, postmortem=None, **facts):
    """Return an incident with the updates told as (status, at, facts)."""
    updates = [make_update(status, at, incident_id=name, **more) for status, at, more in later]
    return fold([make_first(incident_id=name, **facts), *updates], SEVERITIES, postmortem)


def everything():
    """Return incidents and maintenances of every kind, as of NOW."""
    return (
        make_story("open", at="11:00", components={"checkout": "partial_outage", "fax": None}),
        make_story("watched", ("monitoring", "11:30", {}), at="10:30", components=["api"]),
        make_story(
            "over",
            ("identified", "02:30", {"edited": "02:40"}),
            ("update", "02:45", {"notify": False}),
            ("resolved", "03:00", {"cause": "A certificate expired."}),
            components={"search": "major_outage"},
            started="01:50",
        ),
        make_story(
            "reviewed",
            ("resolved", "2026-11-02T04:00", {}),
            at="2026-11-02T02:00",
            postmortem=Postmortem("## What we learned\n\nMuch.", instant("2026-11-05T09:00")),
        ),
        make_maintenance("ahead", starts="13:00", ends="14:00"),
        make_maintenance("now", starts="11:30", ends="13:00", components=["docs"]),
        make_maintenance("done"),
        make_maintenance("dropped", ("canceled", "02:00", {})),
        make_notice("news", components=["docs"]),
    )
