"""The plan: all that a publish would do, as a value that can be printed, refused or applied."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime

from statusgen.errors import Problem
from statusgen.model.delivery import KnownUpdate
from statusgen.model.notation import format_instant
from statusgen.model.release import incident_of
from statusgen.model.value import Value
from statusgen.plan.edits import Edit, Reworded
from statusgen.plan.mail import MailChoice, Mailing, mailed_about
from statusgen.plan.missing import MissingUpdate
from statusgen.plan.upload import UploadPlan

DIGEST_LENGTH = 12


class TargetPlan(Value, frozen=True):
    """What happens on one target; `failure` says why nothing is known about it."""

    name: str
    upload: UploadPlan | None
    failure: str = ""
    is_unreachable: bool = False
    is_held: bool = False
    """Whether another publisher is at work there."""
    notes: tuple[str, ...] = ()
    """What is odd about it but keeps nothing back."""
    missing: tuple[MissingUpdate, ...] = ()
    """What readers see there, and would no more."""


class Backlog(Value, frozen=True):
    """Letters that an earlier run left unsent."""

    update_id: str
    letters: int


class Removal(Value, frozen=True):
    """An incident that the page will have no more, although people were mailed about it."""

    incident_id: str
    people: int


class Loss(Value, frozen=True):
    """An update that readers have seen, and that the page will have no more."""

    update_id: str
    at: datetime | None
    people: int | None
    """How many were mailed about it; None: nobody can tell, as there is no ledger."""
    is_meant: bool
    """Whether `--force` let it go before: then it is no brake."""

    @property
    def known(self) -> str:
        """What it is, and how many know of it."""
        dated = f" of {format_instant(self.at)}" if self.at else ""
        told = "" if self.people is None else f", {mailed_about(self.people)}"
        return f"{self.update_id}{dated}{told}"

    def __str__(self) -> str:
        return f"{self.known}, is on the page but not in the files"


class KeptIncident(Value, frozen=True):
    """An incident that stays as it was last published, whatever its files say."""

    incident_id: str
    problems: tuple[Problem, ...]
    """What is wrong with its files."""


class Plan(Value, frozen=True):
    """Uploads in apply order, letters with their audiences, and what stands against it."""

    targets: tuple[TargetPlan, ...]
    mailings: tuple[Mailing, ...]
    skipped: tuple[KnownUpdate, ...]
    renamed: tuple[tuple[str, str], ...]
    backlog: tuple[Backlog, ...]
    brakes: tuple[str, ...]
    removals: tuple[Removal, ...] = ()
    losses: tuple[Loss, ...] = ()
    kept: tuple[KeptIncident, ...] = ()
    reworded: tuple[Reworded, ...] = ()
    """What the ledger is to know anew of updates whose letters were queued."""
    edits: tuple[Edit, ...] = ()
    """Those of them that somebody has been mailed about."""

    @property
    def letters(self) -> int:
        """How many letters would leave, old and new."""
        new = sum(mailing.audience_size for mailing in self.mailings)
        return new + sum(one.letters for one in self.backlog)

    @property
    def bytes(self) -> int:
        """How many bytes go up, on all targets."""
        return sum(one.upload.bytes for one in self.targets if one.upload)

    @property
    def keys(self) -> set[str]:
        """What goes up on any target."""
        uploads = [one.upload for one in self.targets if one.upload]
        return {put.artifact.key for upload in uploads for put in upload.puts}

    def reaches_the_same(self, other: "Plan") -> bool:
        """Whether it changes the same files on the same targets, and mails as many of the same."""
        return _reach(self) == _reach(other)

    @property
    def is_empty(self) -> bool:
        """Whether applying it would change nothing that anyone could see."""
        uploads = [one.upload for one in self.targets]
        return self.letters == 0 and all(one is not None and one.is_empty for one in uploads)

    @property
    def digest(self) -> str:
        """Equal for plans that do the same; what `publish --expect` compares."""
        text = "\n".join(self._lines())
        return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_LENGTH]

    def _lines(self) -> Iterable[str]:
        for target in self.targets:
            yield f"target {target.name}"
            if target.upload is not None:
                for put in target.upload.puts:
                    yield f"put {put.artifact.key} {put.artifact.fingerprint}"
                yield from (f"delete {key}" for key in target.upload.deletes)
        for mailing in self.mailings:
            yield f"mail {mailing.update.update_id} {mailing.audience_size}"
        yield from (f"skip {one.update_id} {one.skipped}" for one in self.skipped)
        yield from (f"rename {old} {new}" for old, new in self.renamed)
        yield from (f"owed {one.update_id} {one.letters}" for one in self.backlog)
        yield from (f"keep {one.incident_id}" for one in self.kept)


def removed_incidents(targets: Iterable[TargetPlan]) -> frozenset[str]:
    """The incidents whose pages go from a target."""
    uploads = [one.upload for one in targets if one.upload]
    return frozenset(incident_of(key) for one in uploads for key in one.deletes) - {""}


def make_plan(  # noqa: PLR0913  the last two by name
    targets: Iterable[TargetPlan],
    mail: MailChoice,
    backlog: Iterable[Backlog],
    max_updates: int,
    *,
    people_told: Mapping[str, int] | None = None,
    losses: Iterable[Loss] = (),
    reworded: Iterable[Reworded] = (),
    edits: Iterable[Edit] = (),
    kept: Iterable[KeptIncident] = (),
) -> Plan:
    """The plan, with every brake that it trips; `people_told` are those of removed incidents."""
    planned = tuple(targets)
    brakes = [
        f"{target.name}: {brake}"
        for target in planned
        if target.upload is not None
        for brake in target.upload.brakes
    ]
    lost = tuple(losses)
    brakes += [str(one) for one in lost if not one.is_meant]
    edited = tuple(edits)
    brakes += [str(one) for one in edited if one.says_else]
    if len(mail.mailed) > max_updates:
        brakes.append(
            f"{len(mail.mailed)} updates would be mailed, more than the {max_updates} that are "
            "allowed unasked"
        )
    return Plan(
        targets=planned,
        mailings=mail.mailed,
        skipped=mail.skipped,
        renamed=mail.renamed,
        backlog=tuple(backlog),
        brakes=tuple(brakes),
        removals=tuple(Removal(*one) for one in sorted((people_told or {}).items())),
        losses=lost,
        kept=tuple(kept),
        reworded=tuple(reworded),
        edits=edited,
    )


def lost_updates(
    targets: Iterable[TargetPlan], people: Callable[[Collection[str]], Mapping[str, int] | None]
) -> tuple[Loss, ...]:
    """What goes from any target, each once; `people` counts who was mailed about updates.

    What one target has yet to be asked about was not let go, whatever another remembers.
    """
    missing: dict[str, MissingUpdate] = {}
    for one in (each for target in targets for each in target.missing):
        if one.update_id not in missing or not one.is_meant:
            missing[one.update_id] = one
    if not missing:
        return ()
    told = people(missing.keys())
    return tuple(
        Loss(one.update_id, one.at, None if told is None else told.get(key, 0), one.is_meant)
        for key, one in sorted(missing.items())
    )


def _reach(plan: Plan) -> tuple[object, ...]:
    uploads = [(one.name, one.upload) for one in plan.targets]
    files = [
        (name, each and {put.artifact.key for put in each.puts}, each and each.deletes)
        for name, each in uploads
    ]
    told = [(one.update.update_id, one.audience_size) for one in plan.mailings]
    return files, told, plan.backlog, plan.brakes, plan.losses, plan.renamed
