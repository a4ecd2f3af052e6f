"""`api/uptime.json`: the days behind the bars and the numbers. Its shape: docs/api.md."""

from statusgen.config.settings import Settings
from statusgen.page.api.encoding import LIMIT, Json, encoded
from statusgen.page.api.ids import Ids
from statusgen.page.page import Page
from statusgen.page.uptime import WEIGHTS, DayRecord, Uptime
from statusgen.values.notation import format_instant
from statusgen.values.vocabulary import ComponentState

KEY = "api/uptime.json"
FORMAT = 1
"""Grows when a key goes or changes its meaning; new keys leave it alone."""

RULE = (
    "Uptime is the share of all complete days that a component was not down. A major outage "
    "counts as down for all of its time, a partial outage for 30 % of it, degraded performance "
    "and planned maintenance not at all. Days before a component's first day and today don't count."
)
_DECIMALS = 8
"""Enough for a second in a year: what is not perfect does not read as 1."""


def uptime_file(page: Page, settings: Settings) -> bytes:
    """The body of `api/uptime.json`; where it would be over LIMIT, the oldest days are left out."""
    ids = Ids(settings.page.url)
    weights = {state: WEIGHTS.get(state, 0.0) for state in ComponentState}
    known = settings.components_by_id
    document: Json = {
        "format": FORMAT,
        "page": settings.page.name,
        "url": settings.page.url,
        "time_zone": settings.page.timezone,
        "days": settings.page.history_days,
        "rule": RULE,
        "weights": weights,
    }
    rows: list[Json] = [
        {
            "id": one.component,
            "statuspage_id": ids.component(one.component),
            "name": known[one.component].name,
            "group": known[one.component].group,
            "uptime": _ratio(one),
        }
        for one in page.uptimes
    ]
    days = [[_day(day) for day in one.days] for one in page.uptimes]
    body = _body(document, rows, days)
    if len(body) <= LIMIT:
        return body
    bare = _body(document, rows, [[] for _ in days])
    count = _newest_that_fit(days, LIMIT - len(bare))
    return _body(document, rows, [one[-count:] for one in days])


def _body(document: Json, rows: list[Json], days: list[list[Json]]) -> bytes:
    told = [row | {"days": one} for row, one in zip(rows, days, strict=True)]
    return encoded(document | {"components": told})


def _newest_that_fit(days: list[list[Json]], limit: int) -> int:
    """How many days of all components take at most `limit` bytes; at least today."""
    count = 0
    for of_all in reversed(list(zip(*days, strict=True))):
        limit -= len(encoded(of_all)) - 1  # each day with its comma
        if limit < 0:
            break
        count += 1
    return max(count, 1)


def _ratio(uptime: Uptime) -> float | None:
    return round(uptime.ratio, _DECIMALS) if uptime.ratio is not None else None


def _day(record: DayRecord) -> Json:
    """A day without trouble is told in two keys: there are tens of thousands of them."""
    day: Json = {"date": record.date.isoformat(), "worst": record.worst}
    if record.since is not None:
        day["since"] = format_instant(record.since)
    elif record.incidents:
        day["seconds"] = {state: int(held.total_seconds()) for state, held in record.times}
    if record.incidents:
        day["incidents"] = list(record.incidents)
    return day
