"""A client of the Statuspage API v2 that refuses whatever real clients have been seen to refuse.

Unknown, missing and misplaced keys, nulls where none are known, words outside the vocabulary,
a byte order mark, bodies over 1 MiB, and components that don't fit together.
"""

import json
import re

MAX_BYTES = 1_048_576
STATES = (
    "operational",
    "degraded_performance",
    "partial_outage",
    "major_outage",
    "under_maintenance",
)
INCIDENT_STATUSES = ("investigating", "identified", "monitoring", "resolved", "postmortem")
MAINTENANCE_STATUSES = ("scheduled", "in_progress", "verifying", "completed")
IMPACTS = ("none", "minor", "major", "critical")
DESCRIPTIONS = (
    "All Systems Operational",
    "Partially Degraded Service",
    "Degraded System Service",
    "Minor Service Outage",
    "Partial System Outage",
    "Major System Outage",
    "Service Under Maintenance",
)
_ID = re.compile(r"[a-z0-9]{12}")
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)")
_URL = re.compile(r"https?://[^\s]+")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class RefusedError(AssertionError):
    """The body is not what the API serves."""


def read(name, body):
    """Return what the file called `name` holds; `incidents/unresolved` is a name."""
    demand(not body.startswith(b"\xef\xbb\xbf"), "a byte order mark")
    demand(len(body) <= MAX_BYTES, f"{name} has {len(body)} bytes")
    document = json.loads(body.decode("utf-8"), object_pairs_hook=without_doubles)
    FILES[name](document, name)
    if "components" in document:
        check_tree(document["components"])
    return document


def demand(is_so, what):
    if not is_so:
        raise RefusedError(what)


def without_doubles(pairs):
    demand(len(dict(pairs)) == len(pairs), "a key is there twice")
    return dict(pairs)


def record(**checks):
    """Return a check for an object with exactly these keys, in this order."""

    def check(value, where):
        demand(isinstance(value, dict), f"{where} is no object")
        demand(list(value) == list(checks), f"{where} has keys {list(value)}")
        for key, inner in checks.items():
            inner(value[key], f"{where}.{key}")

    return check


def each(inner):
    def check(value, where):
        demand(isinstance(value, list), f"{where} is no list")
        for number, one in enumerate(value):
            inner(one, f"{where}[{number}]")

    return check


def optional(inner):
    return lambda value, where: value is None or inner(value, where)


def matching(pattern):
    def check(value, where):
        is_text = isinstance(value, str) and pattern.fullmatch(value)
        demand(is_text, f"{where} is {value!r}")

    return check


def one_of(*words):
    return lambda value, where: demand(value in words, f"{where} is {value!r}")


def a(kind):
    return lambda value, where: demand(type(value) is kind, f"{where} is {value!r}")


def null(value, where):
    demand(value is None, f"{where} is {value!r}")


ID, STAMP, URL = matching(_ID), matching(_STAMP), matching(_URL)
PAGE = record(id=ID, name=a(str), url=URL, time_zone=a(str), updated_at=STAMP)
STATUS = record(indicator=one_of(*IMPACTS, "maintenance"), description=one_of(*DESCRIPTIONS))
_COMPONENT = {
    "id": ID,
    "name": a(str),
    "status": one_of(*STATES),
    "created_at": STAMP,
    "updated_at": STAMP,
    "position": a(int),
    "description": optional(a(str)),
    "showcase": a(bool),
    "start_date": optional(matching(_DATE)),
    "group_id": optional(ID),
    "page_id": ID,
    "group": a(bool),
    "only_show_if_degraded": a(bool),
}
LEAF = record(**_COMPONENT)
GROUP = record(**_COMPONENT, components=each(ID))


def component(value, where):
    (GROUP if value.get("group") else LEAF)(value, where)


def story(statuses, impacts, **last):
    """Return a check for an incident or a maintenance."""
    update = record(
        id=ID,
        status=one_of(*statuses),
        body=a(str),
        incident_id=ID,
        created_at=STAMP,
        updated_at=STAMP,
        display_at=STAMP,
        affected_components=optional(
            each(
                record(
                    code=ID,
                    name=a(str),
                    old_status=one_of(*STATES),
                    new_status=one_of(*STATES),
                )
            )
        ),
        deliver_notifications=a(bool),
        custom_tweet=null,
        tweet_id=null,
    )
    return record(
        id=ID,
        name=a(str),
        status=one_of(*statuses),
        created_at=STAMP,
        updated_at=STAMP,
        monitoring_at=optional(STAMP),
        resolved_at=optional(STAMP),
        impact=one_of(*impacts),
        shortlink=URL,
        started_at=STAMP,
        page_id=ID,
        incident_updates=each(update),
        components=each(LEAF),
        **last,
    )


INCIDENT = story(INCIDENT_STATUSES, IMPACTS, reminder_intervals=null)
MAINTENANCE = story(
    MAINTENANCE_STATUSES, ("maintenance",), scheduled_for=STAMP, scheduled_until=STAMP
)
_INCIDENTS = record(page=PAGE, incidents=each(INCIDENT))
_MAINTENANCES = record(page=PAGE, scheduled_maintenances=each(MAINTENANCE))
FILES = {
    "summary": record(
        page=PAGE,
        components=each(component),
        incidents=each(INCIDENT),
        scheduled_maintenances=each(MAINTENANCE),
        status=STATUS,
    ),
    "status": record(page=PAGE, status=STATUS),
    "components": record(page=PAGE, components=each(component)),
    "incidents": _INCIDENTS,
    "incidents/unresolved": _INCIDENTS,
    "scheduled-maintenances": _MAINTENANCES,
    "scheduled-maintenances/upcoming": _MAINTENANCES,
    "scheduled-maintenances/active": _MAINTENANCES,
}


def check_tree(rows):
    """Demand that groups and their components name each other, one level deep."""
    groups = {row["id"]: row for row in rows if row["group"]}
    leaves = {row["id"]: row for row in rows if not row["group"]}
    demand(len(groups) + len(leaves) == len(rows), "an id is there twice")
    positions = [row["position"] for row in rows]
    demand(positions == sorted(positions), "rows are not in the order of their positions")
    for group in groups.values():
        demand(group["group_id"] is None, "a group in a group")
        own = [row["id"] for row in rows if row["group_id"] == group["id"]]
        demand(group["components"] == own, f"{group['name']} lists others than its own")
    for row in leaves.values():
        demand(row["group_id"] is None or row["group_id"] in groups, "a group that is not there")
