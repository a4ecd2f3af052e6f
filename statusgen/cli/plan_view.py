"""How a plan looks, for people and for programs."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from statusgen.cli.output import count

if TYPE_CHECKING:
    from statusgen.plan.plan import Plan, TargetPlan

MOST_FILES = 12


def show_plan(
    plan: "Plan", write: Callable[[str], None], *, with_letters: bool, most_files: int = MOST_FILES
) -> None:
    """Writes what would happen, line by line; `with_letters` False: none were planned."""
    for target in plan.targets:
        for line in _target(target, most_files):
            write(line)
    for line in _letters(plan) if with_letters else ("letters: none are planned",):
        write(line)


def plan_as_json(plan: "Plan") -> dict[str, object]:
    """The plan for programs."""
    return {
        "digest": plan.digest,
        "targets": [
            {
                "target": target.name,
                "failure": target.failure or None,
                "put": [
                    {"key": put.artifact.key, "reason": put.reason, "bytes": put.artifact.size}
                    for put in (target.upload.puts if target.upload else ())
                ],
                "delete": list(target.upload.deletes if target.upload else ()),
                "unchanged": target.upload.unchanged if target.upload else 0,
            }
            for target in plan.targets
        ],
        "letters": [
            {"update": one.update.update_id, "audience": one.audience_size} for one in plan.mailings
        ],
        "owed": [{"update": one.update_id, "letters": one.letters} for one in plan.backlog],
        "skipped": [{"update": one.update_id, "reason": one.skipped} for one in plan.skipped],
        "renamed": [{"from": old, "to": new} for old, new in plan.renamed],
        "brakes": list(plan.brakes),
    }


def _target(target: "TargetPlan", most: int) -> Iterator[str]:
    if target.upload is None:
        yield f"behind: {target.failure}"
        return
    upload = target.upload
    yield (
        f"{target.name}: {count(len(upload.puts), 'file')} to upload, "
        f"{len(upload.deletes):,} to remove, {upload.unchanged:,} unchanged"
    )
    lines = [f"  {put.reason:<9} {put.artifact.key}" for put in upload.puts]
    yield from _some(lines, most)
    yield from _some([f"  remove    {key}" for key in upload.deletes], most)


def _letters(plan: "Plan") -> Iterator[str]:
    if plan.letters:
        yield f"letters: {plan.letters:,} to send"
    else:
        yield "letters: none are owed"
    rows = [(one.audience_size, one.update.update_id, "") for one in plan.mailings]
    rows += [(one.letters, one.update_id, " (left from an earlier run)") for one in plan.backlog]
    width = max((len(f"{number:,}") for number, _, _ in rows), default=0)
    for number, update_id, note in rows:
        yield f"  {number:>{width},} about {update_id}{note}"
    for reason, number in Counter(one.skipped for one in plan.skipped).items():
        yield f"not mailed: {count(number, 'update')} ({reason})"
    for old, new in plan.renamed:
        yield f"renamed: {old} is {new} now; nobody is mailed again"


def _some(lines: list[str], most: int) -> Iterator[str]:
    yield from lines[:most]
    if len(lines) > most:
        yield f"  … and {len(lines) - most:,} more"
