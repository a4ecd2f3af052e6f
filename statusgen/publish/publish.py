"""`plan` and `publish`: one path from content to readers; a plan is where it stops half way."""

from collections.abc import Collection, Mapping
from typing import Protocol

from statusgen.content.archive import Archive
from statusgen.errors import Refused
from statusgen.mail.plan import MailPlan
from statusgen.publish.plan import KeptIncident, Plan, lost_updates, make_plan
from statusgen.targets.last_published import refuse_mail_about_kept
from statusgen.targets.target_plan import removed_incidents
from statusgen.targets.uploading import Uploader


class People(Protocol):
    """Who has mail about what; asked for what goes only, and then also without letters."""

    def about_incidents(self, incident_ids: Collection[str]) -> Mapping[str, int]:
        """How many people have mail about each of these incidents; none: left out."""
        ...

    def about_updates(self, update_ids: Collection[str]) -> Mapping[str, int] | None:
        """The same for updates; None where no letters are sent at all."""
        ...


def plan_publish(
    uploader: Uploader,
    archive: Archive,
    mail: MailPlan,
    *,
    people: People | None = None,
) -> Plan:
    """The plan of page and letters. Reads, and changes nothing.

    Raises `ContentError` when there are letters to be queued about an incident that is kept.
    """
    refuse_mail_about_kept(archive, (one.update.incident_id for one in mail.mailings))
    targets = uploader.plan()
    removed = removed_incidents(targets)
    return make_plan(
        targets,
        mail,
        archive.settings.brakes.max_updates,
        people_told=people.about_incidents(removed) if people and removed else {},
        losses=lost_updates(targets, people.about_updates if people else lambda _: None),
        kept=[KeptIncident(one.source.id, one.problems) for one in archive.kept],
    )


def refuse(plan: Plan, expected: str | None, *, force: bool) -> None:
    """Raises `Refused`: a brake, another publisher at work, or another plan than expected."""
    held = [one.failure for one in plan.targets if one.is_held]
    if held:
        raise Refused(*held)
    if expected is not None and expected != plan.digest:
        raise Refused(
            f"the plan is {plan.digest} now and not {expected}; look at `statusgen plan` again"
        )
    if plan.brakes and not force:
        raise Refused(
            *plan.brakes,
            ending=f"nothing was done. {_remedies(plan)}Look at `statusgen plan`, and add --force "
            "if it is meant",
        )


def _remedies(plan: Plan) -> str:
    remedies = []
    if any(not one.is_meant for one in plan.losses):
        remedies.append("Pull what colleagues have published, or restore the files. ")
    if any(one.says_else for one in plan.mail.edits):
        remedies.append(
            "Restore what was mailed, and say what is new in an update of its own "
            "(`statusgen update`). "
        )
    return "".join(remedies)
