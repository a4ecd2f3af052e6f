"""Components as the index shows them: under their groups, with their uptime, folded when many."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from statusgen.page.forecast import Forecast
from statusgen.page.page import ComponentGroup, ComponentLine
from statusgen.page.site.index_views import ComponentView, GroupView
from statusgen.page.site.turns import view_turns
from statusgen.page.site.uptime_bars import Recorder
from statusgen.page.site.views import StateView
from statusgen.page.uptime import Uptime
from statusgen.values.vocabulary import ComponentState
from statusgen.words.labels import STATES
from statusgen.words.language import Language

LONG_LIST = 20
"""A page with more components keeps those that work, and will, folded away."""

_Ahead = list[tuple[datetime, ComponentState]]


class Grouper:
    """Makes the groups of one index."""

    def __init__(
        self,
        uptimes: Iterable[Uptime],
        outlooks: Iterable[Forecast],
        recorder: Recorder,
        language: Language,
    ) -> None:
        self._uptimes = {one.component: one for one in uptimes}
        self._groups_ahead: dict[str | None, _Ahead] = defaultdict(list)
        self._lines_ahead: dict[str, _Ahead] = defaultdict(list)
        for one in outlooks:
            for group in one.groups:
                self._groups_ahead[group.name].append((one.at, group.state))
                for line in group.lines:
                    self._lines_ahead[line.component.id].append((one.at, line.state))
        self._recorder = recorder
        self._language = language
        self._is_long = len(self._uptimes) > LONG_LIST

    def group(self, group: ComponentGroup) -> GroupView:
        """One group; its components keep their order."""
        folded = tuple(one for one in group.lines if self._is_folded(one))
        return GroupView(
            name=group.name,
            state=self._state(group),
            lines=tuple(self._component(one) for one in group.lines if one not in folded),
            folded=tuple(self._component(one) for one in folded),
            folded_words=self._language.plural(
                "%(num)s component operational", "%(num)s components operational", len(folded)
            ),
        )

    def _is_folded(self, line: ComponentLine) -> bool:
        states = {line.state, *(state for _, state in self._lines_ahead[line.component.id])}
        return self._is_long and states == {ComponentState.OPERATIONAL}

    def _component(self, line: ComponentLine) -> ComponentView:
        component = line.component
        return ComponentView(
            id=component.id,
            name=component.name,
            description=component.description,
            tone=line.state,
            label=self._language.text(STATES[line.state]),
            turns=view_turns(line.state, self._lines_ahead[component.id], self._told),
            uptime=self._recorder.view(component.name, self._uptimes[component.id]),
        )

    def _state(self, group: ComponentGroup) -> StateView | None:
        turns = view_turns(group.state, self._groups_ahead[group.name], self._told_of_group)
        label, tone = self._told_of_group(group.state)
        return StateView(group.name or "", tone, label, turns) if label or turns else None

    def _told(self, state: ComponentState) -> tuple[str, str]:
        return self._language.text(STATES[state]), state

    def _told_of_group(self, state: ComponentState) -> tuple[str, str]:
        label, tone = self._told(state)
        return ("" if state is ComponentState.OPERATIONAL else label), tone
