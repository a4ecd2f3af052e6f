"""One Markdown file becomes an `Update` (or a `Postmortem`), or all that is wrong with it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from statusgen.config.severity import Severity, find_severity
from statusgen.content.entries.front_matter import Document, parse_document
from statusgen.content.entries.header_reader import HeaderReader
from statusgen.content.entries.wording import PLACEHOLDERS
from statusgen.content.update import Postmortem, Update
from statusgen.errors import Problem
from statusgen.values.notation import (
    BadValue,
    format_instant,
    listed,
    parse_flag,
    parse_line,
    parse_title,
    parse_word,
    shown,
)
from statusgen.values.value import Value
from statusgen.values.vocabulary import SAME_PHASE, Phase

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
    "tags",
    "starts",
    "ends",
    "notify",
    "draft",
)
POSTMORTEM_KEYS = ("at", "draft")
_NEVER = datetime.min.replace(tzinfo=UTC)
"""Stands where a file has no instant."""


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
    reader = HeaderReader(document, path, words.zone, problems)
    reader.refuse_unknown(UPDATE_KEYS)
    promise = reader.take("next_update", reader.promise)
    update = Update(
        incident_id=incident_id,
        stem=stem,
        phase=reader.required("status", _phase, None),
        at=reader.required("at", reader.instant, _NEVER),
        body=document.body,
        title=reader.take("title", parse_title),
        severity=reader.take("severity", lambda text: _severity(text, words.severities)),
        components=reader.components(words.components),
        started=reader.take("started", reader.instant),
        edited=reader.take("edited", reader.instant),
        next_in=promise if isinstance(promise, timedelta) else None,
        next_at=promise if isinstance(promise, datetime) else None,
        promises_none=reader.text("next_update") == "none",
        impact=reader.take("impact", lambda text: _sentence(text, "impact")),
        cause=reader.take("cause", lambda text: _sentence(text, "cause")),
        tags=reader.tags(),
        starts=reader.take("starts", reader.instant),
        ends=reader.take("ends", reader.instant),
        notify=reader.notify(words.audiences),
        draft=reader.take("draft", parse_flag) or False,
    )
    reader.check_words(words.placeholders, is_draft=update.draft)
    _check_times(update, reader)
    if not reader.is_sound:
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
    reader = HeaderReader(document, path, words.zone, problems)
    reader.refuse_unknown(POSTMORTEM_KEYS)
    at = reader.take("at", reader.instant)
    draft = reader.take("draft", parse_flag) or False
    if document.body.strip():
        reader.check_words(words.placeholders, is_draft=draft)
    else:
        reader.complain(document.body_line, "the body is blank", "write the review")
    return Postmortem(document.body, at, draft) if reader.is_sound else None, reader.problems


def _check_times(update: Update, reader: HeaderReader) -> None:
    """What can't be so, whenever it is read; a file without a sound `at` has a problem already."""
    if update.at == _NEVER:
        return
    at = format_instant(update.at)
    if update.started is not None and update.started > update.at:
        reader.complain_of(
            "started",
            f"started is after this update's at, {at}",
            "correct the two times and their offsets, or remove started",
        )
    if update.next_at is not None and update.next_at <= update.at:
        reader.complain_of(
            "next_update",
            f"next_update is not after this update's at, {at}",
            "correct its day and offset, or write how long it is until then, such as 15m",
        )


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


def _sentence(text: str, key: str) -> str:
    """One line; nothing at all takes back what was said before."""
    return parse_line(text, key) if text else ""
