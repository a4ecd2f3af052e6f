"""How a plan looks."""

import json

from statusgen.cli.plan_view import plan_as_json, show_plan
from statusgen.model.delivery import KnownUpdate
from statusgen.model.release import Release, artifact_from_bytes
from statusgen.plan.mail import MailChoice, Mailing, Skip
from statusgen.plan.plan import Backlog, TargetPlan, make_plan
from statusgen.plan.upload import plan_upload
from tests.builders import instant

OLD = KnownUpdate("login/00", "login", instant("02:00"), Skip.TOO_OLD)
NEW = Mailing(KnownUpdate("login/01", "login", instant("02:04")), 12_408)


def make():
    release = Release(tuple(artifact_from_bytes(f"{n:02}.html", b"x") for n in range(20)))
    return make_plan(
        [
            TargetPlan("folder:public", plan_upload(release, None, 0.2)),
            TargetPlan("s3://acme", None, "s3://acme: did not answer"),
        ],
        MailChoice((NEW,), (OLD,), (("login/1", "login/02"),)),
        [Backlog("api/01", 5)],
        max_updates=5,
    )


def lines(**options):
    shown = []
    show_plan(make(), shown.append, **options)
    return "\n".join(shown)


def test_files_letters_and_reasons_are_shown():
    text = lines(with_letters=True)

    assert "folder:public: 20 files to upload, 0 to remove, 0 unchanged" in text
    assert "8 more" in text
    assert "did not answer" in text
    assert "login/01" in text
    assert "12,408" in text
    assert "api/01" in text
    assert "older than 24 hours" in text
    assert "login/1 is login/02 now" in text


def test_without_letters_none_are_shown():
    assert "login/01" not in lines(with_letters=False)


def test_programs_get_the_whole_plan():
    plan = json.loads(json.dumps(plan_as_json(make())))

    assert plan["digest"] == make().digest
    assert len(plan["targets"][0]["put"]) == 20
    assert plan["targets"][1]["failure"] == "s3://acme: did not answer"
    assert plan["letters"] == [{"update": "login/01", "audience": 12_408}]
    assert plan["owed"] == [{"update": "api/01", "letters": 5}]
    assert plan["skipped"] == [{"update": "login/00", "reason": "older than 24 hours"}]
    assert plan["renamed"] == [{"from": "login/1", "to": "login/02"}]
