"""Uptime as the index shows it: a bar a day, one number, and words for the days with trouble."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from math import floor

from statusgen.page.site.index_views import BarView, DayRecordView, LegendView, UptimeView
from statusgen.page.site.views import Moment, StateView
from statusgen.page.uptime import WEIGHTS, DayRecord, Uptime
from statusgen.values.vocabulary import ComponentState
from statusgen.words.calendars import ALL
from statusgen.words.labels import STATES
from statusgen.words.language import Language, marked
from statusgen.words.times import PageClock, machine_time, spoken_duration

NO_DATA = "unknown"
"""The tone of a day on which the component was not counted yet."""

NO_DATA_WORDS = marked("No data")

HEIGHTS: dict[str, tuple[str, ...]] = {
    ComponentState.OPERATIONAL: ("14.5",),
    ComponentState.UNDER_MAINTENANCE: ("11", "17.5"),
    ComponentState.DEGRADED_PERFORMANCE: ("13",),
    ComponentState.PARTIAL_OUTAGE: ("11.5",),
    ComponentState.MAJOR_OUTAGE: ("10",),
    NO_DATA: ("19",),
}
"""Where the middle of each line of a bar is, 0 to 20 from the top; the style knows how thick it is.

The worse the day, the higher its bar; planned work is a bar in two pieces.
"""

_FLOAT_NOISE = 1e-6
"""Makes 99.95 % of a float a little below it; a second lost in a year is larger."""

GAP = 0.28
"""What the style leaves free between two bars, as a share of a day."""

_DOWN = frozenset(WEIGHTS)
_PLANNED = (ComponentState.OPERATIONAL, ComponentState.UNDER_MAINTENANCE)


class Recorder:
    """Makes the uptime views of one index; `titles` names incidents by id."""

    def __init__(self, clock: PageClock, language: Language, titles: Mapping[str, str]) -> None:
        self._clock = clock
        self._language = language
        self._titles = titles

    def view(self, name: str, uptime: Uptime) -> UptimeView:
        """The days of the component called `name`."""
        days = uptime.days
        counted = next((day.date for day in days if day.worst is not None), None)
        summary = self._summary(days)
        return UptimeView(
            days=len(days),
            width=f"{len(days) - GAP:g}",
            first=days[0].date.isoformat(),
            since=counted.isoformat() if counted and counted > days[0].date else None,
            label=self._label(name, summary, len(days), counted),
            percent=self._percent(uptime.ratio),
            bars=_bars(days),
            summary=summary,
            records=tuple(
                self._record(day)
                for day in reversed(days)
                if day.worst not in (None, ComponentState.OPERATIONAL)
            ),
        )

    def _label(self, name: str, summary: str, days: int, counted: date | None) -> str:
        text = self._language.text
        if counted is None:
            return text("%(name)s: no data yet") % {"name": name}
        if not summary:
            sentence = text("%(name)s: no trouble in the last %(days)s days")
            return sentence % {"name": name, "days": days}
        # Translators: The text %(what)s is a list such as "no downtime, degraded on 1 day".
        sentence = text("%(name)s in the last %(days)s days: %(what)s")
        return sentence % {"name": name, "days": days, "what": summary}

    def _percent(self, ratio: float | None) -> str:
        if ratio is None:
            return self._language.text("No data yet")
        number = self._language.calendar.percent(hundredths(ratio))
        return self._language.text("%(percent)s uptime") % {"percent": number}

    def _summary(self, days: Sequence[DayRecord]) -> str:
        """What the number does not say: whether it was down, or slow, or worked on, and how often.

        Today stands for itself: the number does not count it yet.
        """
        text, plural = self._language.text, self._language.plural
        *past, today = days
        down = sum(day.trouble in _DOWN for day in past)
        slow = sum(day.trouble is ComponentState.DEGRADED_PERFORMANCE for day in days)
        planned = sum(_is_planned(day) for day in days)
        is_up = slow and not any(day.worst in _DOWN for day in days)
        told = [
            # Translators: Part of a list: "no downtime, degraded on 1 day".
            text("no downtime") if is_up else "",
            text("outage today") if today.trouble in _DOWN else "",
            plural("outage on %(num)s day", "outage on %(num)s days", down) if down else "",
            plural("degraded on %(num)s day", "degraded on %(num)s days", slow) if slow else "",
            plural("maintenance on %(num)s day", "maintenance on %(num)s days", planned)
            if planned
            else "",
        ]
        return ", ".join(filter(None, told))

    def _record(self, day: DayRecord) -> DayRecordView:
        told = tuple(
            self._state(state, spoken_duration(held, self._language)) for state, held in day.times
        )
        return DayRecordView(
            day=Moment(day.date.isoformat(), self._clock.day(day.date)),
            states=told or (self._state(day.worst or ComponentState.OPERATIONAL, None),),
            since=self._since(day),
            is_trouble=day.trouble not in _PLANNED,
            incidents=tuple((one, self._titles.get(one, one)) for one in day.incidents),
        )

    def _state(self, state: ComponentState, held: str | None) -> StateView:
        words = self._language.text(STATES[state])
        if held is not None:
            sentence = self._language.text("%(state)s: %(duration)s")
            words = sentence % {"state": words, "duration": held}
        return StateView("", state, words)

    def _since(self, day: DayRecord) -> Moment | None:
        if day.since is None:
            return None
        return Moment(machine_time(day.since), self._clock.told_on(day.date, day.since))


def legend(language: Language) -> tuple[LegendView, ...]:
    """What each kind of bar means, best first."""
    states = [(state, STATES[state]) for state in ComponentState]
    return tuple(
        LegendView(tone, _line(tone, 0, 1), language.text(words))
        for tone, words in (*states, (NO_DATA, NO_DATA_WORDS))
    )


def hundredths(ratio: float) -> int:
    """A share in hundredths of a percent, rounded down: at `ALL`, nothing at all was lost."""
    exact = floor(ratio * ALL + _FLOAT_NOISE)
    return exact if ratio == 1 else min(exact, ALL - 1)


def _is_planned(day: DayRecord) -> bool:
    """Whether nothing but work held the component."""
    return day.worst not in (None, ComponentState.OPERATIONAL) and day.trouble in _PLANNED


def _bars(days: Sequence[DayRecord]) -> tuple[BarView, ...]:
    """One path for each state that occurs: a line as long as its run of days, cut by the style."""
    paths: dict[str, str] = {}
    start = 0
    for tone, run in groupby(day.worst or NO_DATA for day in days):
        length = sum(1 for _ in run)
        paths[tone] = paths.get(tone, "") + _line(tone, start, length)
        start += length
    return tuple(BarView(tone, path) for tone, path in paths.items())


def _line(tone: str, start: int, length: int) -> str:
    return "".join(f"M{start} {middle}h{length}" for middle in HEIGHTS[tone])
