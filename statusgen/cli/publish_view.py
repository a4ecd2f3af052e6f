"""How the result of a publish looks, for people and for programs."""

import os
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from statusgen.cli.account_view import account_as_json, shortfall
from statusgen.cli.output import count, say, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from statusgen.mail.letter_states import Account
    from statusgen.mail.letters.samples import SampleLetter
    from statusgen.mail.queueing import Queued
    from statusgen.publish.plan import Plan
    from statusgen.targets.uploading import TargetResult, Uploads


HELD = "statusgen mail resume sends the letters that are held"
BUSY = "statusgen mail status shows how far they are"
BEHIND = "statusgen mail status says why; once that is mended, statusgen mail resume"

_BAR = "│ "
_SAMPLE_LINES = 30
_LEAST = 20
_USUAL_WIDTH = 80


@dataclass(slots=True)
class Mailed:
    """What became of the letters."""

    accepted: int = 0
    audience: int = 0
    updates: int = 0
    problem: str = ""
    is_behind: bool = False
    stopped: int = 0
    """How many letters were to leave and were not even queued."""
    account: "Account | None" = None
    next_step: str = ""
    """What helps where letters are left; empty where publishing again does."""

    def behind(self, next_step: str = "") -> "Mailed":
        """The same, with something left."""
        return replace(self, is_behind=True, next_step=next_step)


def mailed_of(total: "Account", sent: int, updates: int) -> Mailed:
    """The result of letters about so many updates, of which `sent` were accepted now."""
    return Mailed(
        accepted=sent,
        audience=total.audience,
        updates=updates,
        problem=shortfall(total),
        account=total,
    )


def canary_line(canary: int, letters: int) -> list[str]:
    """What `mail.canary` does to so many letters, in a line; none where it does nothing."""
    if not canary or letters <= canary:
        return []
    return [f"canary: {canary:,} letters go first; if more than 5 % of them fail, no other leaves"]


def sample_lines(letters: "Sequence[SampleLetter]", width: int) -> list[str]:
    """The first letter whole, of the others who gets which, no wider than a terminal."""
    if not letters:
        return []
    inside = max(width - len(_BAR), _LEAST)
    title = _cut(f"{count(len(letters), 'sample')} of {letters[0].update_id}", width)
    shown = [_sample_head(letters[0], inside), "", *_sample_text(letters[0].text, inside)]
    if len(letters) > 1:
        shown += ["", *(_sample_head(one, inside) for one in letters[1:])]
    bar = click.style(_BAR, fg="cyan")
    return ["", click.style(title, dim=True), *(f"{bar}{line}".rstrip() for line in shown)]


def _sample_head(letter: "SampleLetter", width: int) -> str:
    who = f"{letter.token}  {letter.language}  "
    subject = _cut(letter.subject, max(width - len(who), _LEAST))
    return click.style(who, dim=True) + click.style(subject, bold=True)


def _sample_text(text: str, width: int) -> list[str]:
    lines = text.strip().splitlines()
    rest = len(lines) - _SAMPLE_LINES
    shown = [_cut(line, width) for line in lines[:_SAMPLE_LINES]]
    if rest <= 0:
        return shown
    more = _cut(f"… {count(rest, 'more line')}; statusgen mail preview shows all", width)
    return [*shown, click.style(more, dim=True)]


def terminal_width() -> int:
    """How wide the terminal is on which questions are asked."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns
    except OSError:
        return _USUAL_WIDTH


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def tell_uploads(uploads: "Uploads") -> None:
    """Names the targets that are behind, and what else went wrong."""
    for one in uploads.results:
        if one.warning:
            tell(one.warning, "warning", "yellow")
    for one in uploads.behind:
        tell(one.failure, "behind", "red")


def waiting_for(uploads: "Uploads", seen: "Sequence[TargetResult]") -> str:
    """Which of the targets that readers see would have to be up before letters leave."""
    names = " and ".join(one.name for one in seen)
    others = len(seen) < len(uploads.results)
    beside = " (a folder beside a bucket is not what readers see)" if others else ""
    up = "is not up" if len(seen) == 1 else "are not up"
    return f"no letter was sent, because {names} {up}{beside}; publish again once that is put right"


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
            f"letters about {update_id} can't be sent, because its file is not here; pull or "
            f"restore it, or give them up with `statusgen mail hold {update_id}`"
        )
    return bool(queued.behind or queued.unclaimed or queued.claimed_elsewhere or queued.vanished)


def result_as_json(
    plan: "Plan", uploads: "Uploads", mailed: Mailed, next_due: str | None, trouble: str = ""
) -> dict[str, object]:
    """The result for programs; `trouble`: why all letters stay owed; empty: they don't."""
    return {
        "digest": plan.digest,
        "targets": [
            {
                "target": one.name,
                "put": one.put,
                "deleted": one.deleted,
                "failure": one.failure or None,
                "warning": one.warning or None,
            }
            for one in uploads.results
        ],
        "letters": {"accepted": mailed.accepted, "audience": mailed.audience or mailed.stopped},
        "account": account_as_json(mailed.account) if mailed.account else None,
        "owed_because": trouble or None,
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
    if mailed.stopped:
        verb = "was" if mailed.stopped == 1 else "were"
        return f"no letter was sent ({mailed.stopped:,} {verb} to leave)"
    if not mailed.audience:
        return "no letters were owed"
    rest = f" ({mailed.problem})" if mailed.problem else ""
    if mailed.updates > 1:
        return f"{count(mailed.accepted, 'letter')} about {mailed.updates} updates sent{rest}"
    if not mailed.accepted:
        return f"no letter was sent{rest}"
    verb = "has" if mailed.accepted == 1 else "have"
    return f"{count(mailed.accepted, 'subscriber')} {verb} mail{rest}"
