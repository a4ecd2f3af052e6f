"""How a plan looks, for people and for programs."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from statusgen.cli.output import count, few, problem_as_json, size, tell, tell_problems

if TYPE_CHECKING:
    from statusgen.mail.edits import Edit
    from statusgen.publish.plan import KeptIncident, LostUpdate, Plan, Removal
    from statusgen.targets.target_plan import TargetPlan

MOST_FILES = 12
GONE = "no longer part of the site"
LEFT = "left from an earlier run"


def show_plan(
    plan: "Plan", write: Callable[[str], None], *, with_letters: bool, most_files: int = MOST_FILES
) -> None:
    """Writes what would happen, line by line; `with_letters` False: none were planned."""
    for target in plan.targets:
        for line in describe_target(target, most_files):
            write(line)
    for removal in plan.removals:
        write(describe_removal(removal))
    for loss in plan.losses:
        write(describe_loss(loss))
    for edit in plan.mail.edits:
        write(describe_edit(edit))
    for kept in plan.kept:
        write(f"keeps {kept.incident_id} as it was last published")
    for line in _letters(plan) if with_letters else ("letters: none are planned",):
        write(line)


def describe_removal(removal: "Removal") -> str:
    """One line about an incident that the page will have no more."""
    return f"removes {removal.known}"


def describe_loss(loss: "LostUpdate") -> str:
    """One line about an update that readers have seen and will see no more."""
    before = "; --force let it go before" if loss.is_meant else ""
    return f"takes back {loss.known}{before}"


def describe_edit(edit: "Edit") -> str:
    """One line about an update whose text has changed since people were mailed about it."""
    if edit.says_else:
        return f"edited: {edit}"
    verb = "person has" if edit.people == 1 else "people have"
    return f"edited: {edit.update_id}, which {edit.people:,} {verb} as it was"


def question(plan: "Plan", letters: int) -> str:
    """What is asked before a plan is applied and so many letters leave."""
    parts = ["Publish"]
    if plan.removals:
        parts.append(f"remove {count(len(plan.removals), 'incident')} that people know of")
    if plan.losses and not plan.removals:
        parts.append(f"take {count(len(plan.losses), 'update')} off the page")
    if letters:
        parts.append(f"send {count(letters, 'letter')}")
    *most, last = parts
    return f"{', '.join(most)} and {last}?" if most else f"{last}?"


def tell_removals(plan: "Plan") -> None:
    """Says what goes although readers have seen it."""
    for line in map(describe_removal, plan.removals):
        verb, _, rest = line.partition(" ")
        tell(rest, verb, "red")
    for loss in plan.losses:
        tell(describe_loss(loss).removeprefix("takes back "), "takes back", "red")
    for edit in plan.mail.edits:
        tell(describe_edit(edit).removeprefix("edited: "), "edited", "yellow")


def tell_kept(kept: "Iterable[KeptIncident]") -> None:
    """Names everything that is wrong and is not published, so that nobody overlooks it."""
    for one in kept:
        tell_problems(one.problems)
        tell(f"{one.incident_id} stays as it was last published", "kept", "yellow")


def plan_as_json(plan: "Plan") -> dict[str, object]:
    """The plan for programs."""
    return {
        "digest": plan.digest,
        "targets": [
            {
                "target": target.name,
                "failure": target.failure or None,
                "notes": list(target.notes),
                "put": [
                    {"key": put.artifact.key, "reason": put.reason, "bytes": put.artifact.size}
                    for put in (target.upload.puts if target.upload else ())
                ],
                "delete": [
                    {"key": key, "reason": GONE}
                    for key in (target.upload.deletes if target.upload else ())
                ],
                "unchanged": target.upload.unchanged if target.upload else 0,
                "bytes": target.upload.bytes if target.upload else 0,
            }
            for target in plan.targets
        ],
        "letters": [
            {"update": one.update.update_id, "audience": one.audience_size, "reason": one.why}
            for one in plan.mail.mailings
        ],
        "owed": [
            {"update": one.update_id, "letters": one.letters, "reason": LEFT}
            for one in plan.mail.backlog
        ],
        "skipped": [{"update": one.update_id, "reason": one.skipped} for one in plan.mail.skipped],
        "renamed": [{"from": old, "to": new} for old, new in plan.mail.renamed],
        "edited": [
            {"update": one.update_id, "people": one.people}
            for one in plan.mail.edits
            if not one.says_else
        ],
        "removals": [{"incident": one.incident_id, "people": one.people} for one in plan.removals],
        "kept": [
            {
                "incident": one.incident_id,
                "problems": [problem_as_json(problem) for problem in one.problems],
            }
            for one in plan.kept
        ],
        "brakes": list(plan.brakes),
        "total": {
            "put": sum(len(one.upload.puts) for one in plan.targets if one.upload),
            "delete": sum(len(one.upload.deletes) for one in plan.targets if one.upload),
            "bytes": plan.bytes,
            "letters": plan.mail.letters,
        },
    }


def describe_target(target: "TargetPlan", most: int = MOST_FILES) -> Iterator[str]:
    """What would happen on one target, line by line."""
    if target.upload is None:
        yield f"behind: {target.failure}"
        return
    upload = target.upload
    yield (
        f"{target.name}: {count(len(upload.puts), 'file')} to upload ({size(upload.bytes)}), "
        f"{len(upload.deletes):,} to remove, {upload.unchanged:,} unchanged"
    )
    yield from (f"  note: {note}" for note in target.notes)
    puts = [f"{put.reason:<9} {put.artifact.key}" for put in upload.puts]
    deletes = [f"remove    {key}" for key in upload.deletes]
    yield from (f"  {line}" for lines in (puts, deletes) for line in few(lines, most))


def _letters(plan: "Plan") -> Iterator[str]:
    if plan.mail.letters:
        yield f"letters: {plan.mail.letters:,} to send"
    else:
        yield "letters: none are owed"
    rows = [(one.audience_size, one.update.update_id, "") for one in plan.mail.mailings]
    rows += [(one.letters, one.update_id, f" ({LEFT})") for one in plan.mail.backlog]
    width = max((len(f"{number:,}") for number, _, _ in rows), default=0)
    for number, update_id, note in rows:
        yield f"  {number:>{width},} about {update_id}{note}"
    for reason, number in Counter(one.skipped for one in plan.mail.skipped).items():
        yield f"not mailed: {count(number, 'update')} ({reason})"
    for old, new in plan.mail.renamed:
        yield f"renamed: {old} is {new} now; nobody is mailed again"
