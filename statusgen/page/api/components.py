"""Components and groups as rows of the Statuspage API."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from statusgen.config.component import Component
from statusgen.page.api.changes import Dates
from statusgen.page.api.encoding import Json, encoded
from statusgen.page.api.ids import Ids
from statusgen.page.api.timestamps import Timestamps
from statusgen.page.page import ComponentGroup, ComponentLine, Page
from statusgen.values.vocabulary import ComponentState

DESCRIPTIONS_LIMIT = 768 * 1024
"""Bytes that all rows may take with their descriptions, so that incidents find room beside them."""


class ComponentRows:
    """The components that the page shows, as rows; retired ones have none."""

    def __init__(self, page: Page, dates: Dates, ids: Ids, timestamps: Timestamps) -> None:
        self._dates, self._ids, self._timestamps = dates, ids, timestamps
        rows = described(list(self._rows(page)))
        self.all = sorted(rows, key=_position)
        """Flat, by position within their parents, a group before its own."""
        self._by_id = {row["id"]: row for row in rows}

    def of(self, component_ids: tuple[str, ...]) -> list[Json]:
        """The rows of these components, in their order."""
        ids = (self._ids.component(one) for one in component_ids)
        return [self._by_id[one] for one in ids if one in self._by_id]

    def _rows(self, page: Page) -> Iterator[Json]:
        position = 0
        for group in page.groups:
            if group.name is not None:
                position += 1
                yield self._group(group, group.name, position)
                group_id = self._ids.group(group.name)
                for place, line in enumerate(group.lines, 1):
                    yield self._leaf(line, place, group_id)
                continue
            for line in group.lines:
                position += 1
                yield self._leaf(line, position, None)

    def _leaf(self, line: ComponentLine, position: int, group_id: str | None) -> Json:
        component = line.component
        created, updated = self._dates[component.id]
        since = component.since
        return self._row(self._ids.component(component.id), component.name, line.state) | {
            **self._when(created, updated),
            "position": position,
            "description": component.description,
            "showcase": True,
            "start_date": since.isoformat() if since else None,
            "group_id": group_id,
            **self._kind(is_group=False),
        }

    def _group(self, group: ComponentGroup, name: str, position: int) -> Json:
        """A group's dates do not move with the states of what is in it."""
        created = min(self._dates[line.component.id][0] for line in group.lines)
        return self._row(self._ids.group(name), name, group.state) | {
            **self._when(created, created),
            "position": position,
            "description": None,
            "showcase": False,
            "start_date": None,
            "group_id": None,
            **self._kind(is_group=True),
            "components": [self._ids.component(line.component.id) for line in group.lines],
        }

    def _row(self, row_id: str, name: str, state: ComponentState) -> Json:
        return {"id": row_id, "name": name, "status": state}

    def _when(self, created: datetime, updated: datetime) -> Json:
        written = self._timestamps.written
        return {"created_at": written(created), "updated_at": written(updated)}

    def _kind(self, *, is_group: bool) -> Json:
        return {"page_id": self._ids.page, "group": is_group, "only_show_if_degraded": False}


def described(rows: list[Json]) -> list[Json]:
    """The rows; without their descriptions where they would be over DESCRIPTIONS_LIMIT."""
    if len(encoded(rows)) <= DESCRIPTIONS_LIMIT:
        return rows
    return [row | {"description": None} for row in rows]


def full_name(component_id: str, known: Mapping[str, Component]) -> str:
    """`Shop - Checkout`; the name alone where it has no group."""
    component = known.get(component_id)
    if component is None:
        return component_id
    return f"{component.group} - {component.name}" if component.group else component.name


def _position(row: Json) -> int:
    position = row["position"]
    assert isinstance(position, int)  # noqa: S101  ours, made above
    return position
