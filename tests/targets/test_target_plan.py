"""What a publish does to one target."""

from statusgen.page.artifacts import Release, artifact_from_bytes
from statusgen.targets.manifest import Manifest, Observed, Record
from statusgen.targets.target_plan import TargetPlan, removed_incidents
from statusgen.targets.upload_plan import plan_upload


def test_incidents_whose_pages_go_from_a_target_are_known():
    there = {"incidents/login.html", "incidents/api.html", "history/2026-11.html", "index.html"}
    seen = Observed(Manifest({key: Record("x", 1) for key in there}))
    release = Release((artifact_from_bytes("incidents/api.html", b"x"),))
    targets = [
        TargetPlan("folder:public", plan_upload(release, seen, 1)),
        TargetPlan("s3://acme", None, "did not answer"),
    ]

    assert removed_incidents(targets) == {"login"}
