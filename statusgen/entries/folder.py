"""One incident's folder becomes its updates: what no single file can show is checked here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from statusgen.entries.tree import POSTMORTEM_STEM, Folder, read_file, shown_path
from statusgen.entries.update_file import UpdateFile, Vocabulary, parse_postmortem, parse_update
from statusgen.errors import Problem
from statusgen.model.incident import fold
from statusgen.model.notation import format_instant
from statusgen.model.update import Postmortem, Update
from statusgen.model.vocabulary import (
    INCIDENT_PHASES,
    MAINTENANCE_PHASES,
    SAME_PHASE,
    ComponentState,
)

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far an instant may lie in the future before it must be a mistake."""


@dataclass(frozen=True, slots=True)
class IncidentSource:
    """The checked updates of one folder, drafts included, and its postmortem."""

    id: str
    updates: tuple[Update, ...]
    """In order of `at`."""
    postmortem: Postmortem | None

    @property
    def published(self) -> tuple[Update, ...]:
        """The updates that are no drafts."""
        return tuple(update for update in self.updates if not update.draft)

    @property
    def latest_instant(self) -> datetime | None:
        """The latest `at` or `started` that is not a draft's."""
        instants = [i for u in self.published for i in (u.at, u.started) if i]
        return max(instants, default=None)


@dataclass(frozen=True, slots=True)
class ParsedFolder:
    """What a folder holds; `source` is None where a problem is more than a warning."""

    source: IncidentSource | None
    problems: tuple[Problem, ...]


def parse_folder(root: Path, folder: Folder, words: Vocabulary) -> ParsedFolder:
    """Reads and checks every file of `folder`; what depends on the clock is `future_problems`."""
    problems: list[Problem] = []
    files: list[UpdateFile] = []
    postmortem: Postmortem | None = None
    for stem in folder.stems:
        path = shown_path(folder.id, stem)
        try:
            raw = read_file(root, folder.id, stem)
        except OSError as error:
            problems.append(
                Problem(path, 0, f"can't be read ({error.strerror})", "make it readable")
            )
            continue
        if stem == POSTMORTEM_STEM:
            postmortem, found = parse_postmortem(raw, path, words.zone)
        else:
            file, found = parse_update(raw, path, folder.id, stem, words)
            files += [file] if file else []
        problems += found
    if not any(not one.is_warning for one in problems):
        problems += _check_story(folder, files, words)
    if any(not one.is_warning for one in problems):
        return ParsedFolder(None, tuple(problems))
    updates = sorted((one.update for one in files), key=lambda one: one.order)
    return ParsedFolder(IncidentSource(folder.id, tuple(updates), postmortem), tuple(problems))


def future_problems(root: Path, folder: Folder, words: Vocabulary, now: datetime) -> list[Problem]:
    """Every `at` and `started` in `folder` that lies in the future by more than five minutes."""
    problems = []
    for stem in folder.stems:
        if stem == POSTMORTEM_STEM:
            continue
        raw = read_file(root, folder.id, stem)
        path = shown_path(folder.id, stem)
        file, _ = parse_update(raw, path, folder.id, stem, words)
        if file is None or file.update.draft:
            continue
        for key, instant in (("at", file.update.at), ("started", file.update.started)):
            if instant and instant > now + CLOCK_TOLERANCE:
                problems.append(
                    Problem(
                        path,
                        file.lines[key],
                        f"{key} is in the future: {format_instant(instant)}, and it is "
                        f"{format_instant(now.replace(microsecond=0))} now",
                        "correct the time and its offset, or mark the update draft: true",
                    )
                )
    return problems


