"""Whatever the history: strict clients read it, and page, list and roll-up agree."""

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from statusgen.page.overall import overall
from statusgen.page.page import make_page
from statusgen.values.vocabulary import ComponentState
from tests.builders import (
    instant,
    make_first,
    make_incident,
    make_scheduled,
    make_settings,
    make_update,
)
from tests.page.api.stories import COMPONENTS, NOW, api_of
from tests.page.api.strict_client import INCIDENT_STATUSES, MAINTENANCE_STATUSES
from tests.page.site.samples import make_site, read_page

BEGINNING = instant("2026-10-20T00:00")
ZONES = ("UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Chatham", "Africa/Abidjan")
INCIDENT_PHASES = ("investigating", "identified", "monitoring", "resolved", "update")
MAINTENANCE_PHASES = ("in_progress", "verifying", "completed", "canceled", "update")

hours = st.integers(0, 24 * 32)
components = st.dictionaries(
    st.sampled_from([one.id for one in COMPONENTS]),
    st.sampled_from([None, *map(str, ComponentState)]),
    max_size=3,
)


def when(hour):
    return (BEGINNING + timedelta(hours=hour)).isoformat()[:16]


@st.composite
def histories(draw):
    return tuple(
        draw(maintenances(f"m{n}")) if draw(st.booleans()) else draw(incidents(f"i{n}"))
        for n in range(draw(st.integers(0, 4)))
    )


@st.composite
def incidents(draw, name):
    first, *rest = draw(st.lists(hours, min_size=1, max_size=4, unique=True).map(sorted))
    severity = draw(st.sampled_from(["SEV1", "SEV2", "SEV3", "SEV4"]))
    facts = {"incident_id": name, "severity": severity, "components": draw(components)}
    later = draw(updates(name, rest, INCIDENT_PHASES))
    return make_incident(make_first(at=when(first), **facts), *later)


@st.composite
def maintenances(draw, name):
    first, *rest = draw(st.lists(hours, min_size=1, max_size=3, unique=True).map(sorted))
    starts = draw(hours)
    window = {"starts": when(starts), "ends": when(starts + draw(st.integers(1, 48)))}
    facts = {"incident_id": name, "components": draw(components)} | window
    later = draw(updates(name, rest, MAINTENANCE_PHASES))
    return make_incident(make_scheduled(at=when(first), **facts), *later)


@st.composite
def updates(draw, name, at, phases):
    return [
        make_update(
            draw(st.sampled_from(phases)),
            when(hour),
            incident_id=name,
            components=draw(components),
        )
        for hour in at
    ]


@settings(max_examples=60)
@given(histories(), st.sampled_from(ZONES), st.booleans())
def test_page_files_and_roll_up_agree(history, zone, is_later):
    now = NOW + timedelta(days=30) if is_later else NOW
    page_settings = make_settings(components=COMPONENTS, page={"timezone": zone})
    page = make_page(COMPONENTS, history, now, page_settings.page.zone, days=90)

    api = api_of(*history, now=now, settings=page_settings)

    status = api["status"]["status"]
    leaves = [row for row in api["components"]["components"] if not row["group"]]
    weights = [one.weight for one in history if one.severity and one.is_open(now)]
    raised = overall([ComponentState(row["status"]) for row in leaves], weights)
    index = read_page(make_site(page_settings).index(page)).text
    assert (status["indicator"], status["description"]) == (
        raised.indicator,
        raised.description,
    )
    assert status["description"] == page.overall.description
    assert status["description"] in index


@settings(max_examples=100)
@given(histories(), st.sampled_from(ZONES))
def test_lists_hold_what_their_names_say_in_order(history, zone):
    api = api_of(*history, settings=make_settings(components=COMPONENTS, page={"timezone": zone}))

    unresolved = api["incidents/unresolved"]["incidents"]
    upcoming = api["scheduled-maintenances/upcoming"]["scheduled_maintenances"]
    active = api["scheduled-maintenances/active"]["scheduled_maintenances"]
    assert unresolved == of_status(api["incidents"]["incidents"], INCIDENT_STATUSES[:3])
    every = api["scheduled-maintenances"]["scheduled_maintenances"]
    assert upcoming == of_status(every, MAINTENANCE_STATUSES[:1])
    assert active == of_status(every, MAINTENANCE_STATUSES[1:3])
    rows = {row["id"]: row for row in api["components"]["components"]}
    for entry in (*api["incidents"]["incidents"], *every):
        newest_first = [instant_of(one["created_at"]) for one in entry["incident_updates"]]
        assert newest_first == sorted(newest_first, reverse=True)
        assert instant_of(entry["started_at"]) <= instant_of(entry["created_at"])
        assert entry["components"] == [rows[one["id"]] for one in entry["components"]]
        assert (entry["resolved_at"] is None) == (entry in (*unresolved, *upcoming, *active))
        for older, newer in pairwise(entry["incident_updates"][::-1]):
            assert codes(older) <= codes(newer)


def of_status(entries, statuses):
    return [one for one in entries if one["status"] in statuses]


def instant_of(stamp):
    return datetime.fromisoformat(stamp)


def codes(update):
    return {one["code"] for one in update["affected_components"] or []}
