"""One table of statusgen.toml, taken key by key, so that every problem in it is found."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from statusgen.config.toml_lines import Place, line_of
from statusgen.errors import Problem
from statusgen.values.notation import BadValue, listed, nearest

Value = TypeVar("Value")
Default = TypeVar("Default")


class Table:
    """A table's raw values; what is wrong is added to `problems`, and the default stands in."""

    def __init__(
        self,
        raw: object,
        place: Place,
        lines: dict[Place, int],
        problems: list[Problem],
        path: str,
    ) -> None:
        self._place = place
        self._lines = lines
        self._problems = problems
        self._path = path
        self._taken: list[str] = []
        if not isinstance(raw, Mapping):
            self.complain((), f"{_name(place)} is not a table", "write it as a [table]")
            raw = {}
        self._raw: Mapping[str, Any] = raw

    def complain(self, key: Place, what: str, remedy: str) -> None:
        """Notes a problem at `key` of this table (the table itself for `()`)."""
        line = line_of(self._lines, (*self._place, *key))
        self._problems.append(Problem(self._path, line, what, remedy))

    def take(
        self,
        key: str,
        parse: Callable[[Any], Value],
        default: Default,
        *,
        required: bool = False,
    ) -> Value | Default:
        """The parsed value at `key`; `default` when it is absent or wrong."""
        self._taken.append(key)
        if key not in self._raw:
            if required:
                self.complain((), f"{_name(self._place)} lacks '{key}'", f"add {key} = …")
            return default
        try:
            return parse(self._raw[key])
        except BadValue as bad:
            self.complain((key,), f"{key}: {bad.what}", bad.remedy)
            return default

    def child(self, key: str) -> "Table":
        """The table at `key`, empty when absent."""
        self._taken.append(key)
        return self._open(self._raw.get(key, {}), (*self._place, key))

    def children(self, key: str) -> list["Table"]:
        """The tables of the array `[[key]]`, in order."""
        self._taken.append(key)
        raw = self._raw.get(key, [])
        if not isinstance(raw, Sequence) or isinstance(raw, str):
            self.complain((key,), f"'{key}' is not a list of tables", f"write [[{key}]]")
            return []
        return [self._open(one, (*self._place, key, n)) for n, one in enumerate(raw)]

    @property
    def names(self) -> tuple[str, ...]:
        """The keys that are there."""
        return tuple(self._raw)

    def has(self, key: str) -> bool:
        """Whether `key` is there."""
        return key in self._raw

    def finish(self, also: Sequence[str] = ()) -> None:
        """Complains of every key that nobody took; `also` are known keys that were not needed."""
        self._taken += [key for key in also if key not in self._taken]
        for key in self._raw:
            if key not in self._taken:
                self.complain(
                    (key,),
                    f"unknown key '{key}' in {_name(self._place)}{nearest(key, self._taken)}",
                    f"use {listed(self._taken)}" if self._taken else "remove it",
                )

    def _open(self, raw: object, place: Place) -> "Table":
        return Table(raw, place, self._lines, self._problems, self._path)


def _name(place: Place) -> str:
    names = ".".join(str(part) for part in place if isinstance(part, str))
    number = next((f" (number {part + 1})" for part in place if isinstance(part, int)), "")
    return f"[{names}]{number}" if names else "statusgen.toml"
