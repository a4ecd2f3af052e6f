"""Components as the index shows them: under their groups, with their uptime, folded when many."""

from collections.abc import Iterable

from statusgen.model.page import ComponentGroup, ComponentLine
from statusgen.model.uptime import Uptime
from statusgen.model.vocabulary import ComponentState
from statusgen.prose.labels import STATES
from statusgen.prose.language import Language
from statusgen.site.index_views import ComponentView, GroupView
from statusgen.site.uptime_bars import Recorder
from statusgen.site.views import StateView

LONG_LIST = 20
"""A page with more components keeps those that work folded away."""


class Grouper:
    """Makes the groups of one index."""

    def __init__(self, uptimes: Iterable[Uptime], recorder: Recorder, language: Language) -> None:
        self._uptimes = {one.component: one for one in uptimes}
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
        return self._is_long and line.state is ComponentState.OPERATIONAL

    def _component(self, line: ComponentLine) -> ComponentView:
        component = line.component
        return ComponentView(
            name=component.name,
            description=component.description,
            tone=line.state,
            label=self._language.text(STATES[line.state]),
            uptime=self._recorder.view(component.name, self._uptimes[component.id]),
        )

    def _state(self, group: ComponentGroup) -> StateView | None:
        if group.state is ComponentState.OPERATIONAL:
            return None
        return StateView(group.name or "", group.state, self._language.text(STATES[group.state]))
