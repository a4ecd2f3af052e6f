"""What the windows ahead will make of the page by themselves, if nobody writes anything."""

from datetime import datetime
from zoneinfo import ZoneInfo

from statusgen.page.overall import Overall
from statusgen.page.page import ComponentGroup, Page, grouped, overall_state, under_way
from statusgen.page.timeline import spans
from statusgen.values.value import Value

FORESEEN = 12
"""So many instants are looked at, the next ones; never by how far off they are, so that what is
made of them changes only when one has passed."""


class Forecast(Value, frozen=True):
    """The page from an instant on at which a maintenance begins or ends by itself."""

    at: datetime
    overall: Overall
    groups: tuple[ComponentGroup, ...]
    under_way: int
    """How many maintenances are in progress."""


def outlook(page: Page, zone: ZoneInfo) -> tuple[Forecast, ...]:
    """What `make_page` would say at the next such instants, in order; empty without any."""
    maintenances = (*page.under_way, *page.upcoming)
    moving = [one for one in maintenances if one.moves_after(page.now)]
    instants = sorted({at for one in moving for at in one.moves_after(page.now)})[:FORESEEN]
    ids = {one.id for one in moving}
    staying = [one for one in page.holds if one.incident_id not in ids]
    components = [line.component for group in page.groups for line in group.lines]
    found = []
    for at in instants:
        today = at.astimezone(zone).date()
        shown = [one for one in components if not one.is_retired(today)]
        groups = grouped(shown, (*staying, *spans(moving, at)))
        count = len(under_way(maintenances, at))
        found.append(Forecast(at, overall_state(groups, page.open_incidents), groups, count))
    return tuple(found)
