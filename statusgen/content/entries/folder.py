"""One incident's folder becomes its updates: what no single file can show is checked here."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from statusgen.content.entries.front_matter import parse_document
from statusgen.content.entries.story import check_story
from statusgen.content.entries.tree import POSTMORTEM_STEM, Folder, opened, read_file, shown_path
from statusgen.content.entries.update_file import (
    UpdateFile,
    Vocabulary,
    parse_postmortem,
    parse_update,
)
from statusgen.content.update import Postmortem, Update
from statusgen.errors import Problem
from statusgen.values.notation import BadValue, format_instant
from statusgen.values.value import Value

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far an instant may lie in the future before it must be a mistake."""


class IncidentSource(Value, frozen=True):
    """The checked updates of one folder, drafts included, and its postmortem."""

    id: str
    updates: tuple[Update, ...]
    """In order of `at`."""
    postmortem: Postmortem | None

    @property
    def published(self) -> tuple[Update, ...]:
        """The updates that are no drafts."""
        return tuple(update for update in self.updates if not update.draft)

    def without_drafts(self) -> "IncidentSource":
        """Return what of it anybody may read."""
        postmortem = self.postmortem
        is_shown = postmortem is not None and not postmortem.draft
        return IncidentSource(self.id, self.published, postmortem if is_shown else None)

    @property
    def latest_instant(self) -> datetime | None:
        """The latest `at`, `started` or `edited` that is not a draft's, the postmortem included."""
        entries = (*self.updates, self.postmortem)
        return max((instant for one in entries for _, instant in _said(one)), default=None)


class ParsedFolder(Value, frozen=True):
    """What a folder holds; `source` is None where a problem is more than a warning."""

    source: IncidentSource | None
    problems: tuple[Problem, ...]


def parse_folder(root: Path, folder: Folder, words: Vocabulary) -> ParsedFolder:
    """Reads and checks every file of `folder`; what depends on the clock is `future_problems`."""
    problems: list[Problem] = []
    files: list[UpdateFile] = []
    postmortem: Postmortem | None = None
    for stem, path, raw in _read(root, folder, problems):
        if stem == POSTMORTEM_STEM:
            postmortem, found = parse_postmortem(raw, path, words)
        else:
            file, found = parse_update(raw, path, folder.id, stem, words)
            files += [file] if file else []
        problems += found
    if not any(not one.is_warning for one in problems):
        problems += check_story(folder, files, words)
    if any(not one.is_warning for one in problems):
        return ParsedFolder(None, tuple(problems))
    updates = sorted((one.update for one in files), key=lambda one: one.order)
    return ParsedFolder(IncidentSource(folder.id, tuple(updates), postmortem), tuple(problems))


def future_problems(root: Path, folder: Folder, words: Vocabulary, now: datetime) -> list[Problem]:
    """Every `at`, `started` and `edited` that lies in the future by more than five minutes."""
    problems: list[Problem] = []
    for stem, path, raw in _read(root, folder, problems):
        document, _ = parse_document(raw, path)
        if document is None:  # a postmortem without front matter
            continue
        for key, instant in _said(_parse(raw, path, folder.id, stem, words)):
            if instant > now + CLOCK_TOLERANCE:
                problems.append(
                    Problem(
                        path,
                        document.headers[key].line,
                        f"{key} is in the future: {format_instant(instant)}, and it is "
                        f"{format_instant(now.replace(microsecond=0))} now",
                        "correct the time and its offset, or mark the file draft: true",
                    )
                )
    return problems


def _read(root: Path, folder: Folder, problems: list[Problem]) -> Iterator[tuple[str, str, bytes]]:
    """Stem, path to show and bytes of each file; what can't be read is a problem."""
    try:
        with opened(root, folder.id) as descriptor:
            for stem in folder.stems:
                path = shown_path(folder.id, stem)
                try:
                    raw = read_file(descriptor, stem)
                except (BadValue, OSError) as error:
                    problems.append(_unreadable(path, error))
                else:
                    yield stem, path, raw
    except (BadValue, OSError) as error:
        problems.append(_unreadable(shown_path(folder.id), error))


def _unreadable(path: str, error: BadValue | OSError) -> Problem:
    if isinstance(error, BadValue):
        return Problem(path, 0, error.what, error.remedy)
    return Problem(path, 0, f"can't be read ({error.strerror})", "make it readable")


def _parse(
    raw: bytes, path: str, incident_id: str, stem: str, words: Vocabulary
) -> Update | Postmortem | None:
    if stem == POSTMORTEM_STEM:
        return parse_postmortem(raw, path, words)[0]
    file, _ = parse_update(raw, path, incident_id, stem, words)
    return file.update if file else None


def _said(entry: Update | Postmortem | None) -> Iterator[tuple[str, datetime]]:
    """What has been by the word of `entry`, by key; a draft gives no word."""
    if entry is None or entry.draft:
        return
    said = {"at": entry.at}
    if isinstance(entry, Update):
        said |= {"started": entry.started, "edited": entry.edited}
    for key, instant in said.items():
        if instant is not None:
            yield key, instant
