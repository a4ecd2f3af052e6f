"""The plan: all that a publish would do, as a value that can be printed, refused or applied."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime

from statusgen.errors import Problem
from statusgen.mail.plan import MailPlan
from statusgen.targets.missing import MissingUpdate
from statusgen.targets.target_plan import TargetPlan
from statusgen.targets.told import named
from statusgen.values.value import Value

DIGEST_LENGTH = 12


class Removal(Value, frozen=True):
    """An incident that the page will have no more, although people were mailed about it."""

    incident_id: str
    people: int

    @property
    def known(self) -> str:
        """Which it is, and how many know of it."""
        return named(self.incident_id, people=self.people)


class LostUpdate(Value, frozen=True):
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
        return named(self.update_id, self.at, self.people)

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
    mail: MailPlan
    brakes: tuple[str, ...]
    removals: tuple[Removal, ...] = ()
    losses: tuple[LostUpdate, ...] = ()
    kept: tuple[KeptIncident, ...] = ()

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
        return self.mail.letters == 0 and all(one is not None and one.is_empty for one in uploads)

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
        for mailing in self.mail.mailings:
            yield f"mail {mailing.update.update_id} {mailing.audience_size}"
        yield from (f"skip {one.update_id} {one.skipped}" for one in self.mail.skipped)
        yield from (f"rename {old} {new}" for old, new in self.mail.renamed)
        yield from (f"owed {one.update_id} {one.letters}" for one in self.mail.backlog)
        yield from (f"keep {one.incident_id}" for one in self.kept)


def make_plan(  # noqa: PLR0913  the last three by name
    targets: Iterable[TargetPlan],
    mail: MailPlan,
    max_updates: int,
    *,
    people_told: Mapping[str, int] | None = None,
    losses: Iterable[LostUpdate] = (),
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
    brakes += [str(one) for one in mail.edits if one.says_else]
    if len(mail.mailings) > max_updates:
        brakes.append(
            f"{len(mail.mailings)} updates would be mailed, more than the {max_updates} that are "
            "allowed unasked"
        )
    return Plan(
        targets=planned,
        mail=mail,
        brakes=tuple(brakes),
        removals=tuple(Removal(*one) for one in sorted((people_told or {}).items())),
        losses=lost,
        kept=tuple(kept),
    )


def lost_updates(
    targets: Iterable[TargetPlan], people: Callable[[Collection[str]], Mapping[str, int] | None]
) -> tuple[LostUpdate, ...]:
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
        LostUpdate(one.update_id, one.at, None if told is None else told.get(key, 0), one.is_meant)
        for key, one in sorted(missing.items())
    )


def _reach(plan: Plan) -> tuple[object, ...]:
    uploads = [(one.name, one.upload) for one in plan.targets]
    files = [
        (name, each and {put.artifact.key for put in each.puts}, each and each.deletes)
        for name, each in uploads
    ]
    told = [(one.update.update_id, one.audience_size) for one in plan.mail.mailings]
    return files, told, plan.mail.backlog, plan.brakes, plan.losses, plan.mail.renamed
