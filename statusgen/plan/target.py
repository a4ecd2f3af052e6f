"""What a publish does to one target, and the incidents that go from it. Pure."""

from collections.abc import Iterable

from statusgen.model.release import incident_of
from statusgen.model.value import Value
from statusgen.plan.missing import MissingUpdate
from statusgen.plan.upload import UploadPlan


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


def removed_incidents(targets: Iterable[TargetPlan]) -> frozenset[str]:
    """The incidents whose pages go from a target."""
    uploads = [one.upload for one in targets if one.upload]
    return frozenset(incident_of(key) for one in uploads for key in one.deletes) - {""}
