"""Which incidents a feed or a calendar needs whole, chosen from ten thousand outlines."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from heapq import nlargest
from zoneinfo import ZoneInfo

from statusgen.content.outline import Outline
from statusgen.page.feeds.items import FEED_LENGTH
from statusgen.values.days import day_begins

HISTORY_LENGTH = 25
"""How many incidents the Statuspage-shaped history tells."""

CALENDAR_DAYS = 90
"""How long a window stays in the calendars after its end."""


def told_in_feed(outlines: Iterable[Outline], limit: int = FEED_LENGTH) -> tuple[str, ...]:
    """Ids of the incidents that hold the newest `limit` updates, sorted."""
    told_last = nlargest(limit, outlines, key=_last_told)
    told = ((update.at, one.id, update.stem) for one in told_last for update in one.told)
    return tuple(sorted({incident_id for _, incident_id, _ in nlargest(limit, told)}))


def told_by_component(
    outlines: Iterable[Outline], limit: int = FEED_LENGTH
) -> dict[str, tuple[str, ...]]:
    """Component id to the ids of the incidents in its feeds, sorted; none without incidents.

    A component's feeds depend on the content of these incidents and on nothing else.
    """
    about: dict[str, list[Outline]] = {}
    for one in sorted(outlines, key=_last_told, reverse=True):
        for component in one.affected:
            known = about.setdefault(component, [])
            if len(known) < limit:  # each tells one update at least
                known.append(one)
    return {component: told_in_feed(known, limit) for component, known in about.items()}


def told_in_history(outlines: Iterable[Outline]) -> tuple[str, ...]:
    """Ids of the incidents in the Statuspage-shaped history, sorted."""
    return tuple(sorted(one.id for one in nlargest(HISTORY_LENGTH, outlines, key=_last_told)))


def kept_in_calendar(outlines: Iterable[Outline], now: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    """Ids of the maintenances still to come or over for at most `CALENDAR_DAYS`, sorted.

    Depends on `now` only through the day in `zone`.
    """
    first_day = now.astimezone(zone).date() - timedelta(days=CALENDAR_DAYS)
    since = day_begins(first_day, zone)
    kept = (one.id for one in outlines if one.window is not None and one.window.ends >= since)
    return tuple(sorted(kept))


def _last_told(outline: Outline) -> tuple[datetime, str]:
    return (outline.last_at, outline.id)
