"""What a publish does to one target, and the incidents that go from it. Pure."""

from collections.abc import Iterable

from statusgen.page.artifacts import incident_of
from statusgen.targets.missing import MissingUpdate
from statusgen.targets.upload_plan import UploadPlan
from statusgen.values.value import Value


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
