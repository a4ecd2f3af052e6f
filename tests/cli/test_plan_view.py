"""How a plan looks."""

import json

from statusgen.cli.plan_view import plan_as_json, question, show_plan, tell_kept, tell_removals
from statusgen.errors import Problem
from statusgen.mail.letter_states import KnownUpdate
from statusgen.mail.plan import Backlog, Mailing, MailPlan, Skip
from statusgen.page.artifacts import Release, artifact_from_bytes
from statusgen.publish.plan import KeptIncident, make_plan
from statusgen.targets.manifest import Manifest, Observed, Record
from statusgen.targets.target_plan import TargetPlan
from statusgen.targets.upload_plan import plan_upload
from statusgen.values.value import replace
from tests.builders import instant

OLD = KnownUpdate("login/00", "login", instant("02:00"), Skip.TOO_OLD)
TYPO = Problem("incidents/slow-search/01.md", 3, "unknown severity 'SEV9'", "choose another")
NEW = Mailing(KnownUpdate("login/01", "login", instant("02:04")), 12_408)


def make():
    release = Release(tuple(artifact_from_bytes(f"{n:02}.html", b"x") for n in range(20)))
    there = Observed(Manifest({"incidents/login.html": Record("x", 1)}))
    return make_plan(
        [
            TargetPlan("folder:public", plan_upload(release, there, 0.2)),
            TargetPlan("s3://acme", None, "s3://acme: did not answer"),
        ],
        MailPlan((NEW,), (OLD,), (("login/1", "login/02"),), (Backlog("api/01", 5),)),
        max_updates=5,
        people_told={"login": 12_408, "old-one": 1},
        kept=[KeptIncident("slow-search", (TYPO,))],
    )


def lines(**options):
    shown = []
    show_plan(make(), shown.append, **options)
    return "\n".join(shown)


def test_files_letters_and_reasons_are_shown():
    text = lines(with_letters=True)

    assert "folder:public: 20 files to upload (20 bytes), 1 to remove, 0 unchanged" in text
    assert "8 more" in text
    assert "did not answer" in text
    assert "login/01" in text
    assert "12,408" in text
    assert "api/01" in text
    assert "older than 24 hours" in text
    assert "login/1 is login/02 now" in text
    assert "removes login, which 12,408 people were mailed about" in text
    assert "removes old-one, which 1 person was mailed about" in text
    assert "keeps slow-search as it was last published" in text


def test_without_letters_none_are_shown():
    assert "login/01" not in lines(with_letters=False)


def test_programs_get_the_whole_plan():
    plan = json.loads(json.dumps(plan_as_json(make())))

    assert plan["digest"] == make().digest
    assert len(plan["targets"][0]["put"]) == 20
    assert plan["targets"][1]["failure"] == "s3://acme: did not answer"
    assert plan["targets"][0]["bytes"] == 20
    assert plan["targets"][0]["delete"] == [
        {"key": "incidents/login.html", "reason": "no longer part of the site"}
    ]
    assert plan["letters"] == [{"update": "login/01", "audience": 12_408, "reason": "new"}]
    assert plan["owed"] == [
        {"update": "api/01", "letters": 5, "reason": "left from an earlier run"}
    ]
    assert plan["total"] == {"put": 20, "delete": 1, "bytes": 20, "letters": 12_413}
    assert plan["removals"] == [
        {"incident": "login", "people": 12_408},
        {"incident": "old-one", "people": 1},
    ]
    [kept] = plan["kept"]
    assert (kept["incident"], kept["problems"][0]["line"]) == ("slow-search", 3)
    assert plan["skipped"] == [{"update": "login/00", "reason": "older than 24 hours"}]
    assert plan["renamed"] == [{"from": "login/1", "to": "login/02"}]


def test_the_question_names_what_can_not_be_taken_back():
    plan = make()

    assert question(plan, plan.mail.letters) == (
        "Publish, remove 2 incidents that people know of and send 12,413 letters?"
    )
    assert question(replace(plan, removals=()), 1) == "Publish and send 1 letter?"
    assert question(make_plan([], MailPlan(), 5), 0) == "Publish?"


def test_what_is_kept_and_what_goes_is_told_loudly(capsys):
    tell_kept(make().kept)
    tell_removals(make())

    assert capsys.readouterr().err.splitlines() == [
        "incidents/slow-search/01.md:3: unknown severity 'SEV9'; choose another",
        "kept: slow-search stays as it was last published",
        "removes: login, which 12,408 people were mailed about",
        "removes: old-one, which 1 person was mailed about",
    ]
