"""How a plan looks, for people and for programs."""

from typing import TYPE_CHECKING

import click

from statusgen.cli.output import count, make_table, say_table, tell

if TYPE_CHECKING:
    from statusgen.plan.plan import Plan

_MOST_FILES = 12


def tell_plan(plan: "Plan", *, with_letters: bool) -> None:
    """What would happen, for people; `with_letters` False: none were planned."""
    for target in plan.targets:
        if target.upload is None:
            tell(f"{click.style('behind:', fg='red', bold=True)} {target.failure}")
            continue
        upload = target.upload
        tell(
            f"{target.name}: {count(len(upload.puts), 'file')} to upload, "
            f"{len(upload.deletes):,} to remove, {upload.unchanged:,} unchanged"
        )
        for put in upload.puts[:_MOST_FILES]:
            tell(f"  {put.reason:<9} {put.artifact.key}")
        if len(upload.puts) > _MOST_FILES:
            tell(f"  … and {len(upload.puts) - _MOST_FILES:,} more")
        for key in upload.deletes[:_MOST_FILES]:
            tell(f"  remove    {key}")
    if with_letters:
        _tell_letters(plan)
    else:
        tell("no letters")


def _tell_letters(planned: "Plan") -> None:
    if planned.mailings or planned.backlog:
        table = make_table("letters about", "audience")
        for mailing in planned.mailings:
            table.add_row(mailing.update.update_id, f"{mailing.audience_size:,}")
        for one in planned.backlog:
            table.add_row(f"{one.update_id} (left from an earlier run)", f"{one.letters:,}")
        say_table(table)
    else:
        tell("letters: none owed")
    reasons: dict[str, int] = {}
    for skipped in planned.skipped:
        reasons[skipped.skipped] = reasons.get(skipped.skipped, 0) + 1
    for reason, number in reasons.items():
        tell(f"not mailed: {count(number, 'update')} ({reason})")
    for old, new in planned.renamed:
        tell(f"renamed: {old} is {new} now; nobody is mailed again")


def plan_as_json(planned: "Plan") -> dict[str, object]:
    """The plan for programs."""
    return {
        "digest": planned.digest,
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
            for target in planned.targets
        ],
        "letters": [
            {"update": one.update.update_id, "audience": one.audience_size}
            for one in planned.mailings
        ],
        "owed": [{"update": one.update_id, "letters": one.letters} for one in planned.backlog],
        "skipped": [{"update": one.update_id, "reason": one.skipped} for one in planned.skipped],
        "renamed": [{"from": old, "to": new} for old, new in planned.renamed],
        "brakes": list(planned.brakes),
    }
