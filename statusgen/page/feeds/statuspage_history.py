"""Incidents as items in the shape of Statuspage's history feeds: one item for a whole incident.

The newest update comes first inside, and the item's dates are those of the newest update, so
that a program made for Statuspage sees what it expects. One thing is left out, the element
`maintenanceEndDate` without a namespace, which makes such feeds invalid; and a maintenance is
dated by its newest update too, not by its start in the future, which readers hide.
"""

from collections.abc import Iterable
from datetime import datetime
from heapq import nlargest

from statusgen.config.settings import Settings
from statusgen.content.incident import Incident
from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.content.step import Step, Window
from statusgen.page.feeds.choosing import HISTORY_LENGTH
from statusgen.page.feeds.items import Item, tag
from statusgen.words.directions import LTR, with_directions
from statusgen.words.labels import update_label
from statusgen.words.times import PageClock

_PLANNED = "THIS IS A SCHEDULED EVENT"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def history_items(
    incidents: Iterable[Incident], settings: Settings, prose: BodyRenderer
) -> tuple[Item, ...]:
    """The 25 incidents that were told of last, newest first."""
    newest = nlargest(HISTORY_LENGTH, incidents, key=lambda one: (one.last.update.at, one.id))
    clock = PageClock(settings.page.zone)
    return tuple(_item(one, settings, prose, clock) for one in newest)


def _item(incident: Incident, settings: Settings, prose: BodyRenderer, clock: PageClock) -> Item:
    return Item(
        id=tag(settings, f"Incident/{incident.id}"),
        title=incident.title,
        url=settings.page.link(f"incidents/{incident.id}.html"),
        html=_html(incident, prose, clock),
        published=incident.last.update.at,
        updated=max(step.update.changed_at for step in incident.steps),
        is_named_by_url=True,
    )


def _html(incident: Incident, prose: BodyRenderer, clock: PageClock) -> str:
    planned = [_window(incident.window, clock)] if incident.window else []
    return "\n".join([*planned, *(_step(step, prose, clock) for step in reversed(incident.steps))])


def _step(step: Step, prose: BodyRenderer, clock: PageClock) -> str:
    at = step.update.at
    head = (
        f"<small>{_day(at, clock)}, {_time(at, clock)} {clock.zone_name(at)}</small><br>"
        f"<strong>{update_label(step.phase, is_new=step.is_new_phase)}</strong> - "
    )
    body = with_directions(prose.portable_html(step.update.body), LTR)
    paragraph, words = "<p>", body.removeprefix("<p>")
    return f"{paragraph}{head}{words}" if words != body else f"<p>{head}</p>\n{body}"


def _window(window: Window, clock: PageClock) -> str:
    starts, ends = clock.local(window.starts), clock.local(window.ends)
    last_day = "" if starts.date() == ends.date() else f"{_day(window.ends, clock)}, "
    until = f"{last_day}{_time(window.ends, clock)} {clock.zone_name(window.ends)}"
    since = f"{_day(window.starts, clock)}, {_time(window.starts, clock)}"
    return f"<p><strong>{_PLANNED} {since} - {until}</strong></p>"


def _day(instant: datetime, clock: PageClock) -> str:
    """`Aug <var data-var='date'>21</var>`, the day as wide as two digits."""
    here = clock.local(instant)
    return f"{_MONTHS[here.month - 1]} <var data-var='date'>{here.day:>2}</var>"


def _time(instant: datetime, clock: PageClock) -> str:
    return f"<var data-var='time'>{clock.local(instant):%H:%M}</var>"
