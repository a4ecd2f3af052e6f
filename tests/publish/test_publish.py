"""A plan that must not be carried out is refused."""

import pytest

from statusgen.errors import Refused
from statusgen.mail.plan import MailPlan
from statusgen.publish.plan import make_plan
from statusgen.publish.publish import refuse
from statusgen.targets.target_plan import TargetPlan
from tests.fakes.repository import FIRST, make_repository


def test_a_plan_that_is_not_the_expected_one_is_refused():
    plan = make_plan([], MailPlan(), 5)

    refuse(plan, plan.digest, force=False)
    with pytest.raises(Refused, match="not 000000000000"):
        refuse(plan, "000000000000", force=True)


def test_a_plan_for_a_target_that_somebody_else_writes_to_is_refused_even_by_force():
    held = TargetPlan("s3://acme", None, "s3://acme: someone is publishing there", is_held=True)

    with pytest.raises(Refused, match="someone is publishing there"):
        refuse(make_plan([held], MailPlan(), 5), None, force=True)


def test_people_are_counted_for_incidents_that_go_and_for_no_others(tmp_path):
    repository = make_repository(tmp_path)
    repository.subscribe("ann@example.com", "bob@example.com")
    repository.write("second/01.md", FIRST)
    repository.run("publish", "--yes")
    folder = repository.root / "incidents"
    (folder / "second").rename(folder / "another-name")
    repository.write_update("02-identified", "identified", "02:09")

    planned = repository.run("plan", "--json").json
    silent = repository.run("plan", "--no-mail", "--json").json
    done = repository.run("publish", "--yes", "--force")
    after = repository.run("plan", "--json").json

    removed = [{"incident": "second", "people": 2}]
    assert planned["removals"] == silent["removals"] == removed
    assert "removes: second, which 2 people were mailed about" in done.err
    assert after["removals"] == []


def test_an_incident_that_nobody_was_mailed_about_goes_quietly(tmp_path):
    repository = make_repository(tmp_path)
    repository.write("second/01.md", FIRST)
    repository.run("publish", "--yes")
    (repository.root / "incidents" / "second" / "01.md").unlink()

    assert repository.run("plan", "--json").json["removals"] == []
