"""`[severities]`: the page's own table of levels over our defaults."""

from datetime import timedelta
from typing import Any

from statusgen.config import values
from statusgen.config.severity import DEFAULT_SEVERITIES, Severity
from statusgen.config.table import Table
from statusgen.values.notation import BadValue
from statusgen.values.value import replace
from statusgen.values.vocabulary import ComponentState, Impact, PostmortemRule


def read_severities(top: Table) -> dict[str, Severity]:
    """The page's levels, ours and its own, worst first; every problem is noted in `top`."""
    levels = {level.key: level for level in DEFAULT_SEVERITIES}
    named: dict[str, str] = {}
    for name in top.names:
        table = top.child(name)
        try:
            key = values.level_key(name)
        except BadValue as bad:
            table.complain((), bad.what, bad.remedy)
            continue
        if key in named:
            table.complain((), f"{name} and {named[key]} are one severity", "keep one table")
        named[key] = name
        levels[key] = _severity(table, key, levels.get(key))
    _refuse_equal_ranks(top, levels)
    return dict(sorted(levels.items(), key=lambda item: (item[1].rank, item[0])))


def _severity(table: Table, key: str, default: Severity | None) -> Severity:
    is_own = default is None
    base = default or replace(DEFAULT_SEVERITIES[-1], key=key, label=key, rank=0)
    level = Severity(
        key=key,
        label=table.take("label", values.text, base.label),
        impact=table.take("impact", values.word(Impact, "impact"), base.impact),
        component_status=table.take(
            "component_status",
            values.word(ComponentState, "component status"),
            base.component_status,
        ),
        first_update=table.take("first_update", _no_or_duration, base.first_update),
        cadence=table.take("cadence", _no_or_duration, base.cadence),
        audiences=table.take("audiences", values.texts, base.audiences),
        postmortem=table.take("postmortem", values.word(PostmortemRule, "rule"), base.postmortem),
        rank=table.take("rank", values.positive, base.rank, required=is_own),
    )
    table.finish()
    return level


def _refuse_equal_ranks(top: Table, levels: dict[str, Severity]) -> None:
    by_rank: dict[int, str] = {}
    for key, level in levels.items():
        other = by_rank.setdefault(level.rank, key)
        if other != key and level.rank:
            top.complain(
                (key, "rank"),
                f"{key} and {other} have the same rank {level.rank}",
                "give each level a rank of its own",
            )


def _no_or_duration(value: Any) -> timedelta | None:
    return values.duration_or("none", value)
