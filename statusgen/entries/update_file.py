"""One Markdown file becomes an `Update` (or a `Postmortem`), or all that is wrong with it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from statusgen.entries.front_matter import Document, Header, Scalar, parse_document
from statusgen.entries.word_check import check_words
from statusgen.entries.wording import PLACEHOLDERS
from statusgen.errors import Problem
from statusgen.model.notation import (
    BadValue,
    listed,
    nearest,
    parse_duration,
    parse_flag,
    parse_instant,
    parse_line,
    parse_title,
    parse_word,
    shown,
)
from statusgen.model.severity import Severity, find_severity
from statusgen.model.update import ComponentChange, Postmortem, Update
from statusgen.model.value import Value
from statusgen.model.vocabulary import SAME_PHASE, ComponentState, Phase

UPDATE_KEYS = (
    "title",
    "severity",
    "status",
    "at",
    "components",
    "started",
    "edited",
    "next_update",
    "impact",
    "cause",
    "starts",
    "ends",
    "notify",
    "draft",
)
POSTMORTEM_KEYS = ("at", "draft")
Taken = TypeVar("Taken")


class Vocabulary(Value, frozen=True):
    """What this page's entries may refer to."""

    components: tuple[str, ...]
    severities: Mapping[str, Severity]
    audiences: frozenset[str]
    zone: ZoneInfo
    placeholders: tuple[str, ...] = PLACEHOLDERS
    """What an author has to replace, in every language that updates start in."""


class UpdateFile(Value, frozen=True):
    """A parsed update with the lines of its keys, for problems found later."""

    path: str
    update: Update
    lines: dict[str, int]


def parse_update(
    raw: bytes, path: str, incident_id: str, stem: str, words: Vocabulary
) -> tuple[UpdateFile | None, list[Problem]]:
    """The update in `raw`, or None and every problem; warnings may come with an update."""
    document, problems = parse_document(raw, path)
    if document is None:
        return None, problems
    reader = _Reader(document, path, words.zone, problems)
    reader.refuse_unknown(UPDATE_KEYS)
    promise = reader.take("next_update", reader.promise)
    update = Update(
        incident_id=incident_id,
        stem=stem,
        phase=reader.required("status", _phase, None),
        at=reader.required("at", reader.instant, datetime.min.replace(tzinfo=UTC)),
        body=document.body,
        title=reader.take("title", parse_title),
        severity=reader.take("severity", lambda text: _severity(text, words.severities)),
        components=reader.components(words.components),
        started=reader.take("started", reader.instant),
        edited=reader.take("edited", reader.instant),
        next_in=promise if isinstance(promise, timedelta) else None,
        next_at=promise if isinstance(promise, datetime) else None,
        promises_none=reader.text("next_update") == "none",
        impact=reader.take("impact", lambda text: parse_line(text, "impact")),
        cause=reader.take("cause", lambda text: parse_line(text, "cause")),
        starts=reader.take("starts", reader.instant),
        ends=reader.take("ends", reader.instant),
        notify=reader.notify(words.audiences),
        draft=reader.take("draft", parse_flag) or False,
    )
    reader.check_words(words.placeholders, is_draft=update.draft)
    if any(not one.is_warning for one in reader.problems):
        return None, reader.problems
    lines = {header.key: header.line for header in document.headers.values()}
    return UpdateFile(path, update, lines), reader.problems


def parse_postmortem(
    raw: bytes, path: str, words: Vocabulary
) -> tuple[Postmortem | None, list[Problem]]:
    """The postmortem in `raw`, or None and every problem. It may do without front matter."""
    text = raw.removeprefix(b"\xef\xbb\xbf")
    added = b"" if text.lstrip().startswith(b"---") else b"---\n---\n"
    document, problems = parse_document(added + text, path)
    postmortem = None
    if document is not None:
        postmortem, problems = _postmortem(document, path, words, problems)
    above = added.count(b"\n")
    return postmortem, [replace(one, line=max(one.line - above, 1)) for one in problems]