def _check_story(folder: Folder, files: list[UpdateFile], words: Vocabulary) -> list[Problem]:
    if not files:
        return [
            Problem(
                shown_path(folder.id), 0, "no update in this folder", "add the first one, 01-….md"
            )
        ]
    ordered = sorted(files, key=lambda one: one.update.order)
    published = [one for one in ordered if not one.update.draft]
    problems = dict.fromkeys(_check_first(ordered[0], words))
    if published and published[0] is not ordered[0]:
        problems |= dict.fromkeys(_check_first(published[0], words))
    for story in (ordered, published):
        problems |= dict.fromkeys(_check_family(story))
    if not problems:
        problems |= dict.fromkeys(_warnings(published, words))
    return list(problems)


def _check_first(first: UpdateFile, words: Vocabulary) -> list[Problem]:
    update, problems = first.update, []

    def complain(key: str, what: str, remedy: str) -> None:
        problems.append(Problem(first.path, first.lines.get(key, 1), what, remedy))

    if update.title is None:
        complain("title", "the first update has no title", "add title: to the front matter")
    if update.severity is None and update.starts is None:
        complain(
            "severity",
            "the first update has no severity",
            f"add severity: one of {', '.join(words.severities)} (or starts: and ends: for a "
            "maintenance)",
        )
    if update.starts is not None and update.ends is None:
        complain("starts", "the window has no end", "add ends: to the front matter")
    if update.phase is None:
        complain(
            "status",
            f"the first update can't have status '{SAME_PHASE}'",
            "give it the phase that it begins with",
        )
    return problems


def _check_family(story: Sequence[UpdateFile]) -> list[Problem]:
    if not story:
        return []
    is_maintenance = story[0].update.starts is not None
    phases = MAINTENANCE_PHASES if is_maintenance else INCIDENT_PHASES
    kind = "a maintenance" if is_maintenance else "an incident"
    problems = []
    starts = ends = None
    for file in story:
        update = file.update

        def complain(key: str, what: str, remedy: str, file: UpdateFile = file) -> None:
            problems.append(Problem(file.path, file.lines.get(key, 1), what, remedy))

        if update.phase is not None and update.phase not in phases:
            complain(
                "status",
                f"{kind} has no phase '{update.phase}'",
                f"use one of {', '.join(phases)}, {SAME_PHASE}",
            )
        if is_maintenance and update.severity:
            complain("severity", "a maintenance has no severity", "remove the key")
        starts, ends = update.starts or starts, update.ends or ends
        if not is_maintenance:
            for key in ("starts", "ends"):
                if key in file.lines:
                    complain(
                        key,
                        f"'{key}' belongs to a maintenance, and this is an incident",
                        "remove it, or move it to the first update",
                    )
        elif starts and ends and ends <= starts and (update.starts or update.ends):
            complain(
                "ends" if update.ends else "starts",
                "the window ends before it starts",
                "correct starts: or ends:",
            )
    return problems


def _warnings(published: list[UpdateFile], words: Vocabulary) -> list[Problem]:
    problems = []
    for before, file in pairwise(published):
        if before.update.stem > file.update.stem:
            problems.append(
                _warning(
                    file,
                    "at",
                    f"is earlier in time than {before.update.stem}.md, which sorts "
                    "after it by name",
                    "rename the file or correct its time",
                )
            )
        if before.update.body.strip() == file.update.body.strip():
            problems.append(
                _warning(
                    file,
                    "body",
                    f"repeats the text of {before.update.stem}.md",
                    "say what is new, or leave the update out",
                )
            )
    if published:
        problems += _left_down(published, words)
    return problems


def _left_down(published: list[UpdateFile], words: Vocabulary) -> list[Problem]:
    last = published[-1]
    if last.update.phase is None or not last.update.phase.is_closing:
        return []
    states = fold([one.update for one in published], words.severities).last.states
    down = [name for name, state in states if state is not ComponentState.OPERATIONAL]
    if not down:
        return []
    return [
        _warning(
            last,
            "components",
            f"the end leaves {', '.join(down)} not operational",
            "leave it so only if that is meant",
        )
    ]


def _warning(file: UpdateFile, key: str, what: str, remedy: str) -> Problem:
    return Problem(file.path, file.lines.get(key, 1), what, remedy, is_warning=True)
