import pytest

from statusgen.cli.publish_view import (
    Mailed,
    result_as_json,
    say_result,
    shortfall,
    tell_doubts,
    tell_stopped,
)
from statusgen.model.claim import Claim
from statusgen.model.delivery import Account
from statusgen.plan.mail import MailChoice
from statusgen.plan.plan import KeptIncident, make_plan
from statusgen.usecases.mailing import Queued
from statusgen.usecases.uploading import TargetResult, Uploads
from tests.builders import instant

UPLOADS = Uploads((TargetResult("folder:public", put=3), TargetResult("s3://x", failure="away")))


@pytest.mark.parametrize(
    ("mailed", "words"),
    [
        (Mailed(), "no letters were owed"),
        (Mailed(accepted=1, audience=1, updates=1), "1 subscriber has mail"),
        (
            Mailed(accepted=1999, audience=2000, updates=1, problem="1 failed"),
            "1,999 subscribers have mail (1 failed)",
        ),
        (Mailed(audience=9, updates=1, problem="9 deferred"), "no letter was sent (9 deferred)"),
        (Mailed(accepted=4, audience=4, updates=2), "4 letters about 2 updates sent"),
    ],
)
def test_the_result_says_who_has_mail(mailed, words, capsys):
    say_result(UPLOADS, mailed, "")

    assert capsys.readouterr().out == f"folder:public: 3 files uploaded\n{words}\n"


def test_the_result_says_when_the_next_update_is_due(capsys):
    say_result(UPLOADS, None, "next update due 02:19 UTC, in 14 minutes")

    assert capsys.readouterr().out.endswith("uploaded\nnext update due 02:19 UTC, in 14 minutes\n")


def test_programs_get_the_same():
    plan = make_plan([], MailChoice((), (), ()), [], 5, kept=[KeptIncident("login", ())])

    result = result_as_json(plan, UPLOADS, Mailed(accepted=1, audience=2), None)

    assert result["digest"] == plan.digest
    assert result["kept"] == ["login"]
    assert result["letters"] == {"accepted": 1, "audience": 2}
    assert [one["failure"] for one in result["targets"]] == [None, "away"]


def test_what_was_not_accepted_is_accounted_for():
    assert shortfall(Account(accepted=5, deferred=2, in_doubt=1)) == "2 deferred, 1 in doubt"


def test_who_got_a_second_copy_is_named(capsys):
    tell_doubts(("sub_a", "sub_b"), ())

    assert "2 letters were in flight" in (err := capsys.readouterr().err)
    assert err.endswith("sub_a sub_b\n")


def test_whose_claim_stops_letters_or_was_taken_over_is_said(capsys):
    theirs = Claim("theirs", "someone on laptop", instant("02:04"))
    queued = Queued((), 0, (("login/01", theirs),), (("login/02", theirs),), (), (), ())

    is_stopped = tell_stopped(queued)

    err = capsys.readouterr().err
    assert is_stopped
    assert "not mailed: login/01 is claimed on the target" in err
    assert "by someone on laptop since 2026-11-21T02:04:00Z, and mailed from there" in err
    assert 'run publish --takeover "why"' in err
    assert "taken over: login/02, which was claimed by someone on laptop since" in err


def test_a_claim_that_was_taken_over_stops_nothing(capsys):
    queued = Queued(("login/02",), 1, (), (("login/02", Claim("theirs")),), (), (), ())

    assert not tell_stopped(queued)
    assert "which was claimed by another ledger\n" in capsys.readouterr().err