def _postmortem(
    document: Document, path: str, words: Vocabulary, problems: list[Problem]
) -> tuple[Postmortem | None, list[Problem]]:
    reader = _Reader(document, path, words.zone, problems)
    reader.refuse_unknown(POSTMORTEM_KEYS)
    at = reader.take("at", reader.instant)
    draft = reader.take("draft", parse_flag) or False
    if document.body.strip():
        reader.check_words(words.placeholders, is_draft=draft)
    else:
        reader.complain(document.body_line, "the body is blank", "write the review")
    is_sound = all(one.is_warning for one in reader.problems)
    return Postmortem(document.body, at, draft) if is_sound else None, reader.problems


def _phase(text: str) -> Phase | None:
    if text == SAME_PHASE:
        return None
    try:
        return parse_word(Phase, text, "status")
    except BadValue as bad:
        raise BadValue(bad.what, f"{bad.remedy}, {SAME_PHASE}") from None


def _severity(text: str, table: Mapping[str, Severity]) -> str:
    level = find_severity(table, text)
    if level is None:
        raise BadValue(f"unknown severity {shown(text)}", f"this page has {listed(table)}")
    return level.key


class _Reader:
    """Takes keys out of a document and gathers problems."""

    def __init__(
        self, document: Document, path: str, zone: ZoneInfo, problems: list[Problem]
    ) -> None:
        self.problems = problems
        self._document = document
        self._path = path
        self._zone = zone

    def complain(self, line: int, what: str, remedy: str, *, is_warning: bool = False) -> None:
        self.problems.append(Problem(self._path, line, what, remedy, is_warning))

    def refuse_unknown(self, known: tuple[str, ...]) -> None:
        for header in self._document.headers.values():
            if header.key not in known:
                hint = nearest(header.key, known)
                self.complain(
                    header.line,
                    f"unknown key {shown(header.key)}{hint}",
                    f"use one of {listed(known)}",
                )

    def text(self, key: str) -> str | None:
        header = self._document.headers.get(key)
        return header.value.text if header and isinstance(header.value, Scalar) else None

    def take(self, key: str, parse: Callable[[str], Taken]) -> Taken | None:
        header = self._document.headers.get(key)
        if header is None:
            return None
        if not isinstance(header.value, Scalar):
            remedy = "write one value, in quotes if it begins with [ or {"
            self.complain(header.line, f"{key} is not a single value", remedy)
            return None
        return self._parsed(header.line, key, parse, header.value.text)

    def required(self, key: str, parse: Callable[[str], Taken], stand_in: Taken) -> Taken:
        if key not in self._document.headers:
            self.complain(1, f"'{key}' is missing", f"add {key}: to the front matter")
        value = self.take(key, parse)
        return stand_in if value is None else value

    def instant(self, text: str) -> datetime:
        return parse_instant(text, self._zone)

    def promise(self, text: str) -> timedelta | datetime | None:
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
        header = self._document.headers.get("components")
        if header is None:
            return ()
        changes: list[ComponentChange] = []
        for name, state in self._component_pairs(header):
            if name.text not in known:
                self.complain(
                    name.line,
                    f"unknown component {shown(name.text)}{nearest(name.text, known)}",
                    f"this page has {_some(known)}",
                )
            elif name.text in (one.component for one in changes):
                self.complain(
                    name.line, f"component '{name.text}' is there twice", "keep one of them"
                )
            changes.append(ComponentChange(name.text, state))
        return tuple(changes)

    def notify(self, audiences: frozenset[str]) -> bool | tuple[str, ...]:
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

    def check_words(self, placeholders: tuple[str, ...], *, is_draft: bool) -> None:
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


def _state(text: str) -> ComponentState:
    return parse_word(ComponentState, text, "component state")


def _some(names: tuple[str, ...], most: int = 20) -> str:
    rest = len(names) - most
    return listed(names[:most]) + (f" and {rest} more" if rest > 0 else "")
