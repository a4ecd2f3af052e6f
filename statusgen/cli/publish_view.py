"""How the result of a publish looks, for people and for programs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from statusgen.cli.output import count, say, tell

if TYPE_CHECKING:
    from statusgen.model.delivery import Account
    from statusgen.plan.plan import Plan
    from statusgen.usecases.mailing import Queued
    from statusgen.usecases.uploading import Uploads


@dataclass(slots=True)
class Mailed:
    """What became of the letters."""

    accepted: int = 0
    audience: int = 0
    updates: int = 0
    problem: str = ""
    is_behind: bool = False


def tell_doubts(resent: tuple[str, ...], in_doubt: tuple[str, ...]) -> None:
    """Names, by token, who got a letter again and whose letter nobody can answer for."""
    if resent:
        tell(
            f"{count(len(resent), 'letter')} {'was' if len(resent) == 1 else 'were'} in flight "
            "when an earlier run was stopped and went out again with the same Message-ID: "
            + " ".join(resent)
        )
    if in_doubt:
        tell(f"{count(len(in_doubt), 'letter')} in doubt: {' '.join(in_doubt)}")


def tell_stopped(queued: "Queued") -> bool:
    """Names the updates whose letters can't leave, and why; returns whether there are any."""
    for failure in queued.behind:
        tell(failure, "behind", "red")
    for update_id in queued.unclaimed:
        tell(f"{update_id}, because no target is left to claim it on", "still owed", "yellow")
    for update_id, claim in queued.taken_over:
        tell(f"{update_id}, which was claimed by {claim}", "taken over", "yellow")
    for update_id, claim in queued.claimed_elsewhere:
        tell(
            f"{update_id} is claimed on the target (_statusgen/claims/) by {claim}, and mailed "
            'from there; if it was not, run publish --takeover "why"',
            "not mailed",
            "yellow",
        )
    for update_id in queued.vanished:
        tell(
            f"letters about {update_id} can't be sent, because its file is gone; restore it, or "
            f"give them up with `statusgen mail hold {update_id}`"
        )
    return bool(queued.behind or queued.unclaimed or queued.claimed_elsewhere or queued.vanished)


def shortfall(total: "Account") -> str:
    """What became of the letters that were not accepted, in numbers; empty for none."""
    parts = [
        f"{getattr(total, state):,} {state.replace('_', ' ')}"
        for state in (
            "queued",
            "sending",
            "deferred",
            "failed",
            "in_doubt",
            "superseded",
            "suppressed",
        )
        if getattr(total, state)
    ]
    return ", ".join(parts)


def result_as_json(
    plan: "Plan", uploads: "Uploads", mailed: Mailed, next_due: str | None
) -> dict[str, object]:
    """The result for programs."""
    return {
        "digest": plan.digest,
        "targets": [
            {
                "target": one.name,
                "put": one.put,
                "deleted": one.deleted,
                "failure": one.failure or None,
            }
            for one in uploads.results
        ],
        "letters": {"accepted": mailed.accepted, "audience": mailed.audience},
        "kept": [one.incident_id for one in plan.kept],
        "next_update_due": next_due,
    }


def say_result(uploads: "Uploads", mailed: Mailed | None, promise: str) -> None:
    """The result for people; `mailed` None: no letters were to be sent. Ends with the promise."""
    for one in uploads.results:
        if not one.failure:
            removed = f", {count(one.deleted, 'file')} removed" if one.deleted else ""
            changed = f"{count(one.put, 'file')} uploaded{removed}"
            say(f"{one.name}: {changed if one.put or one.deleted else 'up to date'}")
    if mailed is not None:
        say(_letters(mailed))
    if promise:
        say(click.style(promise, bold=True))


def _letters(mailed: Mailed) -> str:
    if not mailed.audience:
        return "no letters were owed"
    rest = f" ({mailed.problem})" if mailed.problem else ""
    if mailed.updates > 1:
        return f"{count(mailed.accepted, 'letter')} about {mailed.updates} updates sent{rest}"
    if not mailed.accepted:
        return f"no letter was sent{rest}"
    verb = "has" if mailed.accepted == 1 else "have"
    return f"{count(mailed.accepted, 'subscriber')} {verb} mail{rest}"
