"""What the updates of one folder tell together: a first one that begins, one family of phases."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import pairwise

from statusgen.content.entries.tree import Folder, shown_path
from statusgen.content.entries.update_file import UpdateFile, Vocabulary
from statusgen.content.incident import fold
from statusgen.content.step import Step, is_held
from statusgen.content.update import Update
from statusgen.errors import Problem
from statusgen.values.value import Value
from statusgen.values.vocabulary import (
    INCIDENT_PHASES,
    MAINTENANCE_PHASES,
    NOTICE_PHASES,
    SAME_PHASE,
    ComponentState,
    Impact,
    Phase,
)

LONG = timedelta(days=30)
_LEAVE = "leave it so only if that is meant"


class _Kind(Value, frozen=True):
    """What a folder may be, by its first update."""

    name: str
    phases: tuple[Phase, ...]
    foreign: Mapping[str, str]
    """Keys that belong to another kind, and to which."""
    remedy: str = "remove the key"


INCIDENT = _Kind(
    "an incident",
    INCIDENT_PHASES,
    dict.fromkeys(("starts", "ends"), "a maintenance"),
    "remove it, or move it to the first update",
)
MAINTENANCE = _Kind("a maintenance", MAINTENANCE_PHASES, {"severity": "an incident"})
NOTICE = _Kind(
    "a notice",
    NOTICE_PHASES,
    {"starts": "a maintenance"}
    | dict.fromkeys(("severity", "started", "next_update", "impact", "cause"), "an incident"),
)


def check_story(folder: Folder, files: list[UpdateFile], words: Vocabulary) -> list[Problem]:
    """Errors in the story that `files` tell together; where there are none, the warnings."""
    if not files:
        return [
            Problem(
                shown_path(folder.id), 0, "no update in this folder", "add the first one, 01-….md"
            )
        ]
    ordered = sorted(files, key=lambda one: one.update.order)
    published = [one for one in ordered if not one.update.draft]
    problems = dict.fromkeys(_check_first(ordered, words))
    if published and published[0] is not ordered[0]:
        problems |= dict.fromkeys(_check_first(published, words))
    for story in (ordered, published):
        problems |= dict.fromkeys(_check_family(story))
    if not problems and published:
        problems |= dict.fromkeys(_warnings(published, words))
    return list(problems)


def _check_first(story: Sequence[UpdateFile], words: Vocabulary) -> list[Problem]:
    first, problems = story[0], []
    update, name = first.update, "the first update"
    by_name = min(one.update.stem for one in story)
    is_odd = update.stem != by_name
    if is_odd:
        name += " by its at"

    def complain(key: str, what: str, remedy: str) -> None:
        if is_odd:
            remedy += f"; or correct its at, if {by_name}.md comes before it"
        problems.append(Problem(first.path, first.lines.get(key, 1), what, remedy))

    if update.title is None:
        complain("title", f"{name} has no title", "add title: to the front matter")
    if update.severity is None and update.starts is None and update.phase is not Phase.NOTICE:
        complain(
            "severity",
            f"{name} has no severity",
            f"add severity: one of {', '.join(words.severities)} (or starts: and ends: for a "
            "maintenance)",
        )
    if update.starts is not None and update.ends is None:
        complain("starts", "the window has no end", "add ends: to the front matter")
    if update.phase is None:
        complain(
            "status",
            f"{name} can't have status '{SAME_PHASE}'",
            "give it the phase that it begins with",
        )
    return problems


def _check_family(story: Sequence[UpdateFile]) -> list[Problem]:
    if not story:
        return []
    kind = _kind_of(story[0].update)
    problems = []
    starts = ends = None
    for file in story:
        update = file.update

        def complain(key: str, what: str, remedy: str, file: UpdateFile = file) -> None:
            problems.append(Problem(file.path, file.lines.get(key, 1), what, remedy))

        if update.phase is not None and update.phase not in kind.phases:
            complain(
                "status",
                f"{kind.name} has no phase '{update.phase}'",
                f"use one of {', '.join(kind.phases)}, {SAME_PHASE}",
            )
        for key, owner in kind.foreign.items():
            if key in file.lines:
                complain(
                    key,
                    f"'{key}' belongs to {owner}, and this is {kind.name}",
                    kind.remedy,
                )
        if kind is NOTICE and any(one.state is not None for one in update.components):
            complain(
                "components",
                "a notice does nothing to components",
                "name them only, as in components: [checkout], or write an incident",
            )
        starts, ends = update.starts or starts or story[0].update.at, update.ends or ends
        if kind is not INCIDENT and ends and ends <= starts and (update.starts or update.ends):
            complain(
                "ends" if update.ends else "starts",
                f"{'it' if kind is NOTICE else 'the window'} ends before it starts",
                "correct starts: or ends:" if kind is MAINTENANCE else "correct ends:",
            )
    return problems


def _kind_of(first: Update) -> _Kind:
    if first.phase is Phase.NOTICE:
        return NOTICE
    return INCIDENT if first.starts is None else MAINTENANCE


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
        if before.update.body.strip() == file.update.body.strip() and not _is_twin(before, file):
            problems.append(
                _warning(
                    file,
                    "body",
                    f"repeats the text of {before.update.stem}.md",
                    "say what is new, or leave the update out",
                )
            )
    problems += [*_twins(published), *_odd_times(published)]
    steps = fold([one.update for one in published], words.severities).steps
    last = published[-1], steps[-1]
    unnamed = _reopened(published, steps) or _without_components(*last)
    return [*problems, *unnamed, *_left_down(*last)]


def _odd_times(published: list[UpdateFile]) -> list[Problem]:
    """Times that can be so and seldom are: a slip in the month or the year."""
    problems = []
    for file in published:
        started = file.update.started
        if started is not None and file.update.at - started > LONG:
            what = f"started is more than {LONG.days} days before this update"
            problems.append(_warning(file, "started", what, _LEAVE))
    starts = ends = None
    for file in published:
        update = file.update
        if update.starts is None and update.ends is None:
            continue
        starts, ends = update.starts or starts, update.ends or ends
        if starts and ends and ends - starts > LONG:
            key = "ends" if update.ends else "starts"
            what = f"the window is longer than {LONG.days} days"
            problems.append(_warning(file, key, what, _LEAVE))
    return [*problems, *_announced_late(published[0])]


def _announced_late(first: UpdateFile) -> list[Problem]:
    """A maintenance that is still to come, by its phase, when its window is over."""
    update = first.update
    is_over = update.starts and update.ends and update.ends <= update.at
    if not is_over or update.phase is None or update.phase.is_closing:
        return []
    remedy = "correct the window, or say that it is completed"
    return [_warning(first, "ends", "the window was over when it was announced", remedy)]


def _twins(published: list[UpdateFile]) -> list[Problem]:
    """Files that say the same at the same instant, as a copy does: all would be mailed."""
    first: dict[object, UpdateFile] = {}
    return [
        _warning(
            file,
            "at",
            f"is the same update as {before.update.stem}.md: phase, at and text are alike",
            "remove one of them, or readers are told twice",
        )
        for file in published
        if (before := first.setdefault(_told(file), file)) is not file
    ]


def _is_twin(one: UpdateFile, other: UpdateFile) -> bool:
    return _told(one) == _told(other)


def _told(file: UpdateFile) -> tuple[object, ...]:
    return file.update.phase, file.update.at, file.update.body.strip()


def _reopened(published: list[UpdateFile], steps: Sequence[Step]) -> list[Problem]:
    """Updates after an end that go on, while everything stays as the end has left it: working."""
    return [
        _warning(
            file,
            "status",
            f"reopens what was over, and leaves {', '.join(step.affected)} operational",
            "name them under components: as they are now",
        )
        for before, step, file in zip(steps, steps[1:], published[1:], strict=False)
        if before.phase.is_closing
        and not step.phase.is_closing
        and not step.update.components
        and step.affected
        and not is_held(step.states)
    ]


def _without_components(file: UpdateFile, last: Step) -> list[Problem]:
    """An incident that goes on and is felt, while nothing says what is affected."""
    is_felt = last.severity is not None and last.severity.impact is not Impact.NONE
    is_going_on = last.phase in (Phase.INVESTIGATING, Phase.IDENTIFIED)
    if not is_felt or not is_going_on or is_held(last.states):
        return []
    names = "has every component operational" if last.states else "names no component"
    return [
        _warning(
            file,
            "components",
            f"the incident is open and {names}",
            "name what is affected under components:, or say what the phase is by now",
        )
    ]


def _left_down(file: UpdateFile, last: Step) -> list[Problem]:
    if last.update.phase is None or not last.phase.is_closing or not is_held(last.states):
        return []
    return [
        _warning(
            file,
            "components",
            f"the end leaves {', '.join(_down(last))} not operational",
            "leave it so only if that is meant",
        )
    ]


def _down(step: Step) -> list[str]:
    return [name for name, state in step.states if state is not ComponentState.OPERATIONAL]


def _warning(file: UpdateFile, key: str, what: str, remedy: str) -> Problem:
    return Problem(file.path, file.lines.get(key, 1), what, remedy, is_warning=True)
