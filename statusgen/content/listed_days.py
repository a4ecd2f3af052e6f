"""On which days the history lists an incident: on every day that it touched, in the page's zone."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from statusgen.content.incident import Incident
from statusgen.content.outline import Outline
from statusgen.values.vocabulary import Phase

_A_MOMENT = timedelta(microseconds=1)


def listed_days(one: Incident | Outline, now: datetime, zone: ZoneInfo) -> tuple[date, date]:
    """The first and the last of its days.

    An incident is listed from its start to its end, up to `now` while it is open; a maintenance
    on the days of its window, longer if it takes longer and shorter if it was done before; what
    was canceled before it began on the day for which it was planned; a notice, which is told
    once, on the day on which it began. An end at midnight touches no new day.
    """
    first = one.started.astimezone(zone).date()
    ends = _end(one, now)
    if ends <= one.started:
        return first, first
    return first, (ends - _A_MOMENT).astimezone(zone).date()


def _end(one: Incident | Outline, now: datetime) -> datetime:
    """Up to, not including, when it is listed; its start where that is a single instant."""
    if one.is_notice:
        return one.started
    window = one.window
    phase = one.phase if isinstance(one, Outline) else one.last.phase
    if window is None:
        return one.ended or now + _A_MOMENT
    if phase is Phase.SCHEDULED:
        return window.ends
    if phase is Phase.CANCELED and one.ended is not None:
        return min(one.ended, window.ends)
    return one.ended or max(now + _A_MOMENT, window.ends)
