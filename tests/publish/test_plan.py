"""The plan as a value: its size, its digest, its brakes."""

import pytest

from statusgen.mail.letter_states import KnownUpdate
from statusgen.mail.plan import Backlog, Mailing, MailPlan
from statusgen.page.artifacts import Release, artifact_from_bytes
from statusgen.publish.plan import KeptIncident, Removal, make_plan
from statusgen.targets.manifest import Manifest, Observed, Record
from statusgen.targets.target_plan import TargetPlan
from statusgen.targets.upload_plan import plan_upload
from statusgen.values.value import replace
from tests.builders import instant


def make_mailing(number=1, audience_size=3):
    return Mailing(KnownUpdate(f"login/{number:02}", "login", instant("02:04")), audience_size)


def make_target(body=b"hello", name="folder:public"):
    release = Release((artifact_from_bytes("index.html", body),))
    return TargetPlan(name, plan_upload(release, Observed(None), 0.2))


def make(*targets, mailed=(), skipped=(), renamed=(), backlog=(), max_updates=5, kept=()):
    mail = MailPlan(tuple(mailed), tuple(skipped), tuple(renamed), tuple(backlog))
    return make_plan(targets, mail, max_updates, kept=kept)


def test_letters_old_and_new_are_counted():
    plan = make(mailed=[make_mailing(1, 3), make_mailing(2, 4)], backlog=[Backlog("api/01", 5)])

    assert plan.mail.letters == 12


@pytest.mark.parametrize(
    ("plan", "is_empty"),
    [
        (make(), True),
        (make(make_target()), False),
        (make(mailed=[make_mailing()]), False),
        (make(backlog=[Backlog("api/01", 5)]), False),
        (make(TargetPlan("s3://acme", None, "did not answer")), False),
        (make(skipped=[make_mailing().update]), True),
    ],
    ids=["nothing", "a file", "a letter", "a letter owed", "a target unknown", "a note to itself"],
)
def test_a_plan_is_empty_when_nobody_could_see_a_difference(plan, is_empty):
    assert plan.is_empty is is_empty


BASE = {"mailed": [make_mailing()], "backlog": [Backlog("api/01", 5)]}


def test_equal_plans_have_equal_digests():
    assert make(make_target(), **BASE).digest == make(make_target(), **BASE).digest


@pytest.mark.parametrize(
    "other",
    [
        make(make_target(b"other"), **BASE),
        make(make_target(name="folder:other"), **BASE),
        make(make_target(), **BASE | {"mailed": [make_mailing(2)]}),
        make(make_target(), **BASE | {"mailed": [make_mailing(1, 4)]}),
        make(make_target(), **BASE | {"backlog": [Backlog("api/01", 6)]}),
        make(make_target(), **BASE, kept=[KeptIncident("api", ())]),
        make(make_target(), **BASE, renamed=[("login/1", "login/01")]),
        make(make_target(), **BASE, skipped=[replace(make_mailing(9).update, skipped="old")]),
    ],
    ids=["bytes", "target", "update", "audience", "letters owed", "kept", "rename", "skip"],
)
def test_a_plan_that_does_something_else_has_another_digest(other):
    assert make(make_target(), **BASE).digest != other.digest


@pytest.mark.parametrize(("updates", "is_braked"), [(5, False), (6, True)])
def test_more_updates_than_are_allowed_unasked_are_a_brake(updates, is_braked):
    plan = make(mailed=[make_mailing(number) for number in range(updates)])

    assert bool(plan.brakes) is is_braked
    assert all("6 updates would be mailed, more than the 5" in brake for brake in plan.brakes)


def test_the_brake_of_a_target_bears_its_name():
    full = plan_upload(Release(()), Observed(_manifest_of(12)), 0.2)

    plan = make(TargetPlan("folder:public", full))

    assert plan.brakes == ("folder:public: the release is empty, and 12 objects would be removed",)


def _manifest_of(number):
    return Manifest({f"{one}.html": Record("x", 1) for one in range(number)})


def test_people_who_know_of_what_goes_are_in_the_plan_and_change_nothing_it_does():
    people = {"login": 2, "api": 1}

    plan = make_plan([make_target()], MailPlan(), 5, people_told=people)

    assert plan.removals == (Removal("api", 1), Removal("login", 2))
    assert plan.digest == make(make_target()).digest
