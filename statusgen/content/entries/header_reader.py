"""The keys of a file's front matter become values, or problems with their lines."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from statusgen.content.entries.front_matter import Document, Header, Scalar
from statusgen.content.entries.word_check import check_words
from statusgen.content.update import ComponentChange
from statusgen.errors import Problem
from statusgen.values.notation import (
    BadValue,
    listed,
    nearest,
    parse_duration,
    parse_flag,
    parse_id,
    parse_instant,
    parse_word,
    shown,
)
from statusgen.values.vocabulary import ComponentState

Taken = TypeVar("Taken")


class HeaderReader:
    """Takes keys out of a document and gathers problems."""

    def __init__(
        self, document: Document, path: str, zone: ZoneInfo, problems: list[Problem]
    ) -> None:
        self.problems = problems
        self._document = document
        self._path = path
        self._zone = zone

    @property
    def is_sound(self) -> bool:
        """Whether there is no problem that is more than a warning."""
        return all(problem.is_warning for problem in self.problems)

    def complain(self, line: int, what: str, remedy: str, *, is_warning: bool = False) -> None:
        """Add a problem."""
        self.problems.append(Problem(self._path, line, what, remedy, is_warning))

    def complain_of(self, key: str, what: str, remedy: str) -> None:
        """Add a problem with the value of a key that is there."""
        self.complain(self._document.headers[key].line, what, remedy)

    def refuse_unknown(self, known: tuple[str, ...]) -> None:
        """Complain of every key that is not `known`."""
        for header in self._document.headers.values():
            if header.key not in known:
                hint = nearest(header.key, known)
                self.complain(
                    header.line,
                    f"unknown key {shown(header.key)}{hint}",
                    f"use one of {listed(known)}",
                )

    def text(self, key: str) -> str | None:
        """The text of a key; None without the key and for a list."""
        header = self._document.headers.get(key)
        return header.value.text if header and isinstance(header.value, Scalar) else None

    def take(self, key: str, parse: Callable[[str], Taken]) -> Taken | None:
        """The value that `parse` makes of a key; None without the key and where it is wrong."""
        header = self._document.headers.get(key)
        if header is None:
            return None
        if not isinstance(header.value, Scalar):
            remedy = "write one value, in quotes if it begins with [ or {"
            self.complain(header.line, f"{key} is not a single value", remedy)
            return None
        return self._parsed(header.line, key, parse, header.value.text)

    def required(self, key: str, parse: Callable[[str], Taken], stand_in: Taken) -> Taken:
        """The value of a key that has to be there; `stand_in` where it is missing or wrong."""
        if key not in self._document.headers:
            self.complain(1, f"'{key}' is missing", f"add {key}: to the front matter")
        value = self.take(key, parse)
        return stand_in if value is None else value

    def instant(self, text: str) -> datetime:
        """An instant, by the page's clock where it has no offset. Raises: BadValue."""
        return parse_instant(text, self._zone)

    def promise(self, text: str) -> timedelta | datetime | None:
        """When the next update comes: after a time, at an instant, or never. Raises: BadValue."""
        if text == "none":
            return None
        try:
            return parse_duration(text)
        except BadValue:
            pass
        try:
            return parse_instant(text, self._zone)
        except BadValue as bad:
            if "offset" in bad.remedy:
                raise
            raise BadValue(
                f"{shown(text)} is neither a duration nor an instant",
                "write 15m, 2026-11-21T02:19:00Z, or none",
            ) from None

    def components(self, known: tuple[str, ...]) -> tuple[ComponentChange, ...]:
        """What `components` says of those that are `known`."""
        header = self._document.headers.get("components")
        if header is None:
            return ()
        changes: list[ComponentChange] = []
        for name, state in self._component_pairs(header):
            if name.text not in known:
                self.complain(
                    name.line,
                    f"unknown component {shown(name.text)}{nearest(name.text, known)}",
                    f"this page has {listed(known, most=20)}",
                )
            elif name.text in (one.component for one in changes):
                self.complain(
                    name.line, f"component '{name.text}' is there twice", "keep one of them"
                )
            changes.append(ComponentChange(name.text, state))
        return tuple(changes)

    def notify(self, audiences: frozenset[str]) -> bool | tuple[str, ...]:
        """What `notify` says: whether anybody hears, or which of the `audiences`."""
        header = self._document.headers.get("notify")
        if header is None:
            return True
        if isinstance(header.value, Scalar):
            flag = self._parsed(header.line, "notify", parse_flag, header.value.text)
            return True if flag is None else flag
        names = [one for one in header.value if isinstance(one, Scalar)]
        for name in names:
            if name.text not in audiences:
                self.complain(
                    name.line,
                    f"unknown audience {shown(name.text)}{nearest(name.text, audiences)}",
                    f"this page has {listed(sorted(audiences))}",
                )
        if len(names) != len(header.value):
            self.complain(header.line, "notify is not a list", "write true, false or [subscribers]")
        return tuple(one.text for one in names)

    def tags(self) -> tuple[str, ...]:
        """What `tags` says, each word once."""
        header = self._document.headers.get("tags")
        if header is None:
            return ()
        words = header.value if isinstance(header.value, tuple) else (header.value,)
        tags = [one for one in words if isinstance(one, Scalar)]
        if len(tags) != len(words):
            self.complain(header.line, "tags is not a list", "write tags: [data-loss, security]")
        parsed = [self._parsed(one.line, "tag", _tag, one.text) for one in tags]
        return tuple(dict.fromkeys(one for one in parsed if one is not None))

    def check_words(self, placeholders: tuple[str, ...], *, is_draft: bool) -> None:
        """Complain of words that are missing or that nobody will see."""
        for fault in check_words(self._document, placeholders):
            is_warning = fault.is_warning or (is_draft and fault.may_stay_in_draft)
            self.complain(fault.line, fault.what, fault.remedy, is_warning=is_warning)

    def _component_pairs(self, header: Header) -> list[tuple[Scalar, ComponentState | None]]:
        if isinstance(header.value, Scalar):
            if header.value.text:
                self.complain(
                    header.line,
                    "components is neither a list nor a mapping",
                    f"write components: [{header.value.text}]",
                )
            return []
        pairs: list[tuple[Scalar, ComponentState | None]] = []
        for one in header.value:
            if isinstance(one, Scalar):
                pairs.append((one, None))
                continue
            name, state = one
            pairs.append((name, self._parsed(state.line, name.text, _state, state.text)))
        return pairs

    def _parsed(
        self, line: int, key: str, parse: Callable[[str], Taken], text: str
    ) -> Taken | None:
        try:
            return parse(text)
        except BadValue as bad:
            what = bad.what if key in bad.what else f"{key}: {bad.what}"
            self.complain(line, what, bad.remedy)
            return None


def _tag(text: str) -> str:
    return parse_id(text, "tag")


def _state(text: str) -> ComponentState:
    return parse_word(ComponentState, text, "component state")
